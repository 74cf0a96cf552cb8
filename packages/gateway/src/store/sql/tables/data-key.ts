import type { DataKeyRow } from '../../sealing/sealer.ts'
import type { Driver } from '../driver.ts'

const ALL = 'SELECT id, scope, kek, wrapped FROM data_key'
const INSERT = 'INSERT INTO data_key (id, scope, session_uid, kek, wrapped, created_at) VALUES (?, ?, ?, ?, ?, ?)'
const UNDER_OTHERS = 'SELECT id, scope, kek, wrapped FROM data_key WHERE kek <> ? LIMIT ?'
const UPDATE = 'UPDATE data_key SET kek = ?, wrapped = ? WHERE id = ?'
const KEKS = 'SELECT DISTINCT kek FROM data_key'

/** Data keys of sessions and tenants; a session's goes with the session. */
export class DataKeyTable {
  private readonly allRows
  private readonly insertRow
  private readonly underOthersRows
  private readonly updateRow
  private readonly keksRows

  constructor(driver: Driver) {
    this.allRows = driver.prepare<[], DataKeyRow>(ALL)
    this.insertRow = driver.prepare<[string, string, string | null, string, string, number]>(INSERT)
    this.underOthersRows = driver.prepare<[string, number], DataKeyRow>(UNDER_OTHERS)
    this.updateRow = driver.prepare<[string, string, string]>(UPDATE)
    this.keksRows = driver.prepare<[], { kek: string }>(KEKS)
  }

  all(): Promise<DataKeyRow[]> {
    return this.allRows.all()
  }

  add({ id, scope, kek, wrapped }: DataKeyRow, session: string | null, at: number): void {
    this.insertRow.post(id, scope, session, kek, wrapped, at)
  }

  /** Up to `limit` keys that another master key than `kek` wraps. */
  underOthers(kek: string, limit: number): Promise<DataKeyRow[]> {
    return this.underOthersRows.all(kek, limit)
  }

  async update({ id, kek, wrapped }: DataKeyRow): Promise<void> {
    await this.updateRow.run(kek, wrapped, id)
  }

  /** Master keys that wrap any. */
  async keks(): Promise<string[]> {
    return (await this.keksRows.all()).map(({ kek }) => kek)
  }
}
