const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How long to wait before each attempt after the one before has failed, in milliseconds (Standard Webhooks 1.0.0). */
export const RETRY_DELAYS_MS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

/** The part of a delay by which it may be shorter or longer, so that failures of one moment do not come back together. */
export const JITTER = 0.2
const RETRY_AFTER_LIMIT_MS = 24 * HOUR

export interface FailedAttempt {
  /** How many attempts were made, this one included. */
  attempts: number
  /** When it ended, in milliseconds since the epoch. */
  at: number
  /** HTTP status, null where no answer came. */
  status: number | null
  /** The answer's `Retry-After` header. */
  retryAfter?: string | undefined
}

/**
 * When to try again, in milliseconds since the epoch; undefined after the last attempt. With 429 and 503 the
 * receiver may ask for a longer wait than the schedule's, up to a day; never for a shorter one.
 * `random` gives numbers from 0 to 1.
 */
export function nextAttemptAt(failed: FailedAttempt, random: () => number): number | undefined {
  const delay = RETRY_DELAYS_MS[failed.attempts]
  if (delay === undefined) return undefined
  const jittered = delay * (1 - JITTER + 2 * JITTER * random())
  const asked = failed.status === 429 || failed.status === 503 ? parseRetryAfter(failed.retryAfter, failed.at) : 0
  return failed.at + Math.round(Math.max(jittered, asked))
}

/** Reads seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from `now`, 0 to a day; 0 where it is neither. */
export function parseRetryAfter(value: string | undefined, now: number): number {
  const text = value?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), RETRY_AFTER_LIMIT_MS)
}
