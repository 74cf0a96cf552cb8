import type { EventType } from '../../../core/event.ts'
import { type DeliveryId, type EndpointId, newId, type SessionUid, type TenantId } from '../../../core/ids.ts'
import type { AttemptOutcome, Delivery, DeliveryFilter, DeliveryState } from '../../../webhooks/ports.ts'
import type { Driver, SqlValue } from '../driver.ts'
import { Filter } from './filter.ts'

const LANE_HEAD = `
  SELECT row_no FROM delivery WHERE endpoint = ? AND lane = ? AND state = 'pending' ORDER BY row_no LIMIT 1`
// The look at the lane is without ORDER BY, because SQLite plans one with parameters anew at every call.
const INSERT = `
  INSERT INTO delivery (id, endpoint, event_row_no, event_id, event_type, lane, state, due_at, created_at)
  SELECT @id, @endpoint, row_no, id, type, @lane, 'pending',
    CASE WHEN EXISTS (SELECT 1 FROM delivery WHERE endpoint = @endpoint AND lane = @lane AND state = 'pending')
      THEN NULL ELSE CAST(@now AS BIGINT) END,
    CAST(@now AS BIGINT)
  FROM event WHERE session_uid = @session AND seq = @seq`
const DUE = `
  SELECT row_no, id, endpoint, event_row_no, attempts, due_at FROM delivery
  WHERE due_at <= ? ORDER BY due_at, row_no LIMIT ?`
const DUE_AT_ENDPOINT = `
  SELECT row_no, id, endpoint, event_row_no, attempts, due_at FROM delivery INDEXED BY delivery_due_at_endpoint
  WHERE endpoint = ? AND due_at <= ? ORDER BY due_at, row_no LIMIT ?`
const NEXT_ENDPOINT = `
  SELECT endpoint FROM delivery INDEXED BY delivery_due_at_endpoint
  WHERE due_at IS NOT NULL AND endpoint > ? ORDER BY endpoint LIMIT 1`
const NEXT_DUE = 'SELECT min(due_at) AS due_at FROM delivery WHERE due_at > ?'
const PENDING = `SELECT row_no, endpoint, lane FROM delivery WHERE id = ? AND state = 'pending'`
const SETTLE = `
  UPDATE delivery SET attempts = attempts + 1, state = ?, due_at = ?, last_status = ?, last_error = ?, last_answer = ?,
    finished_at = ?
  WHERE row_no = ?`
const GIVE_UP = `
  UPDATE delivery SET state = 'dead', due_at = NULL, finished_at = ?, last_error = coalesce(last_error, ?)
  WHERE endpoint = ? AND state = 'pending'`
const REVIVE = `
  UPDATE delivery SET state = 'pending', attempts = 0, due_at = NULL, finished_at = NULL WHERE row_no = ?`
const LANE_DUE = `
  SELECT row_no, due_at FROM delivery
  WHERE endpoint = ? AND lane = ? AND state = 'pending' AND due_at IS NOT NULL LIMIT 1`
const DEAD_SINCE = `
  SELECT row_no, lane FROM delivery
  WHERE endpoint = ? AND state = 'dead' AND created_at >= ? AND row_no > ? ORDER BY row_no LIMIT ?`
const HURRY = `
  UPDATE delivery SET due_at = @at WHERE endpoint = @endpoint AND created_at >= @since AND state = 'pending' AND due_at > @at`
const SHOWN = 'SELECT d.*, e.url FROM delivery d JOIN endpoint e ON e.id = d.endpoint'
const BY_ID = `${SHOWN} WHERE d.id = ?`
const MAKE_DUE = 'UPDATE delivery SET due_at = ? WHERE row_no = ?'

interface Row {
  id: DeliveryId
  row_no: number
  lane: string
  url: string
  endpoint: EndpointId
  event_id: string
  event_type: EventType
  state: DeliveryState
  attempts: number
  due_at: number | null
  last_status: number | null
  last_error: string | null
  last_answer: string | null
  event_row_no: number
  created_at: number
  finished_at: number | null
}

export interface DueRow {
  row_no: number
  id: DeliveryId
  endpoint: EndpointId
  event_row_no: number
  attempts: number
  due_at: number
}

export interface NewDelivery {
  endpoint: EndpointId
  /** The event, by its session and number there. */
  session: SessionUid
  seq: number
  /** What must stay in order at this endpoint. */
  lane: string
  /** Milliseconds. */
  now: number
}

type SettleValues = [string, number | null, number | null, string | null, string | null, number | null, number]
/**
 * Only the oldest pending delivery of a lane (endpoint and lane text) has a `due_at`; the ones behind it are parked
 * with NULL.
 */
export class DeliveryTable {
  private readonly driver: Driver
  private readonly laneHead
  private readonly insertRow
  private readonly dueRows
  private readonly dueAtEndpointRows
  private readonly nextEndpoint
  private readonly nextDue
  private readonly pendingRow
  private readonly settleRow
  private readonly giveUpRows
  private readonly makeDueRow
  private readonly reviveRow
  private readonly laneDue
  private readonly deadRows
  private readonly hurryRows
  private readonly byIdRow

  constructor(driver: Driver) {
    this.driver = driver
    this.laneHead = driver.prepare<[string, string], { row_no: number }>(LANE_HEAD)
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.dueRows = driver.prepare<[number, number], DueRow>(DUE)
    this.dueAtEndpointRows = driver.prepare<[string, number, number], DueRow>(DUE_AT_ENDPOINT)
    this.nextEndpoint = driver.prepare<[string], { endpoint: EndpointId }>(NEXT_ENDPOINT)
    this.giveUpRows = driver.prepare<[number, string, string]>(GIVE_UP)
    this.nextDue = driver.prepare<[number], { due_at: number | null }>(NEXT_DUE)
    this.pendingRow = driver.prepare<[string], { row_no: number; endpoint: string; lane: string }>(PENDING)
    this.settleRow = driver.prepare<SettleValues>(SETTLE)
    this.reviveRow = driver.prepare<[number]>(REVIVE)
    this.laneDue = driver.prepare<[string, string], { row_no: number; due_at: number }>(LANE_DUE)
    this.deadRows = driver.prepare<[string, number, number, number], { row_no: number; lane: string }>(DEAD_SINCE)
    this.hurryRows = driver.prepare<[Record<string, SqlValue>]>(HURRY)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.makeDueRow = driver.prepare<[number, number]>(MAKE_DUE)
  }

  /** Due at once, or parked behind an unfinished one of its lane. */
  insert({ endpoint, session, seq, lane, now }: NewDelivery): void {
    this.insertRow.post({ id: newId('dlv'), endpoint, session, seq, lane, now })
  }

  /** Oldest first. */
  async due(now: number, limit: number): Promise<DueRow[]> {
    return await this.dueRows.all(now, limit)
  }

  /** The same, without some endpoints; how many of their deliveries are due costs nothing. */
  async dueElsewhere(now: number, limit: number, without: ReadonlySet<EndpointId>): Promise<DueRow[]> {
    const found: DueRow[] = []
    let endpoint = (await this.nextEndpoint.get(''))?.endpoint
    while (endpoint !== undefined) {
      if (!without.has(endpoint)) found.push(...(await this.dueAtEndpointRows.all(endpoint, now, limit)))
      endpoint = (await this.nextEndpoint.get(endpoint))?.endpoint
    }
    return found.sort((a, b) => a.due_at - b.due_at || a.row_no - b.row_no).slice(0, limit)
  }

  async nextDueAt(after: number): Promise<number | undefined> {
    return (await this.nextDue.get(after))?.due_at ?? undefined
  }

  /** Makes all pending deliveries of the endpoint dead. */
  async giveUp(endpoint: EndpointId, at: number, error: string): Promise<void> {
    await this.giveUpRows.run(at, error, endpoint)
  }

  /** False where there is no such pending delivery. */
  async settle(id: DeliveryId, { at, status, error, answer = null, next }: AttemptOutcome): Promise<boolean> {
    const row = await this.pendingRow.get(id)
    if (!row) return false
    if (next.kind === 'retry') {
      this.settleRow.post('pending', next.dueAt, status, error, answer, null, row.row_no)
      return true
    }
    this.settleRow.post(next.kind, null, status, error, answer, at, row.row_no)
    const following = await this.laneHead.get(row.endpoint, row.lane)
    if (following) this.makeDueRow.post(at, following.row_no)
    return true
  }

  /** With the row of its event. */
  async byId(id: DeliveryId): Promise<{ delivery: Delivery; eventRowNo: number } | undefined> {
    const row = await this.byIdRow.get(id)
    return row && { delivery: fromRow(row), eventRowNo: row.event_row_no }
  }

  /** Has the delivery made once more; what its lane owes before it comes first, and all of it now. */
  async redeliver(id: DeliveryId, at: number): Promise<void> {
    const row = await this.byIdRow.get(id)
    if (!row) return
    if (row.state !== 'pending') await this.reviveRow.run(row.row_no)
    await this.wakeLane(row.endpoint, row.lane, at)
  }

  /** Does so with up to `limit` dead deliveries made since `since` (ms). Answers the last row and how many. */
  async revive(endpoint: EndpointId, since: number, page: { at: number; afterRow: number; limit: number }) {
    const rows = await this.deadRows.all(endpoint, since, page.afterRow, page.limit)
    for (const { row_no, lane } of rows) {
      await this.reviveRow.run(row_no)
      await this.wakeLane(endpoint, lane, page.at)
    }
    return { count: rows.length, lastRow: rows.at(-1)?.row_no ?? page.afterRow }
  }

  /** Makes due at `at` what waits for a later retry. Answers how many. */
  async hurry(endpoint: EndpointId, since: number, at: number): Promise<number> {
    return await this.hurryRows.run({ endpoint, since, at })
  }

  /** Has a lane go on whose first deliveries are gone, unless one of it is due some time. */
  async resume(endpoint: EndpointId, lane: string, at: number): Promise<void> {
    if (await this.laneDue.get(endpoint, lane)) return
    const head = await this.laneHead.get(endpoint, lane)
    if (head) await this.makeDueRow.run(at, head.row_no)
  }

  /** One delivery of the lane is due at `at` or before: the one that is being tried, else the oldest. */
  private async wakeLane(endpoint: EndpointId, lane: string, at: number): Promise<void> {
    const due = await this.laneDue.get(endpoint, lane)
    const next = due ?? (await this.laneHead.get(endpoint, lane))
    if (next && (!due || due.due_at > at)) await this.makeDueRow.run(at, next.row_no)
  }

  /** Newest first; of an endpoint, or of all that a tenant has. */
  async list(of: { endpoint: EndpointId } | { tenant: TenantId }, filter: DeliveryFilter): Promise<Delivery[]> {
    const { state, sessionUid, message, cursor, limit } = filter
    const wanted = new Filter()
    if ('endpoint' in of) wanted.where('d.endpoint = ?', of.endpoint)
    else wanted.where('e.tenant = ?', of.tenant)
    if (state) wanted.where('d.state = ?', state)
    if (sessionUid) wanted.where('e.session_uid = ?', sessionUid)
    if (message) wanted.where('d.event_row_no IN (SELECT row_no FROM event WHERE message_id = ?)', message)
    if (cursor) wanted.where('d.row_no < (SELECT row_no FROM delivery WHERE id = ?)', cursor)
    return (
      await this.driver
        .prepare<SqlValue[], Row>(`${SHOWN} ${wanted.sql} ORDER BY d.row_no DESC LIMIT ?`)
        .all(...wanted.values, limit)
    ).map(fromRow)
  }
}

function fromRow(row: Row): Delivery {
  return {
    id: row.id,
    endpoint: row.endpoint,
    url: row.url,
    eventId: row.event_id,
    eventType: row.event_type,
    state: row.state,
    attempts: row.attempts,
    dueAt: row.due_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    lastAnswer: row.last_answer,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
