import type { SessionUid } from '../../../core/ids.ts'
import type { KeyWrite } from '../../../engine/baileys/auth-port.ts'
import { SEALED } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver } from '../driver.ts'

const LOAD = 'SELECT value FROM signal_key WHERE session_uid = ? AND type = ? AND id = ?'
const SAVE = `
  INSERT INTO signal_key (session_uid, type, id, value) VALUES (?, ?, ?, ?)
  ON CONFLICT (session_uid, type, id) DO UPDATE SET value = excluded.value`
const DELETE = 'DELETE FROM signal_key WHERE session_uid = ? AND type = ? AND id = ?'
const DELETE_ALL = 'DELETE FROM signal_key WHERE session_uid = ?'

/** Signal's key store: prekeys, ratchet sessions, sender keys and what else the engine keeps by type and id. */
export class SignalKeyTable {
  private readonly sealer: Sealer
  private readonly loadRow
  private readonly saveRow
  private readonly deleteRow
  private readonly deleteAllRows

  constructor(driver: Driver, sealer: Sealer) {
    this.sealer = sealer
    this.loadRow = driver.prepare<[string, string, string], { value: string }>(LOAD)
    this.saveRow = driver.prepare<[string, string, string, string]>(SAVE)
    this.deleteRow = driver.prepare<[string, string, string]>(DELETE)
    this.deleteAllRows = driver.prepare<[string]>(DELETE_ALL)
  }

  /** The values that exist, by id. */
  async load(session: SessionUid, type: string, ids: string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    const rows = await Promise.all(ids.map((id) => this.loadRow.get(session, type, id)))
    for (const [index, id] of ids.entries()) {
      const row = rows[index]
      if (row) found.set(id, this.sealer.openText(placeOf(session, type, id), row.value))
    }
    return found
  }

  /** In order, so that the last write of a key wins. */
  apply(session: SessionUid, writes: KeyWrite[]): void {
    for (const { type, id, value } of writes) {
      if (value === null) this.deleteRow.post(session, type, id)
      else this.saveRow.post(session, type, id, this.sealer.sealText(placeOf(session, type, id), value))
    }
  }

  async deleteAll(session: SessionUid): Promise<void> {
    await this.deleteAllRows.run(session)
  }
}

function placeOf(session: SessionUid, type: string, id: string): Place {
  return { column: SEALED.signalKey, owner: session, id: [session, type, id] }
}
