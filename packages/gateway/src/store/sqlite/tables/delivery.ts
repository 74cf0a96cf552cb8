import type { EventType } from '../../../core/event.ts'
import { type DeliveryId, type EndpointId, type EventId, newId } from '../../../core/ids.ts'
import type { AttemptOutcome, Delivery, DeliveryFilter, DeliveryState } from '../../../webhooks/ports.ts'
import type { Driver, SqlValue } from '../driver.ts'

const LANE_HEAD = `
  SELECT row_no FROM delivery WHERE endpoint = ? AND lane = ? AND state = 'pending' ORDER BY row_no LIMIT 1`
const INSERT = `
  INSERT INTO delivery (id, endpoint, event_row_no, event_id, event_type, lane, state, due_at, created_at)
  VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?)`
const DUE = `
  SELECT id, endpoint, event_row_no, attempts FROM delivery WHERE due_at <= ? ORDER BY due_at, row_no LIMIT ?`
const NEXT_DUE = 'SELECT min(due_at) AS due_at FROM delivery WHERE due_at IS NOT NULL'
const PENDING = `
  SELECT d.row_no, d.endpoint, d.lane, e.disabled_at FROM delivery d JOIN endpoint e ON e.id = d.endpoint
  WHERE d.id = ? AND d.state = 'pending'`
const SETTLE = `
  UPDATE delivery SET attempts = attempts + 1, state = ?, due_at = ?, last_status = ?, last_error = ?, finished_at = ?
  WHERE row_no = ?`
const MAKE_DUE = 'UPDATE delivery SET due_at = ? WHERE row_no = ?'
const PARK = 'UPDATE delivery SET due_at = NULL WHERE endpoint = ? AND due_at IS NOT NULL'
const UNPARK = `
  UPDATE delivery SET due_at = ? WHERE row_no IN (
    SELECT min(row_no) FROM delivery WHERE endpoint = ? AND state = 'pending' GROUP BY lane)`

interface Row {
  id: DeliveryId
  endpoint: EndpointId
  event_id: string
  event_type: EventType
  state: DeliveryState
  attempts: number
  due_at: number | null
  last_status: number | null
  last_error: string | null
  created_at: number
  finished_at: number | null
}

interface DueRow {
  id: DeliveryId
  endpoint: EndpointId
  event_row_no: number
  attempts: number
}

export interface NewDelivery {
  endpoint: EndpointId
  eventRowNo: number
  eventId: EventId
  eventType: EventType
  /** What must stay in order at this endpoint. */
  lane: string
  /** Milliseconds. */
  now: number
}

type InsertValues = [string, string, number, string, string, string, number | null, number]

/**
 * Only the oldest pending delivery of a lane (endpoint and lane text) has a `due_at`; the ones behind it are parked
 * with NULL, and so are all of a disabled endpoint.
 */
export class DeliveryTable {
  private readonly driver: Driver
  private readonly laneHead
  private readonly insertRow
  private readonly dueRows
  private readonly nextDue
  private readonly pendingRow
  private readonly settleRow
  private readonly makeDueRow
  private readonly parkRows
  private readonly unparkRows

  constructor(driver: Driver) {
    this.driver = driver
    this.laneHead = driver.prepare<[string, string], { row_no: number }>(LANE_HEAD)
    this.insertRow = driver.prepare<InsertValues>(INSERT)
    this.dueRows = driver.prepare<[number, number], DueRow>(DUE)
    this.nextDue = driver.prepare<[], { due_at: number | null }>(NEXT_DUE)
    this.pendingRow = driver.prepare<
      [string],
      { row_no: number; endpoint: string; lane: string; disabled_at: number | null }
    >(PENDING)
    this.settleRow =
      driver.prepare<[string, number | null, number | null, string | null, number | null, number]>(SETTLE)
    this.makeDueRow = driver.prepare<[number, number]>(MAKE_DUE)
    this.parkRows = driver.prepare<[string]>(PARK)
    this.unparkRows = driver.prepare<[number, string]>(UNPARK)
  }

  /** Due at once, or parked behind an unfinished one of its lane. */
  insert({ endpoint, eventRowNo, eventId, eventType, lane, now }: NewDelivery): void {
    const dueAt = this.laneHead.get(endpoint, lane) ? null : now
    this.insertRow.run(newId('dlv'), endpoint, eventRowNo, eventId, eventType, lane, dueAt, now)
  }

  /** Oldest first. */
  due(now: number, limit: number): DueRow[] {
    return this.dueRows.all(now, limit)
  }

  nextDueAt(): number | undefined {
    return this.nextDue.get()?.due_at ?? undefined
  }

  /** False where there is no such pending delivery. */
  settle(id: DeliveryId, { at, status, error, next }: AttemptOutcome): boolean {
    const row = this.pendingRow.get(id)
    if (!row) return false
    if (next.kind === 'retry') {
      this.settleRow.run('pending', row.disabled_at === null ? next.dueAt : null, status, error, null, row.row_no)
      return true
    }
    this.settleRow.run(next.kind, null, status, error, at, row.row_no)
    const following = row.disabled_at === null ? this.laneHead.get(row.endpoint, row.lane) : undefined
    if (following) this.makeDueRow.run(at, following.row_no)
    return true
  }

  /** Nothing of the endpoint is due until {@link unpark}. */
  park(endpoint: EndpointId): void {
    this.parkRows.run(endpoint)
  }

  /** Makes the oldest pending delivery of each lane of the endpoint due at `now` (ms). */
  unpark(endpoint: EndpointId, now: number): void {
    this.unparkRows.run(now, endpoint)
  }

  /** Newest first. */
  list(endpoint: EndpointId, filter: DeliveryFilter): Delivery[] {
    const terms = ['endpoint = ?']
    const values: SqlValue[] = [endpoint]
    if (filter.state) {
      terms.push('state = ?')
      values.push(filter.state)
    }
    if (filter.cursor) {
      terms.push('row_no < (SELECT row_no FROM delivery WHERE id = ?)')
      values.push(filter.cursor)
    }
    return this.driver
      .prepare<SqlValue[], Row>(`SELECT * FROM delivery WHERE ${terms.join(' AND ')} ORDER BY row_no DESC LIMIT ?`)
      .all(...values, filter.limit)
      .map(fromRow)
  }
}

function fromRow(row: Row): Delivery {
  return {
    id: row.id,
    endpoint: row.endpoint,
    eventId: row.event_id,
    eventType: row.event_type,
    state: row.state,
    attempts: row.attempts,
    dueAt: row.due_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
