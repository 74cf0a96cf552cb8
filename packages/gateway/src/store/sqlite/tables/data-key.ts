import type { DataKeyRow, DataKeys } from '../../sealing/sealer.ts'
import type { Driver } from '../driver.ts'

const OF_SCOPE = 'SELECT id, scope, kek, wrapped FROM data_key WHERE scope = ?'
const BY_ID = 'SELECT id, scope, kek, wrapped FROM data_key WHERE id = ?'
const INSERT = 'INSERT INTO data_key (id, scope, session_uid, kek, wrapped, created_at) VALUES (?, ?, ?, ?, ?, ?)'
const UNDER_OTHERS = 'SELECT id, scope, kek, wrapped FROM data_key WHERE kek <> ? LIMIT ?'
const UPDATE = 'UPDATE data_key SET kek = ?, wrapped = ? WHERE id = ?'
const KEKS = 'SELECT DISTINCT kek FROM data_key'

/** Data keys of sessions and tenants; a session's goes with the session. */
export class DataKeyTable implements DataKeys {
  private readonly now: () => number
  private readonly ofScopeRow
  private readonly byIdRow
  private readonly insertRow
  private readonly underOthersRows
  private readonly updateRow
  private readonly keksRows

  constructor(driver: Driver, now: () => number) {
    this.now = now
    this.ofScopeRow = driver.prepare<[string], DataKeyRow>(OF_SCOPE)
    this.byIdRow = driver.prepare<[string], DataKeyRow>(BY_ID)
    this.insertRow = driver.prepare<[string, string, string | null, string, string, number]>(INSERT)
    this.underOthersRows = driver.prepare<[string, number], DataKeyRow>(UNDER_OTHERS)
    this.updateRow = driver.prepare<[string, string, string]>(UPDATE)
    this.keksRows = driver.prepare<[], { kek: string }>(KEKS)
  }

  ofScope(scope: string): DataKeyRow | undefined {
    return this.ofScopeRow.get(scope)
  }

  byId(id: string): DataKeyRow | undefined {
    return this.byIdRow.get(id)
  }

  add({ id, scope, kek, wrapped }: DataKeyRow, session: string | null): void {
    this.insertRow.run(id, scope, session, kek, wrapped, this.now())
  }

  /** Up to `limit` keys that another master key than `kek` wraps. */
  underOthers(kek: string, limit: number): DataKeyRow[] {
    return this.underOthersRows.all(kek, limit)
  }

  update({ id, kek, wrapped }: DataKeyRow): void {
    this.updateRow.run(kek, wrapped, id)
  }

  /** Master keys that wrap any. */
  keks(): string[] {
    return this.keksRows.all().map(({ kek }) => kek)
  }
}
