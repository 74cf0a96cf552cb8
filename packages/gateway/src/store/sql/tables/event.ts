import type { EventRecord, EventType } from '../../../core/event.ts'
import type { EventId, MessageId, SessionUid, TenantId } from '../../../core/ids.ts'
import type { EventQuery, StoredEvent } from '../../../events/ports.ts'
import type { Driver, SqlValue } from '../driver.ts'
import { Filter } from './filter.ts'

const INSERT = `
  INSERT INTO event (id, tenant, session_uid, session, seq, type, timestamp, data, metadata, lane, message_id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const SELECT = `
  SELECT row_no, id, tenant, session_uid, session, seq, type, timestamp, data, metadata, lane FROM event`
const BY_ROW = `${SELECT} WHERE row_no = ?`

interface Row {
  row_no: number
  id: EventId
  tenant: TenantId
  session_uid: SessionUid
  session: string
  seq: number
  type: EventType
  timestamp: number
  data: string
  metadata: string
  lane: string
}

/** An event whose data and metadata are JSON texts already. */
export interface RenderedEvent extends Omit<EventRecord, 'data' | 'metadata'> {
  data: string
  metadata: string
  /** The message that it tells of. */
  messageId: MessageId | null
}

type InsertValues = [...[string, string, string, string, number, string, number, string, string, string], string | null]

export class EventTable {
  private readonly driver: Driver
  private readonly insertRow
  private readonly byRow

  constructor(driver: Driver) {
    this.driver = driver
    this.insertRow = driver.prepare<InsertValues>(INSERT)
    this.byRow = driver.prepare<[number], Row>(BY_ROW)
  }

  insert(event: RenderedEvent): void {
    this.insertRow.post(
      event.id,
      event.tenant,
      event.sessionUid,
      event.session,
      event.seq,
      event.type,
      event.timestamp,
      event.data,
      event.metadata,
      event.lane,
      event.messageId,
    )
  }

  async byRowNo(rowNo: number): Promise<EventRecord | undefined> {
    const row = await this.byRow.get(rowNo)
    return row && fromRow(row)
  }

  /** Row and sequence number of the last event; zeros where there is none. */
  async latest({
    tenant,
    sessionUid,
  }: Pick<EventQuery, 'tenant' | 'sessionUid'>): Promise<{ row: number; seq: number }> {
    const filter = sessionUid ? 'WHERE session_uid = ?' : tenant === null ? '' : 'WHERE tenant = ?'
    const order = sessionUid ? 'seq' : 'row_no'
    const values = sessionUid ? [sessionUid] : tenant === null ? [] : [tenant]
    const sql = `SELECT row_no AS row, seq FROM event ${filter} ORDER BY ${order} DESC LIMIT 1`
    return (
      (await this.driver.prepare<SqlValue[], { row: number; seq: number }>(sql).get(...values)) ?? { row: 0, seq: 0 }
    )
  }

  async list(query: EventQuery): Promise<StoredEvent[]> {
    const filter = new Filter()
    if (query.tenant !== null) filter.where('tenant = ?', query.tenant)
    if (query.sessionUid) filter.where('session_uid = ?', query.sessionUid)
    if (query.types) filter.where(oneOf('type', query.types), ...query.types)
    if (query.afterSeq !== undefined) filter.where('seq > ?', query.afterSeq)
    if (query.afterRow !== undefined) filter.where('row_no > ?', query.afterRow)
    // Within a session both orders are one; `seq` has the index.
    const order = query.sessionUid ? 'seq' : 'row_no'
    return (
      await this.driver
        .prepare<SqlValue[], Row>(`${SELECT} ${filter.sql} ORDER BY ${order} LIMIT ?`)
        .all(...filter.values, query.limit)
    ).map((row) => ({ row: row.row_no, event: fromRow(row) }))
  }
}

function oneOf(column: string, values: readonly string[]): string {
  return values.length > 0 ? `${column} IN (${values.map(() => '?').join(', ')})` : '1 = 0'
}

function fromRow(row: Row): EventRecord {
  return {
    id: row.id,
    seq: row.seq,
    type: row.type,
    tenant: row.tenant,
    sessionUid: row.session_uid,
    session: row.session,
    timestamp: row.timestamp,
    data: JSON.parse(row.data) as unknown,
    metadata: JSON.parse(row.metadata) as Record<string, unknown>,
    lane: row.lane,
  }
}
