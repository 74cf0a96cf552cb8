import type { EndpointId, SessionUid, TenantId } from '../../../core/ids.ts'
import type { Endpoint } from '../../../webhooks/ports.ts'
import type { Driver, SqlValue } from '../driver.ts'

const INSERT = `
  INSERT INTO endpoint (id, tenant, url, events, session_uid, session, headers, secret, disabled_at, created_at)
  VALUES (@id, @tenant, @url, @events, @session_uid, @session, @headers, @secret, @disabled_at, @created_at)`
const BY_ID = 'SELECT * FROM endpoint WHERE id = ?'
const OF_TENANT = 'SELECT * FROM endpoint WHERE tenant = ? ORDER BY id'
const LIST_OF_TENANT = 'SELECT * FROM endpoint WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?'
const LIST_ALL = 'SELECT * FROM endpoint WHERE id > ? ORDER BY id LIMIT ?'
const UPDATE = `
  UPDATE endpoint SET url = @url, events = @events, headers = @headers, secret = @secret, disabled_at = @disabled_at
  WHERE id = @id`
const DELETE = 'DELETE FROM endpoint WHERE tenant = ? AND id = ?'

interface Row {
  id: EndpointId
  tenant: TenantId
  url: string
  events: string
  session_uid: SessionUid | null
  session: string | null
  headers: string
  secret: string
  disabled_at: number | null
  created_at: number
}

export class EndpointTable {
  private readonly insertRow
  private readonly byIdRow
  private readonly ofTenantRows
  private readonly listOfTenantRows
  private readonly listAllRows
  private readonly updateRow
  private readonly deleteRow

  constructor(driver: Driver) {
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.ofTenantRows = driver.prepare<[string], Row>(OF_TENANT)
    this.listOfTenantRows = driver.prepare<[string, string, number], Row>(LIST_OF_TENANT)
    this.listAllRows = driver.prepare<[string, number], Row>(LIST_ALL)
    this.updateRow = driver.prepare<[Record<string, SqlValue>]>(UPDATE)
    this.deleteRow = driver.prepare<[string, string]>(DELETE)
  }

  insert(endpoint: Endpoint): void {
    this.insertRow.run({
      id: endpoint.id,
      tenant: endpoint.tenant,
      session_uid: endpoint.sessionUid,
      session: endpoint.session,
      created_at: endpoint.createdAt,
      ...mutableColumns(endpoint),
    })
  }

  byId(id: EndpointId): Endpoint | undefined {
    const row = this.byIdRow.get(id)
    return row && fromRow(row)
  }

  ofTenant(tenant: TenantId): Endpoint[] {
    return this.ofTenantRows.all(tenant).map(fromRow)
  }

  /** By id, that is in order of creation; after the id `cursor`. */
  list(tenant: TenantId | null, cursor: string, limit: number): Endpoint[] {
    const rows =
      tenant === null ? this.listAllRows.all(cursor, limit) : this.listOfTenantRows.all(tenant, cursor, limit)
    return rows.map(fromRow)
  }

  update(endpoint: Endpoint): void {
    this.updateRow.run({ id: endpoint.id, ...mutableColumns(endpoint) })
  }

  delete(tenant: TenantId, id: EndpointId): boolean {
    return this.deleteRow.run(tenant, id) > 0
  }
}

function mutableColumns(endpoint: Endpoint): Record<string, SqlValue> {
  return {
    url: endpoint.url,
    events: JSON.stringify(endpoint.events),
    headers: JSON.stringify(endpoint.headers),
    secret: endpoint.secret,
    disabled_at: endpoint.disabledAt,
  }
}

function fromRow(row: Row): Endpoint {
  return {
    id: row.id,
    tenant: row.tenant,
    url: row.url,
    events: JSON.parse(row.events) as string[],
    sessionUid: row.session_uid,
    session: row.session,
    headers: JSON.parse(row.headers) as Record<string, string>,
    secret: row.secret,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
  }
}
