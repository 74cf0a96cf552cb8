import type { SessionUid, TenantId } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import type { Restriction } from '../../../core/restriction.ts'
import type { SessionRecord, SessionStatus, StatusReason } from '../../../core/session.ts'
import type { SessionSettings } from '../../../core/session-settings.ts'
import type { SessionPatch, SessionStatusChange } from '../../../sessions/ports.ts'
import { SEALED } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver } from '../driver.ts'

const INSERT = `
  INSERT INTO session (uid, tenant, id, name, should_run, status, reason, since, phone, lid, push_name, metadata, settings, created_at)
  VALUES (@uid, @tenant, @id, @name, @should_run, @status, @reason, @since, @phone, @lid, @push_name, @metadata, @settings, @created_at)
  ON CONFLICT (tenant, id) DO NOTHING`
const BY_NAME = 'SELECT * FROM session WHERE tenant = ? AND id = ?'
const BY_UID = 'SELECT * FROM session WHERE uid = ?'
const NAME = 'SELECT tenant, id FROM session WHERE uid = ?'
const COUNT = 'SELECT count(*) AS count FROM session WHERE tenant = ?'
const RUNNABLE = 'SELECT * FROM session WHERE should_run = 1 ORDER BY created_at, uid'
const LIST_OF_TENANT = 'SELECT * FROM session WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?'
const LIST_ALL = 'SELECT * FROM session WHERE (id, uid) > (?, ?) ORDER BY id, uid LIMIT ?'
const UPDATE = `
  UPDATE session SET name = @name, should_run = @should_run, phone = @phone, lid = @lid, push_name = @push_name, metadata = @metadata,
    settings = @settings
  WHERE uid = @uid`
const SET_STATUS = 'UPDATE session SET status = ?, reason = ?, since = ? WHERE uid = ?'
const SET_RESTRICTION = 'UPDATE session SET restriction = ? WHERE uid = ?'
const COUNT_EVENT = 'UPDATE session SET last_seq = last_seq + 1 WHERE uid = ?'
const STAMP = 'SELECT last_seq AS seq, tenant, id, phone, metadata FROM session WHERE uid = ?'
const DELETE = 'DELETE FROM session WHERE uid = ?'

/** After every session id: they are ASCII. */
const LAST = '\u{10ffff}'

interface Row {
  uid: SessionUid
  tenant: TenantId
  id: string
  name: string | null
  should_run: number
  status: SessionStatus
  reason: StatusReason
  since: number
  phone: string | null
  lid: Jid | null
  push_name: string | null
  metadata: string
  settings: string
  restriction: string | null
  created_at: number
}

/** What an event takes over from its session. */
export interface SessionStamp {
  seq: number
  tenant: TenantId
  id: string
  /** Digits. */
  phone: string | null
  /** JSON. */
  metadata: string
}

export class SessionTable {
  private readonly sealer: Sealer
  private readonly insertRow
  private readonly byNameRow
  private readonly byUidRow
  private readonly nameRow
  private readonly countRow
  private readonly runnableRows
  private readonly ofTenantRows
  private readonly allRows
  private readonly updateRow
  private readonly setStatusRow
  private readonly setRestrictionRow
  private readonly countEventRow
  private readonly stampRow
  private readonly deleteRow

  constructor(driver: Driver, sealer: Sealer) {
    this.sealer = sealer
    this.insertRow = driver.prepare<[Record<string, string | number | null>]>(INSERT)
    this.byNameRow = driver.prepare<[string, string], Row>(BY_NAME)
    this.byUidRow = driver.prepare<[string], Row>(BY_UID)
    this.nameRow = driver.prepare<[string], { tenant: TenantId; id: string }>(NAME)
    this.countRow = driver.prepare<[string], { count: number }>(COUNT)
    this.runnableRows = driver.prepare<[], Row>(RUNNABLE)
    this.ofTenantRows = driver.prepare<[string, string, number], Row>(LIST_OF_TENANT)
    this.allRows = driver.prepare<[string, string, number], Row>(LIST_ALL)
    this.updateRow = driver.prepare<[Record<string, string | number | null>]>(UPDATE)
    this.setStatusRow = driver.prepare<[string, string, number, string]>(SET_STATUS)
    this.setRestrictionRow = driver.prepare<[string | null, string]>(SET_RESTRICTION)
    this.countEventRow = driver.prepare<[string]>(COUNT_EVENT)
    this.stampRow = driver.prepare<[string], SessionStamp>(STAMP)
    this.deleteRow = driver.prepare<[string]>(DELETE)
  }

  /** False where the tenant has one of this id. */
  async insert(session: SessionRecord): Promise<boolean> {
    const columns = {
      uid: session.uid,
      tenant: session.tenant,
      id: session.id,
      status: session.status,
      reason: session.reason,
      since: session.since,
      created_at: session.createdAt,
      ...mutableColumns(session, this.sealer),
    }
    return (await this.insertRow.run(columns)) > 0
  }

  async byName(tenant: TenantId, id: string): Promise<SessionRecord | undefined> {
    return this.toRecord(await this.byNameRow.get(tenant, id))
  }

  async byUid(uid: SessionUid): Promise<SessionRecord | undefined> {
    return this.toRecord(await this.byUidRow.get(uid))
  }

  /** Tenant and id alone, without reading the rest. */
  async nameOf(uid: SessionUid): Promise<{ tenant: TenantId; id: string } | undefined> {
    return await this.nameRow.get(uid)
  }

  /** Sessions of the tenant. */
  async count(tenant: TenantId): Promise<number> {
    return (await this.countRow.get(tenant))?.count ?? 0
  }

  async runnable(): Promise<SessionRecord[]> {
    return this.toRecords(await this.runnableRows.all())
  }

  async ofTenant(tenant: TenantId, after: string, limit: number): Promise<SessionRecord[]> {
    return this.toRecords(await this.ofTenantRows.all(tenant, after, limit))
  }

  /** Over all tenants by id, then uid; without `afterUid` the page starts behind every session named `after`. */
  async all(after: string, afterUid: string | undefined, limit: number): Promise<SessionRecord[]> {
    return this.toRecords(await this.allRows.all(after, afterUid ?? LAST, limit))
  }

  async update(session: SessionRecord, patch: SessionPatch): Promise<void> {
    await this.updateRow.run({ uid: session.uid, ...mutableColumns({ ...session, ...patch }, this.sealer) })
  }

  async setStatus(uid: SessionUid, change: SessionStatusChange): Promise<void> {
    await this.setStatusRow.run(change.status, change.reason, change.at, uid)
  }

  async setRestriction(uid: SessionUid, restriction: Restriction | null): Promise<void> {
    await this.setRestrictionRow.run(restriction && JSON.stringify(restriction), uid)
  }

  /** Takes the session's next sequence number, for an event written in the same unit. */
  async nextSeq(uid: SessionUid): Promise<SessionStamp | undefined> {
    this.countEventRow.post(uid)
    return await this.stampRow.get(uid)
  }

  /** Foreign keys take everything of the session along. */
  async delete(uid: SessionUid): Promise<void> {
    await this.deleteRow.run(uid)
  }

  private toRecords(rows: Row[]): SessionRecord[] {
    return rows.map((row) => fromRow(row, this.sealer))
  }

  private toRecord(row: Row | undefined): SessionRecord | undefined {
    return row && fromRow(row, this.sealer)
  }
}

function mutableColumns(session: SessionRecord, sealer: Sealer): Record<string, string | number | null> {
  return {
    name: session.name,
    should_run: session.shouldRun ? 1 : 0,
    phone: session.phone,
    lid: session.lid,
    push_name: session.pushName,
    metadata: JSON.stringify(session.metadata),
    settings: sealer.sealText(placeOf(session), JSON.stringify(session.settings)),
  }
}

function placeOf({ tenant, uid }: { tenant: TenantId; uid: SessionUid }): Place {
  return { column: SEALED.sessionSettings, owner: tenant, id: [uid] }
}

function fromRow(row: Row, sealer: Sealer): SessionRecord {
  return {
    uid: row.uid,
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    shouldRun: row.should_run === 1,
    status: row.status,
    reason: row.reason,
    since: row.since,
    phone: row.phone,
    lid: row.lid,
    pushName: row.push_name,
    metadata: JSON.parse(row.metadata) as Record<string, unknown>,
    settings: JSON.parse(sealer.openText(placeOf(row), row.settings)) as SessionSettings,
    restriction: row.restriction === null ? null : (JSON.parse(row.restriction) as Restriction),
    createdAt: row.created_at,
  }
}
