import type { PersonCard } from '../core/contact.ts'
import type { EventRecord } from '../core/event.ts'
import type { MessageId, SessionUid, TenantId, WaMessageId } from '../core/ids.ts'
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

/** A person as the store keeps him. */
export interface Contact extends PersonCard {
  row: number
}

/** The addresses by which one person is known; messages and events name either. */
export interface PersonNames {
  phone: Jid | null
  lid: Jid | null
}

/** Where a page of what the store has of a person begins, and how much it may have. */
export interface PersonCursor {
  after: number
  limit: number
}

/** Some of what the store has of a person; `next` is where to go on, null at the end. A page may be empty before that. */
export interface PersonPage<Item> {
  items: Item[]
  next: number | null
}

/** What the store has of one person. Each call is one atomic unit, on disk when its promise resolves. */
export interface PersonStore {
  /** Whether messages to the person wait to be sent or for their ack; those due after `dueAfter` (ms) do not count. */
  hasOpenSends(session: SessionUid, person: PersonNames, dueAfter: number): Promise<boolean>
  /** Messages of the person's chat, and what the person wrote in groups, in order of storing, after a row. */
  messagesOf(session: SessionUid, person: PersonNames, page: PersonCursor): Promise<PersonPage<MessageRecord>>
  /** Events that name the person as sender, recipient, chat or member of a group, in order, after a `seq`. */
  eventsOf(session: SessionUid, person: PersonNames, page: PersonCursor): Promise<PersonPage<EventRecord>>
  /**
   * Deletes messages with what automation still had to do about them, except those that are being sent; see
   * {@link hasOpenSends}. Answers how many.
   */
  deleteMessages(ids: readonly MessageId[], time: { at: number; dueAfter: number }): Promise<number>
  /** Deletes events with their deliveries, made or not; what waited behind those is delivered. Answers how many. */
  deleteEvents(session: SessionUid, seqs: readonly number[], at: number): Promise<number>
  /** Deletes the person's names and how far the chat was read. Answers whether there was a contact. */
  deleteContact(session: SessionUid, person: PersonNames): Promise<boolean>
}
