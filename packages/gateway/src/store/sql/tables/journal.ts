import type { SessionUid } from '../../../core/ids.ts'
import type { JournalEntry } from '../../../engine/baileys/auth-port.ts'
import { SEALED } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver } from '../driver.ts'

const ADD = `
  INSERT INTO journal (session_uid, key, plaintext, envelope, at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (session_uid, key) DO NOTHING`
const FIND = 'SELECT plaintext FROM journal WHERE session_uid = ? AND key = ?'
const PENDING = `
  SELECT key, plaintext, envelope FROM journal WHERE session_uid = ? AND consumed = 0 ORDER BY row_no`
const CONSUME = 'UPDATE journal SET consumed = 1 WHERE session_uid = ? AND key = ? AND consumed = 0'
const DELETE_ALL = 'DELETE FROM journal WHERE session_uid = ?'
const PRUNE = `
  DELETE FROM journal WHERE row_no IN (SELECT row_no FROM journal WHERE consumed = 1 AND at < ? LIMIT ?)`

/**
 * Plaintexts by the hash of their ciphertext. A consumed row stays for {@link JOURNAL_KEPT_MS}, because the server may
 * hand over the same ciphertext again and the ratchet cannot decrypt it twice.
 */
export class JournalTable {
  private readonly sealer: Sealer
  private readonly addRow
  private readonly findRow
  private readonly pendingRows
  private readonly consumeRow
  private readonly deleteAllRows
  private readonly pruneRows

  constructor(driver: Driver, sealer: Sealer) {
    this.sealer = sealer
    this.addRow = driver.prepare<[string, string, Uint8Array, string, number]>(ADD)
    this.findRow = driver.prepare<[string, string], { plaintext: Uint8Array }>(FIND)
    this.pendingRows = driver.prepare<[string], JournalEntry>(PENDING)
    this.consumeRow = driver.prepare<[string, string]>(CONSUME)
    this.deleteAllRows = driver.prepare<[string]>(DELETE_ALL)
    this.pruneRows = driver.prepare<[number, number]>(PRUNE)
  }

  /** A key that is there already keeps its row. */
  add(session: SessionUid, entries: JournalEntry[], at: number): void {
    for (const { key, plaintext, envelope } of entries) {
      this.addRow.post(session, key, this.sealer.sealBytes(placeOf(session, key), plaintext), envelope, at)
    }
  }

  async find(session: SessionUid, key: string): Promise<Uint8Array | undefined> {
    const row = await this.findRow.get(session, key)
    return row && this.sealer.openBytes(placeOf(session, key), row.plaintext)
  }

  async pending(session: SessionUid): Promise<JournalEntry[]> {
    return (await this.pendingRows.all(session)).map((entry) => ({
      ...entry,
      plaintext: this.sealer.openBytes(placeOf(session, entry.key), entry.plaintext),
    }))
  }

  consume(session: SessionUid, key: string): void {
    this.consumeRow.post(session, key)
  }

  async deleteAll(session: SessionUid): Promise<void> {
    await this.deleteAllRows.run(session)
  }

  /** Deletes up to `limit` consumed rows from before `cutoff` (ms) and answers how many. */
  async prune(cutoff: number, limit: number): Promise<number> {
    return await this.pruneRows.run(cutoff, limit)
  }
}

/** WhatsApp keeps undelivered messages for 14 days: nothing older can be handed over again. */
export const JOURNAL_KEPT_MS = 14 * 24 * 3_600_000

function placeOf(session: SessionUid, key: string): Place {
  return { column: SEALED.journal, owner: session, id: [session, key] }
}
