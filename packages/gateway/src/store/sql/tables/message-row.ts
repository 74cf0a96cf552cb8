import type { EndpointId, MessageId, SessionUid, TenantId, WaMessageId } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import type { MessageRecord, MessageStatus, Quote, StatusChange } from '../../../core/message.ts'

/** A row as its queries answer it. */
export interface MessageRow {
  row_no: number
  id: MessageId
  tenant: TenantId
  session_uid: SessionUid
  session: string
  direction: 'out' | 'in'
  wa_id: WaMessageId
  chat: Jid
  participant: Jid | null
  sender_alt: Jid | null
  from_me: number
  push_name: string | null
  content: string
  quote: string | null
  status: MessageStatus
  history: string
  attempts: number
  timestamp: number
  undecryptable: number
  notify: EndpointId | null
  send_at: number | null
  due_at: number | null
  expires_at: number | null
}

export type OutboxRow = Pick<
  MessageRow,
  'row_no' | 'id' | 'wa_id' | 'chat' | 'content' | 'quote' | 'attempts' | 'due_at' | 'expires_at'
> & {
  proto: Uint8Array | null
}

/** A message with what only the store knows of it. */
export interface StoredMessage {
  rowNo: number
  /** The stub of a message that could not be decrypted yet. */
  undecryptable: boolean
  /** Where the client wants its news besides the webhooks. */
  notify: EndpointId | null
  /** When it is due, where that was later than its acceptance. */
  dueAt: number | null
  message: MessageRecord
}

export function parseQuote(text: string | null): Quote | null {
  return text === null ? null : (JSON.parse(text) as Quote)
}

export function fromMessageRow(row: MessageRow): StoredMessage {
  const message: MessageRecord = {
    id: row.id,
    tenant: row.tenant,
    sessionUid: row.session_uid,
    session: row.session,
    direction: row.direction,
    waId: row.wa_id,
    chat: row.chat,
    participant: row.participant,
    senderAlt: row.sender_alt,
    fromMe: row.from_me === 1,
    pushName: row.push_name,
    content: JSON.parse(row.content) as MessageRecord['content'],
    quote: parseQuote(row.quote),
    status: row.status,
    history: JSON.parse(row.history) as StatusChange[],
    attempts: row.attempts,
    timestamp: row.timestamp,
    sendAt: row.send_at,
    expiresAt: row.expires_at,
  }
  return { rowNo: row.row_no, undecryptable: row.undecryptable === 1, notify: row.notify, dueAt: row.due_at, message }
}
