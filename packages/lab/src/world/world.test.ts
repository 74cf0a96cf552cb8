import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import type { Content } from './content.ts'
import { World } from './world.ts'

const content: Content = {
  compose: async (request) => ({ message: { conversation: String(request.text) }, type: 'text' }),
  describe: async (message) => ({ type: 'text', text: message.conversation ?? '' }),
}
const media = { host: '127.0.0.1:1', put: () => '/', get: () => undefined, entries: () => [] }

function world(seed: string, phones: string[]): World {
  const made = new World({ seed, clock: systemClock, decrypt: true, content, media })
  for (const phone of phones) made.addPhone(phone)
  return made
}

test('LID and keys of a phone depend on the seed and its number, not on the order of making', () => {
  const one = world('s', ['62811', '62812', '62813'])
  const two = world('s', ['62813', '62811'])
  const other = world('t', ['62811'])
  expect(two.phone('62811').lid).toBe(one.phone('62811').lid)
  expect(two.phone('62813').device.identity).toEqual(one.phone('62813').device.identity)
  expect(two.phone('62811').messageId()).toBe(one.phone('62811').messageId())
  expect(other.phone('62811').lid).not.toBe(one.phone('62811').lid)
})

test('a person is found by phone number and by LID, with or without a device', () => {
  const made = world('s', ['62811'])
  const user = made.phone('62811')
  expect(made.resolve('62811@s.whatsapp.net')).toEqual({ user, device: 0 })
  expect(made.resolve(`${user.lid}:7@lid`)).toEqual({ user, device: 7 })
  expect(made.resolve('62811@g.us')).toBeUndefined()
  expect(made.resolve('62899@s.whatsapp.net')).toBeUndefined()
  expect(() => made.addPhone('62811')).toThrow('exists')
})
