/**
 * WhatsApp has refused a message because the account may not write to strangers for now (code 463). Each further try
 * counts against the account, so first messages to people wait. Times are milliseconds since the epoch.
 */
export interface Restriction {
  since: number
  until: number
  /** How many there were, each soon after the one before. */
  count: number
}

const HOUR_MS = 3_600_000
const LONGEST_MS = 24 * HOUR_MS
/** One that comes sooner after the last has ended is held longer. */
const SOON_MS = 24 * HOUR_MS

/** What holds after a refusal at `at`: an hour, and twice as long each time that it comes again soon. */
export function nextRestriction(before: Restriction | null, at: number): Restriction {
  if (before && at < before.until) return before
  const count = before && at < before.until + SOON_MS ? before.count + 1 : 1
  return { since: at, until: at + Math.min(HOUR_MS * 2 ** (count - 1), LONGEST_MS), count }
}
