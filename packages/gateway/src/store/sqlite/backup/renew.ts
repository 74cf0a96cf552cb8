import { type Renewal, renewalStatements } from '../../sql/renewal.ts'
import type { Driver } from '../driver.ts'

const RENEWAL = renewalStatements({
  user: "substr(lid, 1, instr(lid || '@', '@') - 1)",
  ended: "json_insert(history, '$[#]', json_object('status', 'unknown', 'at', ?))",
  now: '?',
})

/**
 * Makes a copy of the past safe to go on from, in one transaction. A ratchet of then must not be used again: it would
 * encrypt two messages with one key. What was not sent then may have been sent since: it becomes `unknown`, unless
 * `resend`.
 */
export function renew(driver: Driver, { now, resend }: { now: number; resend: boolean }): Renewal {
  driver.exec('BEGIN IMMEDIATE')
  try {
    const ratchets = driver.prepare<[]>(RENEWAL.ratchets).run()
    driver.exec(RENEWAL.memories)
    driver.exec(RENEWAL.senderKeys)
    let unknown = 0
    if (!resend) {
      unknown = driver.prepare<[number]>(RENEWAL.unknown).run(now)
      driver.prepare<[number]>(RENEWAL.answers).run(now)
    }
    driver.exec('COMMIT')
    return { ratchets, unknown }
  } catch (error) {
    if (driver.inTransaction) driver.exec('ROLLBACK')
    throw error
  }
}
