import type { SessionUid } from '../../../core/ids.ts'
import { SEALED } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver } from '../driver.ts'

const LOAD = 'SELECT value FROM credential WHERE session_uid = ?'
const SAVE = `
  INSERT INTO credential (session_uid, value) VALUES (?, ?)
  ON CONFLICT (session_uid) DO UPDATE SET value = excluded.value`
const DELETE = 'DELETE FROM credential WHERE session_uid = ?'

/** A session's credentials, one JSON text of the engine. */
export class CredentialTable {
  private readonly sealer: Sealer
  private readonly loadRow
  private readonly saveRow
  private readonly deleteRow

  constructor(driver: Driver, sealer: Sealer) {
    this.sealer = sealer
    this.loadRow = driver.prepare<[string], { value: string }>(LOAD)
    this.saveRow = driver.prepare<[string, string]>(SAVE)
    this.deleteRow = driver.prepare<[string]>(DELETE)
  }

  async load(session: SessionUid): Promise<string | undefined> {
    const row = await this.loadRow.get(session)
    return row && this.sealer.openText(placeOf(session), row.value)
  }

  save(session: SessionUid, json: string): void {
    this.saveRow.post(session, this.sealer.sealText(placeOf(session), json))
  }

  async delete(session: SessionUid): Promise<void> {
    await this.deleteRow.run(session)
  }
}

function placeOf(session: SessionUid): Place {
  return { column: SEALED.credential, owner: session, id: [session] }
}
