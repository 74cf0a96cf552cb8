import { describe, expect, it } from 'vitest'
import { JITTER, nextAttemptAt, parseRetryAfter, RETRY_DELAYS_MS } from './retry-schedule.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const AT = Date.parse('2026-03-01T12:00:00Z')
const middle = () => 0.5

const wait = (attempts: number, random = middle) =>
  (nextAttemptAt({ attempts, at: AT, status: 500 }, random) ?? Number.NaN) - AT

describe('the retry schedule', () => {
  it('has ten attempts over 75 hours, 35 minutes and 5 seconds', () => {
    const waits = Array.from({ length: 9 }, (_, index) => wait(index + 1))
    expect(waits).toEqual([5000, 5 * MINUTE, 30 * MINUTE, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR)])
    expect(RETRY_DELAYS_MS.reduce((sum, delay) => sum + delay)).toBe(75 * HOUR + 35 * MINUTE + 5000)
    expect(nextAttemptAt({ attempts: 10, at: AT, status: 500 }, middle)).toBeUndefined()
  })

  it('varies each delay by a fifth in both directions', () => {
    expect(JITTER).toBe(0.2)
    expect(wait(1, () => 0)).toBe(4000)
    expect(wait(1, () => 1)).toBe(6000)
    for (let i = 0; i < 1000; i++) {
      const delay = wait(4, Math.random)
      expect(delay).toBeGreaterThanOrEqual(1.6 * HOUR)
      expect(delay).toBeLessThanOrEqual(2.4 * HOUR)
    }
  })

  it('waits longer where a 429 or 503 asks for it, never shorter, and at most a day', () => {
    const asked = (status: number, retryAfter: string) =>
      (nextAttemptAt({ attempts: 1, at: AT, status, retryAfter }, middle) ?? 0) - AT
    expect(asked(429, '60')).toBe(60_000)
    expect(asked(503, 'Sun, 01 Mar 2026 12:10:00 GMT')).toBe(10 * MINUTE)
    expect(asked(429, '1')).toBe(5000)
    expect(asked(429, '999999999')).toBe(24 * HOUR)
    expect(asked(500, '60')).toBe(5000)
    expect(asked(429, 'soon')).toBe(5000)
    expect(nextAttemptAt({ attempts: 10, at: AT, status: 429, retryAfter: '60' }, middle)).toBeUndefined()
  })

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7000],
    ['-5', 0],
    ['1.5e3', 0],
    ['', 0],
    [undefined, 0],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['Mon, 02 Mar 2026 11:00:00 GMT', 23 * HOUR],
    ['Mon, 01 Mar 2027 11:00:00 GMT', 24 * HOUR],
  ])('reads Retry-After %j as %d ms', (text, ms) => {
    expect(parseRetryAfter(text, AT)).toBe(ms)
  })
})
