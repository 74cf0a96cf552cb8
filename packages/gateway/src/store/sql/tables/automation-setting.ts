import type { AutomationSettings } from '../../../automation/ports.ts'
import type { SessionUid } from '../../../core/ids.ts'
import type { Driver } from '../driver.ts'

const GET = 'SELECT value, is_default_on FROM automation_setting WHERE session_uid = ?'
const SAVE = `
  INSERT INTO automation_setting (session_uid, value, is_default_on) VALUES (?, ?, ?)
  ON CONFLICT (session_uid) DO UPDATE SET value = excluded.value, is_default_on = excluded.is_default_on`

export class AutomationSettingTable {
  private readonly getRow
  private readonly saveRow

  constructor(driver: Driver) {
    this.getRow = driver.prepare<[string], { value: string; is_default_on: number }>(GET)
    this.saveRow = driver.prepare<[string, string, number]>(SAVE)
  }

  async get(session: SessionUid): Promise<{ settings: AutomationSettings; isDefaultOn: boolean } | undefined> {
    const row = await this.getRow.get(session)
    return row && { settings: JSON.parse(row.value) as AutomationSettings, isDefaultOn: row.is_default_on === 1 }
  }

  async save(session: SessionUid, settings: AutomationSettings, isDefaultOn: boolean): Promise<void> {
    await this.saveRow.run(session, JSON.stringify(settings), isDefaultOn ? 1 : 0)
  }
}
