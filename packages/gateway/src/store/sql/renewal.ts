/** What a database that was put back to an earlier state leaves behind of its past. */
export interface Renewal {
  /** Signal sessions that peers make anew. */
  ratchets: number
  /** Messages whose sending was open at that time. */
  unknown: number
}

/** The statements that make it safe to go on from; `unknown` and `answers` bind the present time (milliseconds). */
interface RenewalStatements {
  ratchets: string
  memories: string
  senderKeys: string
  unknown: string
  answers: string
}

/**
 * In the words of one database: `user` is the part of an address before the `@`, `ended` the history of a message with
 * one more step, `now` the placeholder of the time.
 */
export function renewalStatements(words: { user: string; ended: string; now: string }): RenewalStatements {
  const { user, ended, now } = words
  return {
    ratchets: `DELETE FROM signal_key WHERE type = 'session'`,
    // Who was handed which sender key, and devices that may have changed since.
    memories: `DELETE FROM signal_key WHERE type IN ('sender-key-memory', 'device-list')`,
    // Keys that other people's senders made are kept: to receive with them steps forward from where they are. The phone
    // itself is device 0 of the account and such a sender too.
    senderKeys: `
      DELETE FROM signal_key WHERE type = 'sender-key' AND id NOT LIKE '%::0' AND EXISTS (
        SELECT 1 FROM session WHERE uid = signal_key.session_uid AND (
          signal_key.id LIKE '%::' || phone || '::%'
          OR signal_key.id LIKE '%::' || ${user} || '::%'
          OR signal_key.id LIKE '%::' || ${user} || '\\_1::%' ESCAPE '\\'))`,
    unknown: `
      UPDATE message SET status = 'unknown', history = ${ended}
      WHERE direction = 'out' AND status IN ('accepted', 'prepared')`,
    answers: `
      UPDATE automation_job SET state = 'ended', due_at = NULL, reason = 'restored', ended_at = ${now}
      WHERE state = 'waiting'`,
  }
}
