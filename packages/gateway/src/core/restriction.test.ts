import { expect, test } from 'vitest'
import { nextRestriction } from './restriction.ts'

const HOUR = 3_600_000

test('each restriction that comes soon after the last holds twice as long, up to a day', () => {
  const first = nextRestriction(null, 0)
  expect(first).toEqual({ since: 0, until: HOUR, count: 1 })
  expect(nextRestriction(first, HOUR - 1)).toBe(first)
  const second = nextRestriction(first, HOUR)
  expect(second.until - second.since).toBe(2 * HOUR)
  let last = second
  for (let times = 0; times < 9; times += 1) last = nextRestriction(last, last.until + 1)
  expect(last.until - last.since).toBe(24 * HOUR)
  expect(nextRestriction(last, last.until + 25 * HOUR)).toMatchObject({ count: 1 })
})
