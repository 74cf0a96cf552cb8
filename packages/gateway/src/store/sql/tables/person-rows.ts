import type { PersonCursor, PersonNames } from '../../../chats/ports.ts'
import type { EndpointId, JobId, MessageId, SessionUid } from '../../../core/ids.ts'
import type { Driver } from '../driver.ts'

const LAST = `
  SELECT max(row_no) AS last FROM
    (SELECT row_no FROM message WHERE session_uid = @session AND row_no > @after ORDER BY row_no LIMIT @limit) AS page`
const MESSAGES = `
  SELECT row_no, id FROM message WHERE session_uid = @session AND row_no > @after AND row_no <= @last AND
    (chat IN (@phone, @lid) OR participant IN (@phone, @lid) OR sender_alt IN (@phone, @lid))
  ORDER BY row_no LIMIT @limit`
const OPEN_SENDS = `
  SELECT 1 FROM message WHERE session_uid = @session AND chat IN (@phone, @lid) AND status IN ('accepted', 'prepared')
    AND (due_at IS NULL OR due_at <= @due_after) LIMIT 1`
const DELETE_MESSAGE = `
  DELETE FROM message WHERE id = ? AND
    (status NOT IN ('accepted', 'prepared') OR (due_at IS NOT NULL AND due_at > ?))`
const WAITING_JOBS = `SELECT id FROM automation_job WHERE message_id = ? AND state = 'waiting'`
const PENDING_LANES = `
  SELECT delivery.endpoint, delivery.lane FROM event JOIN delivery ON delivery.event_row_no = event.row_no
  WHERE event.session_uid = ? AND event.seq = ? AND delivery.state = 'pending'`
const DELETE_EVENT = 'DELETE FROM event WHERE session_uid = ? AND seq = ?'
const DELETE_CONTACT = 'DELETE FROM contact WHERE session_uid = @session AND (phone = @phone OR lid = @lid)'
const DELETE_READ = 'DELETE FROM chat_read WHERE session_uid = @session AND chat IN (@phone, @lid)'

type Of = { session: string; phone: string | null; lid: string | null }

/** The rows of one person, over the tables that have any. */
export class PersonRows {
  private readonly lastRow
  private readonly messageRows
  private readonly openSendRow
  private readonly deleteMessageRow
  private readonly waitingJobRows
  private readonly pendingLaneRows
  private readonly deleteEventRow
  private readonly deleteContactRow
  private readonly deleteReadRow

  constructor(driver: Driver) {
    this.lastRow = driver.prepare<[{ session: string; after: number; limit: number }], { last: number | null }>(LAST)
    this.messageRows = driver.prepare<
      [Of & { after: number; last: number; limit: number }],
      { row_no: number; id: MessageId }
    >(MESSAGES)
    this.openSendRow = driver.prepare<[Of & { due_after: number }]>(OPEN_SENDS)
    this.deleteMessageRow = driver.prepare<[string, number]>(DELETE_MESSAGE)
    this.waitingJobRows = driver.prepare<[string], { id: JobId }>(WAITING_JOBS)
    this.pendingLaneRows = driver.prepare<[string, number], { endpoint: EndpointId; lane: string }>(PENDING_LANES)
    this.deleteEventRow = driver.prepare<[string, number]>(DELETE_EVENT)
    this.deleteContactRow = driver.prepare<[Of]>(DELETE_CONTACT)
    this.deleteReadRow = driver.prepare<[Of]>(DELETE_READ)
  }

  /** Up to `limit` of the person among the session's next `lookedAt` messages; `next` is null where there are none behind. */
  async messages(
    session: SessionUid,
    person: PersonNames,
    { after, limit }: PersonCursor,
    lookedAt: number,
  ): Promise<{ ids: MessageId[]; next: number | null }> {
    const last = (await this.lastRow.get({ session, after, limit: lookedAt }))?.last ?? null
    if (last === null) return { ids: [], next: null }
    const rows = await this.messageRows.all({ ...of(session, person), after, last, limit })
    return { ids: rows.map(({ id }) => id), next: rows.length < limit ? last : (rows.at(-1)?.row_no ?? last) }
  }

  async hasOpenSends(session: SessionUid, person: PersonNames, dueAfter: number): Promise<boolean> {
    return (await this.openSendRow.get({ ...of(session, person), due_after: dueAfter })) !== undefined
  }

  async deleteMessage(id: MessageId, dueAfter: number): Promise<boolean> {
    return (await this.deleteMessageRow.run(id, dueAfter)) > 0
  }

  async waitingJobs(message: MessageId): Promise<JobId[]> {
    return (await this.waitingJobRows.all(message)).map(({ id }) => id)
  }

  /** Where deliveries of the event wait, or others behind them. */
  async pendingLanes(session: SessionUid, seq: number): Promise<{ endpoint: EndpointId; lane: string }[]> {
    return await this.pendingLaneRows.all(session, seq)
  }

  async deleteEvent(session: SessionUid, seq: number): Promise<boolean> {
    return (await this.deleteEventRow.run(session, seq)) > 0
  }

  async deleteContact(session: SessionUid, person: PersonNames): Promise<boolean> {
    await this.deleteReadRow.run(of(session, person))
    return (await this.deleteContactRow.run(of(session, person))) > 0
  }
}

function of(session: SessionUid, { phone, lid }: PersonNames): Of {
  return { session, phone, lid }
}
