import type { KeyRecord, Scope } from '../../../access/ports.ts'
import type { KeyId, SessionUid, TenantId } from '../../../core/ids.ts'
import type { Driver, SqlValue } from '../driver.ts'

const INSERT = `
  INSERT INTO api_key (id, tenant, name, secret_hash, scopes, is_admin, session_uid, session, created_at)
  VALUES (@id, @tenant, @name, @secret_hash, @scopes, @is_admin, @session_uid, @session, @created_at)`
const BY_ID = 'SELECT * FROM api_key WHERE id = ?'
const LIST_OF_TENANT = 'SELECT * FROM api_key WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?'
const LIST_ALL = 'SELECT * FROM api_key WHERE id > ? ORDER BY id LIMIT ?'
const DELETE_OF_TENANT = 'DELETE FROM api_key WHERE id = ? AND tenant = ?'
const DELETE = 'DELETE FROM api_key WHERE id = ?'
const ANY_ADMIN = 'SELECT 1 FROM api_key WHERE is_admin = 1 LIMIT 1'

interface Row {
  id: KeyId
  tenant: TenantId
  name: string
  secret_hash: string
  scopes: string
  session_uid: SessionUid | null
  session: string | null
  created_at: number
}

export class ApiKeyTable {
  private readonly insertRow
  private readonly byIdRow
  private readonly listOfTenantRows
  private readonly listAllRows
  private readonly deleteOfTenantRow
  private readonly deleteRow
  private readonly anyAdminRow

  constructor(driver: Driver) {
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.listOfTenantRows = driver.prepare<[string, string, number], Row>(LIST_OF_TENANT)
    this.listAllRows = driver.prepare<[string, number], Row>(LIST_ALL)
    this.deleteOfTenantRow = driver.prepare<[string, string]>(DELETE_OF_TENANT)
    this.deleteRow = driver.prepare<[string]>(DELETE)
    this.anyAdminRow = driver.prepare<[]>(ANY_ADMIN)
  }

  insert(key: KeyRecord): void {
    this.insertRow.run({
      id: key.id,
      tenant: key.tenant,
      name: key.name,
      secret_hash: key.secretHash,
      scopes: JSON.stringify(key.scopes),
      is_admin: key.scopes.includes('admin') ? 1 : 0,
      session_uid: key.sessionUid,
      session: key.session,
      created_at: key.createdAt,
    })
  }

  byId(id: KeyId): KeyRecord | undefined {
    const row = this.byIdRow.get(id)
    return row && fromRow(row)
  }

  list(tenant: TenantId | null, cursor: string, limit: number): KeyRecord[] {
    const rows =
      tenant === null ? this.listAllRows.all(cursor, limit) : this.listOfTenantRows.all(tenant, cursor, limit)
    return rows.map(fromRow)
  }

  delete(tenant: TenantId | null, id: KeyId): boolean {
    const changes = tenant === null ? this.deleteRow.run(id) : this.deleteOfTenantRow.run(id, tenant)
    return changes > 0
  }

  anyAdmin(): boolean {
    return this.anyAdminRow.get() !== undefined
  }
}

function fromRow(row: Row): KeyRecord {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    secretHash: row.secret_hash,
    scopes: JSON.parse(row.scopes) as Scope[],
    sessionUid: row.session_uid,
    session: row.session,
    createdAt: row.created_at,
  }
}
