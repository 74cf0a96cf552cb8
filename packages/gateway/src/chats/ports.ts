import type { SessionUid, TenantId, WaMessageId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { MessageRecord } from '../core/message.ts'
import type { EngineConnection } from '../engine/port.ts'

/** What the chats room needs of sessions. */
export interface Connections {
  /** Rejects with `session_not_found`. */
  get(tenant: TenantId, id: string): Promise<{ uid: SessionUid }>
  /** Rejects with `session_not_connected` where there is no open connection or it ends meanwhile. */
  use<Value>(tenant: TenantId, id: string, work: (connection: EngineConnection) => Promise<Value>): Promise<Value>
}

/** What the chats room needs of the store. */
export interface ChatStore {
  /** Chats with messages, the one with the newest first; `beforeRow` is the last chat's `lastRow` of the page before. */
  listChats(session: SessionUid, page: { limit: number; beforeRow?: number }): Promise<Chat[]>
  /** Received messages of the chat that were not marked read, the newest `limit`, newest first. */
  unread(session: SessionUid, chat: Jid, limit: number): Promise<UnreadMessage[]>
  /** Marks all messages of the chat up to this row. Never goes back. */
  markRead(session: SessionUid, chat: Jid, row: number): Promise<void>
  /** The person with this address, as the messages show him. */
  findContact(session: SessionUid, person: Jid): Promise<Contact | undefined>
  /** Persons who wrote to the account, in order of their first message. */
  listContacts(session: SessionUid, page: { limit: number; afterRow?: number }): Promise<Contact[]>
}

export interface Chat {
  chat: Jid
  /** The person's other address, where known. */
  alt: Jid | null
  /** How the person calls himself; null for groups and the unknown. */
  name: string | null
  /** Received messages that were not marked read here; counted up to {@link UNREAD_LIMIT}. */
  unread: number
  last: MessageRecord
  /** Order of storing of the last message. */
  lastRow: number
}

/** Beyond it a chat's unread messages are not counted. */
export const UNREAD_LIMIT = 1_000

export interface UnreadMessage {
  row: number
  waId: WaMessageId
  participant: Jid | null
}

/** A person: the phone number and the LID are two names of one. */
export interface Contact {
  row: number
  /** Address by phone number. */
  phone: Jid | null
  lid: Jid | null
  name: string | null
}
