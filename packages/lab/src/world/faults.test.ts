import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { Faults } from './faults.ts'
import { SeededRandom } from './random.ts'

function faults(seed = 's') {
  const time = { now: 1_000_000 }
  const clock: Clock = { now: () => time.now, after: () => () => undefined }
  return { time, faults: new Faults(clock, new SeededRandom(seed)) }
}

test('a fault strikes its kind and its account, as often as asked', () => {
  const { faults: active } = faults()
  active.add({ kind: 'nack', session: '62811', count: 2, code: 463 })
  expect(active.strike('drop-ack', '62811')).toBeUndefined()
  expect(active.strike('nack', '62812')).toBeUndefined()
  expect(active.strike('nack', '62811')).toMatchObject({ code: 463, struck: 1 })
  expect(active.strike('nack', '62811')).toMatchObject({ struck: 2 })
  expect(active.strike('nack', '62811')).toBeUndefined()
  expect(active.list()).toMatchObject([{ kind: 'nack', struck: 2 }])
})

test('without a session it strikes every account, without a count for ever, until it is cleared', () => {
  const { faults: active } = faults()
  active.add({ kind: 'drop-ack' })
  for (let number = 0; number < 100; number += 1) expect(active.strike('drop-ack', String(number))).toBeDefined()
  active.clear()
  expect(active.strike('drop-ack', '1')).toBeUndefined()
  expect(active.list()).toEqual([])
})

test('it waits for its time', () => {
  const { time, faults: active } = faults()
  active.add({ kind: 'slow', afterMs: 500, ms: 10 })
  time.now += 499
  expect(active.strike('slow', '1')).toBeUndefined()
  time.now += 1
  expect(active.strike('slow', '1')).toMatchObject({ ms: 10 })
})

test('its chances follow the seed', () => {
  const strikes = (seed: string) => {
    const { faults: active } = faults(seed)
    active.add({ kind: 'drop-ack', probability: 0.25 })
    return Array.from({ length: 400 }, () => (active.strike('drop-ack', '1') ? 1 : 0))
  }
  expect(strikes('a')).toEqual(strikes('a'))
  expect(strikes('a')).not.toEqual(strikes('b'))
  const share = strikes('a').filter(Boolean).length / 400
  expect(share).toBeGreaterThan(0.15)
  expect(share).toBeLessThan(0.35)
})
