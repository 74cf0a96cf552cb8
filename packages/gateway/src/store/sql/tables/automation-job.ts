import type { DueQuery, JobOutcome, Reply } from '../../../automation/ports.ts'
import { type JobId, type MessageId, newId, type SessionUid } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import type { Driver } from '../driver.ts'

const LANE_BUSY = `SELECT 1 FROM automation_job WHERE session_uid = ? AND chat = ? AND state = 'waiting' LIMIT 1`
const LANE_HEAD = `
  SELECT row_no FROM automation_job WHERE session_uid = ? AND chat = ? AND state = 'waiting' ORDER BY row_no LIMIT 1`
const INSERT = `
  INSERT INTO automation_job (id, session_uid, message_id, chat, own_phone, offline, state, due_at, created_at)
  VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?)`
const due = (among: string) => `
  SELECT * FROM automation_job
  WHERE due_at <= ? AND id NOT IN (${among}) AND session_uid NOT IN (${among})
  ORDER BY due_at, row_no LIMIT ?`
const DUE = {
  sqlite: due('SELECT value FROM json_each(?)'),
  postgres: due('SELECT jsonb_array_elements_text(?::jsonb)'),
}
const NEXT_DUE = 'SELECT min(due_at) AS due_at FROM automation_job WHERE due_at > ?'
const BY_ID = 'SELECT * FROM automation_job WHERE id = ?'
const PLANNED = `
  SELECT coalesce(sum(planned), 0) AS planned FROM automation_job
  WHERE session_uid = ? AND chat = ? AND planned_at > ?`
const PLAN = 'UPDATE automation_job SET replies = ?, planned = ?, planned_at = ? WHERE row_no = ?'
const SET_REPLIES = 'UPDATE automation_job SET replies = ? WHERE row_no = ?'
const PUT_OFF = `UPDATE automation_job SET attempts = attempts + 1, due_at = ?, reason = ? WHERE row_no = ?`
const END = `UPDATE automation_job SET state = 'ended', due_at = NULL, reason = ?, ended_at = ? WHERE row_no = ?`
const MAKE_DUE = 'UPDATE automation_job SET due_at = ? WHERE row_no = ?'
const PRUNE = `
  DELETE FROM automation_job WHERE row_no IN
    (SELECT row_no FROM automation_job WHERE ended_at IS NOT NULL AND ended_at < ? LIMIT ?)`

interface Row {
  row_no: number
  id: JobId
  session_uid: SessionUid
  message_id: MessageId
  chat: Jid
  own_phone: string | null
  offline: number
  state: 'waiting' | 'ended'
  attempts: number
  replies: string | null
  planned_at: number | null
  created_at: number
}

/** A job with its message's id in the place of the message. */
export interface StoredJob {
  id: JobId
  sessionUid: SessionUid
  messageId: MessageId
  chat: Jid
  ownPhone: string | null
  offline: boolean
  attempts: number
  replies: Reply[] | null
  plannedAt: number | null
  createdAt: number
}

export type NewJob = Pick<StoredJob, 'sessionUid' | 'messageId' | 'chat' | 'ownPhone' | 'offline' | 'createdAt'>

/** Only the oldest waiting job of a chat has a `due_at`; the ones behind it are parked with NULL. */
export class AutomationJobTable {
  private readonly laneBusy
  private readonly laneHead
  private readonly insertRow
  private readonly dueRows
  private readonly nextDue
  private readonly byIdRow
  private readonly plannedRow
  private readonly planRow
  private readonly setRepliesRow
  private readonly putOffRow
  private readonly endRow
  private readonly makeDueRow
  private readonly pruneRows

  constructor(driver: Driver) {
    this.laneBusy = driver.prepare<[string, string]>(LANE_BUSY)
    this.laneHead = driver.prepare<[string, string], { row_no: number }>(LANE_HEAD)
    this.insertRow =
      driver.prepare<[string, string, string, string, string | null, number, number | null, number]>(INSERT)
    this.dueRows = driver.prepare<[number, string, string, number], Row>(driver.pick(DUE))
    this.nextDue = driver.prepare<[number], { due_at: number | null }>(NEXT_DUE)
    this.byIdRow = driver.prepare<[string], Row>(BY_ID)
    this.plannedRow = driver.prepare<[string, string, number], { planned: number }>(PLANNED)
    this.planRow = driver.prepare<[string, number, number, number]>(PLAN)
    this.setRepliesRow = driver.prepare<[string, number]>(SET_REPLIES)
    this.putOffRow = driver.prepare<[number, string, number]>(PUT_OFF)
    this.endRow = driver.prepare<[string | null, number, number]>(END)
    this.makeDueRow = driver.prepare<[number, number]>(MAKE_DUE)
    this.pruneRows = driver.prepare<[number, number]>(PRUNE)
  }

  /** Due at once, or parked behind an earlier one of its chat. */
  async insert({ sessionUid, messageId, chat, ownPhone, offline, createdAt }: NewJob): Promise<void> {
    const dueAt = (await this.laneBusy.get(sessionUid, chat)) ? null : createdAt
    await this.insertRow.run(newId('job'), sessionUid, messageId, chat, ownPhone, offline ? 1 : 0, dueAt, createdAt)
  }

  async due({ now, limit, busy, blocked }: DueQuery): Promise<StoredJob[]> {
    return (await this.dueRows.all(now, JSON.stringify([...busy]), JSON.stringify([...blocked]), limit)).map(fromRow)
  }

  async nextDueAt(after: number): Promise<number | undefined> {
    return (await this.nextDue.get(after))?.due_at ?? undefined
  }

  async countPlanned(session: SessionUid, chat: Jid, since: number): Promise<number> {
    return (await this.plannedRow.get(session, chat, since))?.planned ?? 0
  }

  /** The replies that are stored, undefined for an unknown job. */
  async plan(
    id: JobId,
    replies: Reply[],
    guard: { at: number; since: number; limit: number },
  ): Promise<Reply[] | undefined> {
    const row = await this.byIdRow.get(id)
    if (!row) return undefined
    if (row.replies !== null) return JSON.parse(row.replies) as Reply[]
    const left = guard.limit - (await this.countPlanned(row.session_uid, row.chat, guard.since))
    const stored = replies.slice(0, Math.max(0, left))
    await this.planRow.run(JSON.stringify(stored), stored.length, guard.at, row.row_no)
    return stored
  }

  async refuse(id: JobId, index: number, why: string): Promise<void> {
    const row = await this.byIdRow.get(id)
    const replies = JSON.parse(row?.replies ?? '[]') as Reply[]
    if (!row || index >= replies.length) return
    replies[index] = { kind: 'refused', why }
    await this.setRepliesRow.run(JSON.stringify(replies), row.row_no)
  }

  /** Changes nothing for a job that has ended. */
  async settle(id: JobId, outcome: JobOutcome): Promise<void> {
    const row = await this.byIdRow.get(id)
    if (row?.state !== 'waiting') return
    if (outcome.kind === 'retry') {
      await this.putOffRow.run(outcome.dueAt, outcome.reason, row.row_no)
      return
    }
    await this.endRow.run(outcome.reason, outcome.at, row.row_no)
    const following = await this.laneHead.get(row.session_uid, row.chat)
    if (following) await this.makeDueRow.run(outcome.at, following.row_no)
  }

  async prune(before: number, limit: number): Promise<number> {
    return await this.pruneRows.run(before, limit)
  }
}

function fromRow(row: Row): StoredJob {
  return {
    id: row.id,
    sessionUid: row.session_uid,
    messageId: row.message_id,
    chat: row.chat,
    ownPhone: row.own_phone,
    offline: row.offline === 1,
    attempts: row.attempts,
    replies: row.replies === null ? null : (JSON.parse(row.replies) as Reply[]),
    plannedAt: row.planned_at,
    createdAt: row.created_at,
  }
}
