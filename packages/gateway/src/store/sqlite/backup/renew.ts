import type { Driver } from '../driver.ts'

// Keys that other people's senders made are kept: to receive with them steps forward from where they are. The phone
// itself is device 0 of the account and such a sender too.
const OWN_SENDER_KEYS = `
  DELETE FROM signal_key WHERE type = 'sender-key' AND id NOT LIKE '%::0' AND EXISTS (
    SELECT 1 FROM session WHERE uid = signal_key.session_uid AND (
      signal_key.id LIKE '%::' || phone || '::%'
      OR signal_key.id LIKE '%::' || substr(lid, 1, instr(lid || '@', '@') - 1) || '::%'
      OR signal_key.id LIKE '%::' || substr(lid, 1, instr(lid || '@', '@') - 1) || '\\_1::%' ESCAPE '\\'))`
const RATCHETS = `DELETE FROM signal_key WHERE type = 'session'`
// Who was handed which sender key, and devices that may have changed since.
const MEMORIES = `DELETE FROM signal_key WHERE type IN ('sender-key-memory', 'device-list')`
const UNKNOWN = `
  UPDATE message SET status = 'unknown',
    history = json_insert(history, '$[#]', json_object('status', 'unknown', 'at', ?))
  WHERE direction = 'out' AND status IN ('accepted', 'prepared')`
const ANSWERS = `
  UPDATE automation_job SET state = 'ended', due_at = NULL, reason = 'restored', ended_at = ? WHERE state = 'waiting'`

/** What a restored store leaves behind of its past. */
export interface Renewal {
  /** Signal sessions that peers make anew. */
  ratchets: number
  /** Messages whose sending was open when the backup was made. */
  unknown: number
}

/**
 * Makes a copy of the past safe to go on from, in one transaction. A ratchet of then must not be used again: it would
 * encrypt two messages with one key. What was not sent then may have been sent since: it becomes `unknown`, unless
 * `resend`.
 */
export function renew(driver: Driver, { now, resend }: { now: number; resend: boolean }): Renewal {
  driver.exec('BEGIN IMMEDIATE')
  try {
    const ratchets = driver.prepare<[]>(RATCHETS).run()
    driver.exec(MEMORIES)
    driver.exec(OWN_SENDER_KEYS)
    let unknown = 0
    if (!resend) {
      unknown = driver.prepare<[number]>(UNKNOWN).run(now)
      driver.prepare<[number]>(ANSWERS).run(now)
    }
    driver.exec('COMMIT')
    return { ratchets, unknown }
  } catch (error) {
    if (driver.inTransaction) driver.exec('ROLLBACK')
    throw error
  }
}
