import type { SessionUid, TenantId } from '../../../core/ids.ts'
import type { Item, ItemFilter, ItemKey } from '../../../items/ports.ts'
import type { Driver, SqlValue } from '../driver.ts'
import { Filter } from './filter.ts'

const SAVE = `
  INSERT INTO item (tenant, dialect, kind, id, session_uid, value, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tenant, dialect, kind, id) DO UPDATE
  SET session_uid = excluded.session_uid, value = excluded.value, changed_at = excluded.changed_at`
const GET = 'SELECT session_uid, value, changed_at FROM item WHERE tenant = ? AND dialect = ? AND kind = ? AND id = ?'

/** A field of the value, by its name. */
const FIELD = { sqlite: 'value ->> ?', postgres: 'value::jsonb ->> CAST(? AS TEXT)' }

// One look into the key for each tenant.
const NEXT_TENANT = 'SELECT min(tenant) AS tenant FROM item WHERE tenant > ?'
// Ids grow with time here, so that the old ones are the first.
const PRUNE = `
  DELETE FROM item WHERE tenant = @tenant AND dialect = @dialect AND kind = @kind AND id IN (
    SELECT id FROM (
      SELECT id, changed_at FROM item WHERE tenant = @tenant AND dialect = @dialect AND kind = @kind ORDER BY id LIMIT @limit
    ) AS first WHERE changed_at < @before)`

interface Row {
  session_uid: SessionUid | null
  value: string
  changed_at: number
}

export class ItemTable {
  private readonly saveRow
  private readonly getRow
  private readonly driver: Driver
  private readonly nextTenant
  private readonly pruneRows

  constructor(driver: Driver) {
    this.driver = driver
    this.saveRow = driver.prepare<[string, string, string, string, string | null, string, number]>(SAVE)
    this.getRow = driver.prepare<[string, string, string, string], Row>(GET)
    this.nextTenant = driver.prepare<[string], { tenant: TenantId | null }>(NEXT_TENANT)
    this.pruneRows = driver.prepare<[Record<string, string | number>]>(PRUNE)
  }

  async save({ tenant, dialect, kind, id, session, value, changedAt }: Item): Promise<void> {
    await this.saveRow.run(tenant, dialect, kind, id, session, JSON.stringify(value), changedAt)
  }

  async get(key: ItemKey): Promise<Item | undefined> {
    const row = await this.getRow.get(key.tenant, key.dialect, key.kind, key.id)
    return row && { ...key, session: row.session_uid, value: JSON.parse(row.value), changedAt: row.changed_at }
  }

  /** Who has any. */
  async tenants(): Promise<TenantId[]> {
    const found: TenantId[] = []
    for (let tenant: string | null = ''; tenant !== null; ) {
      const next: TenantId | null = (await this.nextTenant.get(tenant))?.tenant ?? null
      if (next !== null) found.push(next)
      tenant = next
    }
    return found
  }

  /** Deletes those of a kind, whose ids grow with time, that were changed before `before`: up to `limit`, the first ones. */
  async prune({ tenant, dialect, kind }: Omit<ItemKey, 'id'>, before: number, limit: number): Promise<number> {
    return await this.pruneRows.run({ tenant, dialect, kind, before, limit })
  }

  async list({ tenant, dialect, kind }: Omit<ItemKey, 'id'>, filter: ItemFilter): Promise<Item[]> {
    const { limit, before, changedSince, changedBefore, texts = [] } = filter
    const wanted = new Filter()
    wanted.where('tenant = ? AND dialect = ? AND kind = ?', tenant, dialect, kind)
    if (before !== undefined) wanted.where('id < ?', before)
    if (changedSince !== undefined) wanted.where('changed_at >= ?', changedSince)
    if (changedBefore !== undefined) wanted.where('changed_at < ?', changedBefore)
    const field = this.driver.pick(FIELD)
    for (const { field: name, is, begins } of texts) {
      if (begins) wanted.where(`substr(${field}, 1, ${[...is].length}) = ?`, name, is)
      else wanted.where(`${field} = ?`, name, is)
    }
    const sql = `SELECT id, session_uid, value, changed_at FROM item ${wanted.sql} ORDER BY id DESC LIMIT ?`
    const rows = await this.driver.prepare<SqlValue[], Row & { id: string }>(sql).all(...wanted.values, limit)
    return rows.map((row) => ({
      ...{ tenant, dialect, kind, id: row.id },
      ...{ session: row.session_uid, value: JSON.parse(row.value), changedAt: row.changed_at },
    }))
  }
}
