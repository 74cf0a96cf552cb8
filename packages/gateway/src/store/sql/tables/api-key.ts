import type { KeyRecord, Scope } from '../../../access/ports.ts'
import type { KeyId, SessionUid, TenantId } from '../../../core/ids.ts'
import { SEALED } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver, SqlValue } from '../driver.ts'

const INSERT = `
  INSERT INTO api_key (id, tenant, name, secret_hash, scopes, is_admin, session_uid, session, dialect, alias, sealed, created_at)
  VALUES (@id, @tenant, @name, @secret_hash, @scopes, @is_admin, @session_uid, @session, @dialect, @alias, @sealed, @created_at)`
const BY_ID = 'SELECT * FROM api_key WHERE id = ?'
const LIST_OF_TENANT = 'SELECT * FROM api_key WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?'
const LIST_ALL = 'SELECT * FROM api_key WHERE id > ? ORDER BY id LIMIT ?'
const OF_ALIAS = 'SELECT * FROM api_key WHERE dialect = ? AND alias = ? ORDER BY id'
const OF_DIALECT = 'SELECT * FROM api_key WHERE tenant = ? AND dialect = ? ORDER BY id'
const BIND = 'UPDATE api_key SET session_uid = ?, session = ? WHERE id = ? AND session_uid IS NULL'
const OF_TOKEN = `
  SELECT api_key.* FROM access_token JOIN api_key ON api_key.id = access_token.key_id
  WHERE access_token.hash = ? AND access_token.expires_at > ?`
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
  dialect: string | null
  alias: string | null
  sealed: string | null
  created_at: number
}

export class ApiKeyTable {
  private readonly sealer: Sealer
  private readonly insertRow
  private readonly byIdRow
  private readonly listOfTenantRows
  private readonly listAllRows
  private readonly ofAliasRows
  private readonly ofDialectRows
  private readonly bindRow
  private readonly ofTokenRow
  private readonly deleteOfTenantRow
  private readonly deleteRow
  private readonly anyAdminRow

  constructor(driver: Driver, sealer: Sealer) {
    this.sealer = sealer
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.listOfTenantRows = driver.prepare<[string, string, number], Row>(LIST_OF_TENANT)
    this.listAllRows = driver.prepare<[string, number], Row>(LIST_ALL)
    this.ofAliasRows = driver.prepare<[string, string], Row>(OF_ALIAS)
    this.ofDialectRows = driver.prepare<[string, string], Row>(OF_DIALECT)
    this.bindRow = driver.prepare<[string, string, string]>(BIND)
    this.ofTokenRow = driver.prepare<[string, number], Row>(OF_TOKEN)
    this.deleteOfTenantRow = driver.prepare<[string, string]>(DELETE_OF_TENANT)
    this.deleteRow = driver.prepare<[string]>(DELETE)
    this.anyAdminRow = driver.prepare<[]>(ANY_ADMIN)
  }

  async insert(key: KeyRecord): Promise<void> {
    await this.insertRow.run({
      id: key.id,
      tenant: key.tenant,
      name: key.name,
      secret_hash: key.secretHash,
      scopes: JSON.stringify(key.scopes),
      is_admin: key.scopes.includes('admin') ? 1 : 0,
      session_uid: key.sessionUid,
      session: key.session,
      dialect: key.dialect,
      alias: key.alias,
      sealed: key.sealed && this.sealer.sealText(placeOf(key), key.sealed),
      created_at: key.createdAt,
    })
  }

  async byId(id: KeyId): Promise<KeyRecord | undefined> {
    const row = await this.byIdRow.get(id)
    return row && fromRow(row, this.sealer)
  }

  async ofAlias(dialect: string, alias: string): Promise<KeyRecord[]> {
    return (await this.ofAliasRows.all(dialect, alias)).map((row) => fromRow(row, this.sealer))
  }

  async ofDialect(tenant: TenantId, dialect: string): Promise<KeyRecord[]> {
    return (await this.ofDialectRows.all(tenant, dialect)).map((row) => fromRow(row, this.sealer))
  }

  /** Changes nothing where the key is bound already. */
  async bind(id: KeyId, session: { uid: SessionUid; id: string }): Promise<void> {
    await this.bindRow.run(session.uid, session.id, id)
  }

  /** The key of a token that is valid at `now` (ms). */
  async ofToken(hash: string, now: number): Promise<KeyRecord | undefined> {
    const row = await this.ofTokenRow.get(hash, now)
    return row && fromRow(row, this.sealer)
  }

  async list(tenant: TenantId | null, cursor: string, limit: number): Promise<KeyRecord[]> {
    const rows =
      tenant === null
        ? await this.listAllRows.all(cursor, limit)
        : await this.listOfTenantRows.all(tenant, cursor, limit)
    return rows.map((row) => fromRow(row, this.sealer))
  }

  async delete(tenant: TenantId | null, id: KeyId): Promise<boolean> {
    const changes = tenant === null ? await this.deleteRow.run(id) : await this.deleteOfTenantRow.run(id, tenant)
    return changes > 0
  }

  async anyAdmin(): Promise<boolean> {
    return (await this.anyAdminRow.get()) !== undefined
  }
}

function fromRow(row: Row, sealer: Sealer): KeyRecord {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    secretHash: row.secret_hash,
    scopes: JSON.parse(row.scopes) as Scope[],
    sessionUid: row.session_uid,
    session: row.session,
    dialect: row.dialect,
    alias: row.alias,
    sealed: row.sealed && sealer.openText(placeOf(row), row.sealed),
    createdAt: row.created_at,
  }
}

function placeOf({ tenant, id }: { tenant: TenantId; id: KeyId }): Place {
  return { column: SEALED.dialectKey, owner: tenant, id: [id] }
}
