import type { EndpointId, SessionUid, TenantId } from '../../../core/ids.ts'
import type { Endpoint, EndpointKind } from '../../../webhooks/ports.ts'
import { SEALED, type SealedColumn } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver, SqlValue } from '../driver.ts'

const INSERT = `
  INSERT INTO endpoint (id, kind, tenant, url, events, session_uid, session, headers, secret, previous_secret,
    previous_secret_until, format, settings, timeout_ms, disabled_at, created_at, used_at)
  VALUES (@id, @kind, @tenant, @url, @events, @session_uid, @session, @headers, @secret, @previous_secret,
    @previous_secret_until, @format, @settings, @timeout_ms, @disabled_at, @created_at, @created_at)`
const BY_ID = 'SELECT * FROM endpoint WHERE id = ?'
const OF_TENANT = `SELECT * FROM endpoint WHERE kind = 'webhook' AND tenant = ? ORDER BY id`
const LIST_OF_TENANT = `SELECT * FROM endpoint WHERE kind = 'webhook' AND tenant = ? AND id > ? ORDER BY id LIMIT ?`
const LIST_ALL = `SELECT * FROM endpoint WHERE kind = 'webhook' AND id > ? ORDER BY id LIMIT ?`
const OF_SESSION = `
  SELECT * FROM endpoint WHERE session_uid = ? AND session_uid IS NOT NULL AND kind = 'webhook' AND format = ? ORDER BY id`
const TARGET = `SELECT * FROM endpoint WHERE session_uid = ? AND format = ? AND url = ? AND kind = 'notify'`
const USE = 'UPDATE endpoint SET used_at = ?, disabled_at = NULL, events = ? WHERE id = ?'
const PRUNE = `
  DELETE FROM endpoint WHERE id IN (
    SELECT id FROM endpoint WHERE kind = 'notify' AND used_at <= ?
      AND NOT EXISTS (SELECT 1 FROM delivery WHERE endpoint = endpoint.id AND state = 'pending') LIMIT ?)`
const UPDATE = `
  UPDATE endpoint SET url = @url, events = @events, headers = @headers, secret = @secret,
    previous_secret = @previous_secret, previous_secret_until = @previous_secret_until, settings = @settings,
    timeout_ms = @timeout_ms, disabled_at = @disabled_at
  WHERE id = @id`
const DELETE = 'DELETE FROM endpoint WHERE tenant = ? AND id = ?'

interface Row {
  id: EndpointId
  kind: EndpointKind
  tenant: TenantId
  url: string
  events: string
  session_uid: SessionUid | null
  session: string | null
  headers: string
  secret: string
  previous_secret: string | null
  previous_secret_until: number | null
  format: string
  settings: string
  timeout_ms: number | null
  disabled_at: number | null
  created_at: number
}

export class EndpointTable {
  private readonly sealer: Sealer
  private readonly insertRow
  private readonly byIdRow
  private readonly ofTenantRows
  private readonly listOfTenantRows
  private readonly listAllRows
  private readonly ofSessionRows
  private readonly targetRow
  private readonly useRow
  private readonly pruneRows
  private readonly updateRow
  private readonly deleteRow

  constructor(driver: Driver, sealer: Sealer) {
    this.sealer = sealer
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.ofTenantRows = driver.prepare<[string], Row>(OF_TENANT)
    this.listOfTenantRows = driver.prepare<[string, string, number], Row>(LIST_OF_TENANT)
    this.listAllRows = driver.prepare<[string, number], Row>(LIST_ALL)
    this.ofSessionRows = driver.prepare<[string, string], Row>(OF_SESSION)
    this.targetRow = driver.prepare<[string, string, string], Row>(TARGET)
    this.useRow = driver.prepare<[number, string, string]>(USE)
    this.pruneRows = driver.prepare<[number, number]>(PRUNE)
    this.updateRow = driver.prepare<[Record<string, SqlValue>]>(UPDATE)
    this.deleteRow = driver.prepare<[string, string]>(DELETE)
  }

  async insert(endpoint: Endpoint): Promise<void> {
    await this.insertRow.run({
      id: endpoint.id,
      kind: endpoint.kind,
      format: endpoint.format,
      tenant: endpoint.tenant,
      session_uid: endpoint.sessionUid,
      session: endpoint.session,
      created_at: endpoint.createdAt,
      ...mutableColumns(endpoint, this.sealer),
    })
  }

  async byId(id: EndpointId): Promise<Endpoint | undefined> {
    const row = await this.byIdRow.get(id)
    return row && fromRow(row, this.sealer)
  }

  async ofTenant(tenant: TenantId): Promise<Endpoint[]> {
    return (await this.ofTenantRows.all(tenant)).map((row) => fromRow(row, this.sealer))
  }

  /** By id, that is in order of creation; after the id `cursor`. */
  async list(tenant: TenantId | null, cursor: string, limit: number): Promise<Endpoint[]> {
    const rows =
      tenant === null
        ? await this.listAllRows.all(cursor, limit)
        : await this.listOfTenantRows.all(tenant, cursor, limit)
    return rows.map((row) => fromRow(row, this.sealer))
  }

  async ofSession(session: SessionUid, format: string): Promise<Endpoint[]> {
    return (await this.ofSessionRows.all(session, format)).map((row) => fromRow(row, this.sealer))
  }

  /** The endpoint that messages of the session share which name this URL for their news. */
  async target(session: SessionUid, format: string, url: string): Promise<Endpoint | undefined> {
    const row = await this.targetRow.get(session, format, url)
    return row && fromRow(row, this.sealer)
  }

  /** A message named it again: it lives on, and is asked again where it was gone. */
  async use(id: EndpointId, events: readonly string[], at: number): Promise<void> {
    await this.useRow.run(at, JSON.stringify(events), id)
  }

  /** Deletes up to `limit` endpoints of messages that none named since `cutoff` (ms) and that owe nothing. */
  async prune(cutoff: number, limit: number): Promise<number> {
    return await this.pruneRows.run(cutoff, limit)
  }

  async update(endpoint: Endpoint): Promise<void> {
    await this.updateRow.run({ id: endpoint.id, ...mutableColumns(endpoint, this.sealer) })
  }

  async delete(tenant: TenantId, id: EndpointId): Promise<boolean> {
    return (await this.deleteRow.run(tenant, id)) > 0
  }
}

function mutableColumns(endpoint: Endpoint, sealer: Sealer): Record<string, SqlValue> {
  const seal = (column: SealedColumn, text: string) => sealer.sealText(placeOf(column, endpoint), text)
  return {
    url: endpoint.url,
    events: JSON.stringify(endpoint.events),
    headers: seal(SEALED.endpointHeaders, JSON.stringify(endpoint.headers)),
    secret: seal(SEALED.endpointSecret, endpoint.secret),
    previous_secret: endpoint.previousSecret && seal(SEALED.endpointPreviousSecret, endpoint.previousSecret.secret),
    previous_secret_until: endpoint.previousSecret?.until ?? null,
    settings: seal(SEALED.endpointSettings, JSON.stringify(endpoint.settings)),
    timeout_ms: endpoint.timeoutMs,
    disabled_at: endpoint.disabledAt,
  }
}

function fromRow(row: Row, sealer: Sealer): Endpoint {
  const open = (column: SealedColumn, text: string) => sealer.openText(placeOf(column, row), text)
  const { previous_secret: secret, previous_secret_until: until } = row
  return {
    id: row.id,
    kind: row.kind,
    tenant: row.tenant,
    url: row.url,
    events: JSON.parse(row.events) as string[],
    sessionUid: row.session_uid,
    session: row.session,
    headers: JSON.parse(open(SEALED.endpointHeaders, row.headers)) as Record<string, string>,
    secret: open(SEALED.endpointSecret, row.secret),
    previousSecret:
      secret === null || until === null ? null : { secret: open(SEALED.endpointPreviousSecret, secret), until },
    format: row.format,
    settings: JSON.parse(open(SEALED.endpointSettings, row.settings)) as Record<string, unknown>,
    timeoutMs: row.timeout_ms,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
  }
}

function placeOf(column: SealedColumn, { tenant, id }: { tenant: TenantId; id: EndpointId }): Place {
  return { column, owner: tenant, id: [id] }
}
