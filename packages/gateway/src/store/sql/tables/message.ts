import type { EndpointId, MessageId, SessionUid, TenantId } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import type { MessageContent, MessageRecord, MessageStatus, Quote, StatusChange } from '../../../core/message.ts'
import type {
  IdempotencyClaim,
  MessageFilter,
  OfferContent,
  OfferQuery,
  OutboxItem,
  OwnMessageKey,
  ScheduledItem,
  ScheduledPage,
} from '../../../messages/ports.ts'
import { SEALED } from '../../sealing/columns.ts'
import type { Place, Sealer } from '../../sealing/sealer.ts'
import type { Driver, SqlValue } from '../driver.ts'
import { Filter } from './filter.ts'
import { fromMessageRow, type MessageRow, type OutboxRow, parseQuote, type StoredMessage } from './message-row.ts'

const INSERT = `
  INSERT INTO message (id, tenant, session_uid, direction, wa_id, chat, participant, sender_alt, from_me, push_name,
    content, quote, status, history, attempts, timestamp, proto, undecryptable, idempotency_key, request_hash, notify,
    send_at, due_at, expires_at)
  VALUES (@id, @tenant, @session_uid, @direction, @wa_id, @chat, @participant, @sender_alt, @from_me, @push_name,
    @content, @quote, @status, @history, @attempts, @timestamp, @proto, @undecryptable, @idempotency_key,
    @request_hash, @notify, @send_at, @due_at, @expires_at)`
// The session's id by sub-select: SQLite plans a join anew at every call, because of the partial indexes.
export const MESSAGE_ROWS = `
  SELECT m.row_no, m.id, m.tenant, m.session_uid, (SELECT id FROM session WHERE uid = m.session_uid) AS session, m.direction,
    m.wa_id, m.chat, m.participant, m.sender_alt, m.from_me, m.push_name, m.content, m.quote, m.status, m.history,
    m.attempts, m.timestamp, m.undecryptable, m.notify, m.send_at, m.due_at, m.expires_at
  FROM message m`
const COUNT_SENT = {
  sqlite: `
    SELECT count(*) AS count FROM message WHERE session_uid = ? AND direction = 'out' AND EXISTS (
      SELECT 1 FROM json_each(history) WHERE value ->> 'status' = 'sent' AND value ->> 'at' >= ?)`,
  postgres: `
    SELECT count(*) AS count FROM message WHERE session_uid = ? AND direction = 'out' AND EXISTS (
      SELECT 1 FROM jsonb_array_elements(history::jsonb) AS step
      WHERE step ->> 'status' = 'sent' AND (step ->> 'at')::bigint >= ?)`,
}
const BY_ID = `${MESSAGE_ROWS} WHERE m.id = ?`
// A bare session_uid would let PostgreSQL take another of the indexes that begin with it: see migration 14.
const OF_SESSION = "session_uid || '' = ?"
const BY_OWN_KEY = `${MESSAGE_ROWS} WHERE m.${OF_SESSION} AND m.wa_id = ? AND m.from_me = 1 AND m.direction = 'out' LIMIT 1`
const BY_IDENTITY = `
  ${MESSAGE_ROWS}
  WHERE m.${OF_SESSION} AND m.wa_id = ? AND m.chat = ? AND m.from_me = ? AND coalesce(m.participant, '') = ?`
const BY_CLAIM = `SELECT row_no, id, request_hash, timestamp FROM message WHERE tenant = ? AND idempotency_key = ?`
const FREE_CLAIM = 'UPDATE message SET idempotency_key = NULL WHERE row_no = ?'
const SET_STATUS = 'UPDATE message SET status = ?, history = ?, attempts = ? WHERE row_no = ?'
const SAVE_PROTO = 'UPDATE message SET proto = ?, status = ?, history = ? WHERE row_no = ?'
const COUNT_ATTEMPT = 'UPDATE message SET attempts = attempts + 1 WHERE id = ?'
const FILL = `
  UPDATE message SET content = ?, quote = ?, push_name = ?, sender_alt = ?, undecryptable = 0 WHERE row_no = ?`
const OUTBOX = `
  SELECT row_no, id, wa_id, chat, content, quote, proto, attempts, due_at, expires_at FROM message INDEXED BY message_outbox
  WHERE session_uid = ? AND status IN ('accepted', 'prepared') AND due_at IS NULL AND row_no > ? ORDER BY row_no LIMIT ?`
const SCHEDULED = `
  SELECT row_no, id, wa_id, chat, content, quote, proto, attempts, due_at, expires_at FROM message
  WHERE session_uid = ? AND status IN ('accepted', 'prepared') AND due_at <= ? AND (due_at, row_no) > (?, ?)
  ORDER BY due_at, row_no LIMIT ?`
const DUE_SESSIONS = `
  SELECT DISTINCT session_uid FROM message WHERE status IN ('accepted', 'prepared') AND due_at > ? AND due_at <= ?`
const NEXT_DUE = `SELECT min(due_at) AS at FROM message WHERE status IN ('accepted', 'prepared') AND due_at > ?`
const NEXT_EXPIRY = `SELECT min(expires_at) AS at FROM message WHERE status IN ('accepted', 'prepared') AND expires_at > ?`
const EXPIRED = `
  SELECT id FROM message WHERE status IN ('accepted', 'prepared') AND expires_at <= ? AND (attempts = 0 OR expires_at <= ?)
  ORDER BY expires_at LIMIT ?`
// A person's chat may be stored by LID while the caller knows the phone number, and the other way round.
const ROWS_OF_CHAT = `
  SELECT row_no FROM message WHERE session_uid = ? AND chat = ?
  UNION SELECT row_no FROM message WHERE session_uid = ? AND sender_alt = ? AND participant IS NULL`
/** How far back in a chat an offer is looked for. */
const OFFER_WITHIN = 50
const LATEST_OF_CHAT = `
  SELECT row_no, from_me, status, content FROM message
  WHERE session_uid = ? AND chat = ? ORDER BY row_no DESC LIMIT ${OFFER_WITHIN}`
const HAS_SPOKEN = `
  SELECT 1 FROM message WHERE session_uid = ? AND chat = ?
    AND (direction = 'in' OR status IN ('sent', 'delivered', 'read', 'played')) LIMIT 1`
const SENT_PROTO = `
  SELECT id, proto FROM message
  WHERE ${OF_SESSION} AND wa_id = ? AND from_me = 1 AND direction = 'out' AND timestamp > ? AND proto IS NOT NULL LIMIT 1`
const PROTO_OF = 'SELECT session_uid, proto FROM message WHERE id = ? AND tenant = ? AND proto IS NOT NULL'

/** What makes two messages of a session the same one (WhatsApp's ids are unique per chat and sender only). */
export type MessageIdentity = Pick<MessageRecord, 'sessionUid' | 'waId' | 'chat' | 'fromMe' | 'participant'>

export interface NewMessage {
  message: MessageRecord
  proto: Uint8Array | null
  undecryptable: boolean
  claim: IdempotencyClaim | null
  notify?: EndpointId | null
}

export class MessageTable {
  private readonly driver: Driver
  private readonly sealer: Sealer
  private readonly insertRow
  private readonly byIdRow
  private readonly byOwnKeyRow
  private readonly byIdentityRow
  private readonly byClaimRow
  private readonly freeClaimRow
  private readonly setStatusRow
  private readonly saveProtoRow
  private readonly countAttemptRow
  private readonly countSentRow
  private readonly fillRow
  private readonly outboxRows
  private readonly scheduledRows
  private readonly dueSessionRows
  private readonly nextDueRow
  private readonly nextExpiryRow
  private readonly expiredRows
  private readonly sentProtoRow
  private readonly protoOfRow
  private readonly latestOfChatRows
  private readonly hasSpokenRow

  constructor(driver: Driver, sealer: Sealer) {
    this.driver = driver
    this.sealer = sealer
    this.insertRow = driver.prepare<[Record<string, SqlValue>]>(INSERT)
    this.byIdRow = driver.prepare<[string], MessageRow>(BY_ID)
    this.byOwnKeyRow = driver.prepare<[string, string], MessageRow>(BY_OWN_KEY)
    this.byIdentityRow = driver.prepare<[string, string, string, number, string], MessageRow>(BY_IDENTITY)
    this.byClaimRow = driver.prepare<
      [string, string],
      { row_no: number; id: MessageId; request_hash: string; timestamp: number }
    >(BY_CLAIM)
    this.freeClaimRow = driver.prepare<[number]>(FREE_CLAIM)
    this.setStatusRow = driver.prepare<[string, string, number, number]>(SET_STATUS)
    this.saveProtoRow = driver.prepare<[Uint8Array, string, string, number]>(SAVE_PROTO)
    this.countSentRow = driver.prepare<[string, number], { count: number }>(driver.pick(COUNT_SENT))
    this.countAttemptRow = driver.prepare<[string]>(COUNT_ATTEMPT)
    this.fillRow = driver.prepare<[string, string | null, string | null, string | null, number]>(FILL)
    this.outboxRows = driver.prepare<[string, number, number], OutboxRow>(OUTBOX)
    this.scheduledRows = driver.prepare<[string, number, number, number, number], OutboxRow>(SCHEDULED)
    this.dueSessionRows = driver.prepare<[number, number], { session_uid: SessionUid }>(DUE_SESSIONS)
    this.nextDueRow = driver.prepare<[number], { at: number | null }>(NEXT_DUE)
    this.nextExpiryRow = driver.prepare<[number], { at: number | null }>(NEXT_EXPIRY)
    this.expiredRows = driver.prepare<[number, number, number], { id: MessageId }>(EXPIRED)
    this.latestOfChatRows = driver.prepare<
      [string, string],
      Pick<MessageRow, 'row_no' | 'from_me' | 'status' | 'content'>
    >(LATEST_OF_CHAT)
    this.hasSpokenRow = driver.prepare<[string, string]>(HAS_SPOKEN)
    this.protoOfRow = driver.prepare<[string, string], { session_uid: SessionUid; proto: Uint8Array }>(PROTO_OF)
    this.sentProtoRow = driver.prepare<[string, string, number], { id: MessageId; proto: Uint8Array }>(SENT_PROTO)
  }

  /** Answers the row number: the order of storing. */
  async insert(message: NewMessage): Promise<number> {
    return await this.insertRow.insert(this.columnsOf(message))
  }

  /** The same for those who need no row number. */
  add(message: NewMessage): void {
    this.insertRow.post(this.columnsOf(message))
  }

  private columnsOf({ message, proto, undecryptable, claim, notify = null }: NewMessage): Record<string, SqlValue> {
    return {
      id: message.id,
      tenant: message.tenant,
      session_uid: message.sessionUid,
      direction: message.direction,
      wa_id: message.waId,
      chat: message.chat,
      participant: message.participant,
      sender_alt: message.senderAlt,
      from_me: message.fromMe ? 1 : 0,
      push_name: message.pushName,
      content: JSON.stringify(message.content),
      quote: quoteText(message.quote),
      status: message.status,
      history: JSON.stringify(message.history),
      attempts: message.attempts,
      timestamp: message.timestamp,
      proto: proto && this.sealer.sealBytes(protoOf(message.sessionUid, message.id), proto),
      undecryptable: undecryptable ? 1 : 0,
      idempotency_key: claim?.key ?? null,
      request_hash: claim?.requestHash ?? null,
      notify,
      send_at: message.sendAt,
      // What is due at its acceptance keeps its place among the others.
      due_at: message.sendAt !== null && message.sendAt > message.timestamp ? message.sendAt : null,
      expires_at: message.expiresAt,
    }
  }

  async byId(id: MessageId): Promise<StoredMessage | undefined> {
    return toStored(await this.byIdRow.get(id))
  }

  async byOwnKey(key: OwnMessageKey): Promise<StoredMessage | undefined> {
    return toStored(await this.byOwnKeyRow.get(key.session, key.waId))
  }

  async byIdentity(key: MessageIdentity): Promise<StoredMessage | undefined> {
    const { sessionUid, waId, chat, fromMe, participant } = key
    return toStored(await this.byIdentityRow.get(sessionUid, waId, chat, fromMe ? 1 : 0, participant ?? ''))
  }

  /** The message that was accepted under this Idempotency-Key, however long ago. */
  async byClaim(
    tenant: TenantId,
    key: string,
  ): Promise<{ rowNo: number; id: MessageId; requestHash: string; at: number } | undefined> {
    const row = await this.byClaimRow.get(tenant, key)
    return row && { rowNo: row.row_no, id: row.id, requestHash: row.request_hash, at: row.timestamp }
  }

  /** Takes the key off its message, so that another may have it. */
  async freeClaim(rowNo: number): Promise<void> {
    await this.freeClaimRow.run(rowNo)
  }

  setStatus(rowNo: number, { status, history, attempts }: MessageRecord): void {
    this.setStatusRow.post(status, JSON.stringify(history), attempts, rowNo)
  }

  saveProto(
    { rowNo, message }: StoredMessage,
    proto: Uint8Array,
    status: MessageStatus,
    history: StatusChange[],
  ): void {
    const sealed = this.sealer.sealBytes(protoOf(message.sessionUid, message.id), proto)
    this.saveProtoRow.post(sealed, status, JSON.stringify(history), rowNo)
  }

  /** False for an unknown message. */
  async countSent(session: SessionUid, since: number): Promise<number> {
    return (await this.countSentRow.get(session, since))?.count ?? 0
  }

  async countAttempt(id: MessageId): Promise<boolean> {
    return (await this.countAttemptRow.run(id)) > 0
  }

  /** The same of a message that is there. */
  noteAttempt(id: MessageId): void {
    this.countAttemptRow.post(id)
  }

  /** Puts the content into the stub of an undecryptable message. */
  fill(rowNo: number, message: MessageRecord): void {
    const { content, quote, pushName, senderAlt } = message
    this.fillRow.post(JSON.stringify(content), quoteText(quote), pushName, senderAlt, rowNo)
  }

  async outbox(session: SessionUid, afterRow: number, limit: number): Promise<OutboxItem[]> {
    return (await this.outboxRows.all(session, afterRow, limit)).map((one) => this.toOutboxItem(one, session))
  }

  async scheduled(session: SessionUid, { until, after, limit }: ScheduledPage): Promise<ScheduledItem[]> {
    const { dueAt = 0, row = 0 } = after ?? {}
    const rows = await this.scheduledRows.all(session, until, dueAt, row, limit)
    return rows.map((one) => ({ ...this.toOutboxItem(one, session), dueAt: one.due_at ?? 0 }))
  }

  async dueSessions(after: number, until: number): Promise<SessionUid[]> {
    return (await this.dueSessionRows.all(after, until)).map(({ session_uid }) => session_uid)
  }

  async nextTimed(now: number): Promise<number | undefined> {
    const times = [(await this.nextDueRow.get(now))?.at, (await this.nextExpiryRow.get(now))?.at]
    const known = times.filter((at) => at !== null && at !== undefined)
    return known.length > 0 ? Math.min(...known) : undefined
  }

  /** Whose time is over; of those that were handed to the network, what was over at `before`. */
  async expired(now: number, before: number, limit: number): Promise<MessageId[]> {
    return (await this.expiredRows.all(now, before, limit)).map(({ id }) => id)
  }

  /** Whether a message of the chat came, or reached WhatsApp. */
  async hasSpoken(session: SessionUid, chat: Jid): Promise<boolean> {
    return (await this.hasSpokenRow.get(session, chat)) !== undefined
  }

  /** The final bytes of a message, undefined while there are none. */
  async protoOf(tenant: TenantId, id: MessageId): Promise<Uint8Array | undefined> {
    const row = await this.protoOfRow.get(id, tenant)
    return row && this.sealer.openBytes(protoOf(row.session_uid, id), row.proto)
  }

  /** The final bytes of a message sent by the session and accepted after `since` (ms). */
  async sentProto(session: SessionUid, waId: string, since: number): Promise<Uint8Array | undefined> {
    const row = await this.sentProtoRow.get(session, waId, since)
    return row && this.sealer.openBytes(protoOf(session, row.id), row.proto)
  }

  /** What an answer by number may choose from; see `MessageStore.findOffer`. */
  async offer(session: SessionUid, { chats, quoted }: OfferQuery): Promise<OfferContent | undefined> {
    const content = quoted
      ? (await this.byOwnKey({ session, waId: quoted }))?.message.content
      : await this.lastQuestion(session, chats)
    return content && isOffer(content) ? content : undefined
  }

  private toOutboxItem(row: OutboxRow, session: SessionUid): OutboxItem {
    return {
      row: row.row_no,
      id: row.id,
      waId: row.wa_id,
      chat: row.chat,
      content: JSON.parse(row.content) as OutboxItem['content'],
      quote: parseQuote(row.quote),
      proto: row.proto && this.sealer.openBytes(protoOf(session, row.id), row.proto),
      attempts: row.attempts,
      expiresAt: row.expires_at,
    }
  }

  private async lastQuestion(session: SessionUid, chats: readonly Jid[]): Promise<MessageContent | undefined> {
    const rows = await Promise.all(chats.map((chat) => this.latestOfChatRows.all(session, chat)))
    return rows
      .flat()
      .filter((row) => row.from_me === 1 && row.status !== 'failed' && row.status !== 'expired')
      .sort((one, other) => other.row_no - one.row_no)
      .map((row) => JSON.parse(row.content) as MessageContent)
      .find((content) => !isChange(content))
  }

  async list(session: SessionUid, filter: MessageFilter): Promise<MessageRecord[]> {
    const { chat, direction, status, cursor, limit } = filter
    const wanted = new Filter()
    wanted.where('m.session_uid = ?', session)
    if (chat) wanted.where(`m.row_no IN (${ROWS_OF_CHAT})`, session, chat, session, chat)
    if (direction) wanted.where('m.direction = ?', direction)
    if (status) wanted.where('m.status = ?', status)
    if (cursor) wanted.where('m.row_no < (SELECT row_no FROM message WHERE id = ?)', cursor)
    const sql = `${MESSAGE_ROWS} ${wanted.sql} ORDER BY m.row_no DESC LIMIT ?`
    return (await this.driver.prepare<SqlValue[], MessageRow>(sql).all(...wanted.values, limit)).map(
      (row) => fromMessageRow(row).message,
    )
  }
}

function protoOf(session: SessionUid, id: MessageId): Place {
  return { column: SEALED.proto, owner: session, id: [id] }
}

function isOffer(content: MessageContent): content is OfferContent {
  return content.type === 'list' || content.type === 'buttons'
}

/** Reactions and the like leave open what was asked before. */
function isChange({ type }: MessageContent): boolean {
  return type === 'reaction' || type === 'edit' || type === 'revoke'
}

function quoteText(quote: Quote | null): string | null {
  return quote === null ? null : JSON.stringify(quote)
}

function toStored(row: MessageRow | undefined): StoredMessage | undefined {
  return row && fromMessageRow(row)
}
