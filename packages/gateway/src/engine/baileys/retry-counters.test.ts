import { expect, test } from 'vitest'
import { newId } from '../../core/ids.ts'
import { RetryCounters } from './retry-counters.ts'
import { SignalKeys } from './signal-keys.ts'
import { MemoryAuth } from './test/memory-auth.ts'

const DAY = 86_400_000

test('T29: how often a device asked is known after a restart, for 14 days, of the latest thousand', async () => {
  const [auth, session] = [new MemoryAuth(), newId('ses')]
  let now = 1_700_000_000_000
  const clock = { now: () => now, sleep: async () => {} }
  const open = () => new RetryCounters(new SignalKeys(auth, session, clock), clock)
  await open().set('3EB0A:628@s.whatsapp.net', 4)
  expect(await open().get('3EB0A:628@s.whatsapp.net')).toBe(4)
  expect(await open().get('3EB0B:628@s.whatsapp.net')).toBeUndefined()
  now += 14 * DAY
  expect(await open().get('3EB0A:628@s.whatsapp.net')).toBeUndefined()
  const counters = open()
  for (let n = 0; n < 1_001; n += 1) await counters.set(`id-${n}`, 1)
  expect(await open().get('id-0')).toBeUndefined()
  expect(await open().get('id-1')).toBe(1)
  await counters.del('id-1')
  expect(await open().get('id-1')).toBeUndefined()
})
