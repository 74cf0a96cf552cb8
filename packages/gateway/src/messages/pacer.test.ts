import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newId } from '../core/ids.ts'
import type { Pacing } from '../core/session-settings.ts'
import { ManualClock } from '../sessions/test/manual-clock.ts'
import { Pacer } from './pacer.ts'

const DAY_MS = 86_400_000
const MIDNIGHT = 20_000 * DAY_MS

function pacer(
  clock: ManualClock,
  rules: () => Pacing | undefined,
  options: { sent?: number; random?: () => number; lookMs?: number },
) {
  const { sent = 0, random = () => 0.5, lookMs = 1_000 } = options
  return new Pacer({ rules: async () => rules(), countSent: async () => sent, clock, random, lookMs })
}

test('whatever the rules are, they hold, and nothing waits that need not', async () => {
  const rules = fc.record(
    {
      perMinute: fc.integer({ min: 1, max: 5 }),
      perDay: fc.integer({ min: 1, max: 6 }),
      gapMs: fc
        .tuple(fc.nat(20_000), fc.nat(20_000))
        .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]),
    },
    { requiredKeys: [] },
  )
  const world = fc.record({
    rules,
    randoms: fc.array(fc.nat(999), { minLength: 12, maxLength: 12 }),
    start: fc.nat(DAY_MS),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ rules, randoms, start }) => {
      const clock = new ManualClock(MIDNIGHT + start)
      let drawn = 0
      const paced = pacer(clock, () => rules, {
        random: () => (randoms[drawn++ % randoms.length] ?? 0) / 1_000,
        lookMs: DAY_MS,
      })
      const at: number[] = []
      const session = newId('ses')
      const signal = new AbortController().signal
      for (let n = 0; n < 8; n += 1) void paced.turn(session, signal).then(() => at.push(clock.now()))
      for (let n = 0; n < 30 && at.length < 8; n += 1) await clock.advance(clock.pending()[0] ?? 0)
      expect(at).toHaveLength(8)
      for (const [n, time] of at.entries()) {
        const before = at.slice(0, n)
        if (rules.gapMs && n > 0) expect(time - (at[n - 1] ?? 0)).toBeGreaterThanOrEqual(rules.gapMs[0])
        if (rules.perMinute) expect(before.filter((one) => one > time - 60_000).length).toBeLessThan(rules.perMinute)
        const day = Math.floor(time / DAY_MS)
        if (rules.perDay)
          expect(before.filter((one) => Math.floor(one / DAY_MS) === day).length).toBeLessThan(rules.perDay)
      }
      if (Object.keys(rules).length === 0) expect(at).toEqual(Array(8).fill(MIDNIGHT + start))
    }),
    { numRuns: 25 },
  )
})

test('what was sent before a restart counts, and the rest waits for the next day', async () => {
  const clock = new ManualClock(MIDNIGHT + DAY_MS - 10_000)
  const paced = pacer(clock, () => ({ perDay: 3 }), { sent: 2 })
  const session = newId('ses')
  const at: number[] = []
  for (let n = 0; n < 2; n += 1) void paced.turn(session, new AbortController().signal).then(() => at.push(clock.now()))
  await clock.advance(9_999)
  expect(at).toEqual([MIDNIGHT + DAY_MS - 10_000])
  await clock.advance(1)
  expect(at).toEqual([MIDNIGHT + DAY_MS - 10_000, MIDNIGHT + DAY_MS])
})

test('a turn that is given up is not used, and rules that go away hold nobody', async () => {
  const clock = new ManualClock(MIDNIGHT)
  let rules: Pacing | undefined = { gapMs: [60_000, 60_000] }
  const paced = pacer(clock, () => rules, {})
  const session = newId('ses')
  const over = new AbortController()
  expect(await paced.turn(session, over.signal)).toBe(true)
  const given = paced.turn(session, over.signal)
  const next = paced.turn(session, new AbortController().signal).then((used) => [used, clock.now()])
  await clock.advance(1_000)
  over.abort()
  expect(await given).toBe(false)
  rules = undefined
  await clock.advance(1_000)
  expect(await next).toEqual([true, MIDNIGHT + 2_000])
})
