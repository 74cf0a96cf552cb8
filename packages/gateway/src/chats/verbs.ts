import type { EventRecord } from '../core/event.ts'
import type { GroupSummary, ParticipantChange, ParticipantResult } from '../core/group.ts'
import type { TenantId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { MessageRecord } from '../core/message.ts'
import type { ContactProfile, Presence, TypingState } from '../engine/port.ts'
import type { Chat, Contact } from './ports.ts'

/**
 * What the outside may do in chats. Every verb rejects with `session_not_found`, and those that ask WhatsApp with
 * `session_not_connected`, `refused_by_whatsapp` and `timeout`.
 */
export interface ChatVerbs {
  chats(tenant: TenantId, session: string, page: { limit: number; beforeRow?: number }): Promise<Chat[]>
  contacts(tenant: TenantId, session: string, page: { limit: number; afterRow?: number }): Promise<Contact[]>
  /** Tells the senders that the chat's messages were read, up to 200 of the newest. Answers how many. */
  markRead(tenant: TenantId, session: string, chat: Jid): Promise<number>
  setTyping(tenant: TenantId, session: string, chat: Jid, state: TypingState): Promise<void>
  presence(tenant: TenantId, session: string, person: Jid): Promise<Presence>
  /** A person with what he shows of himself; rejects with `not_registered` for a number without WhatsApp. */
  contact(tenant: TenantId, session: string, person: Jid): Promise<ContactDetails>
  setBlocked(tenant: TenantId, session: string, person: Jid, blocked: boolean): Promise<void>
  /** Whom the account shuts out. */
  blocked(tenant: TenantId, session: string): Promise<Jid[]>
}

/** A person, with what WhatsApp says of him now. */
export interface ContactDetails extends Omit<Contact, 'row'>, ContactProfile {
  blocked: boolean
}

/** What the outside may do with groups. Rejects as above, and with `group_not_found`. */
export interface GroupVerbs {
  get(tenant: TenantId, session: string, group: Jid): Promise<GroupSummary>
  create(tenant: TenantId, session: string, input: CreateGroup): Promise<GroupSummary>
  rename(tenant: TenantId, session: string, group: Jid, subject: string): Promise<GroupSummary>
  /** In the order asked; people whom WhatsApp's answer leaves out are not done. */
  change(
    tenant: TenantId,
    session: string,
    group: Jid,
    change: ParticipantChange,
    participants: Jid[],
  ): Promise<ParticipantResult[]>
  /** `https://chat.whatsapp.com/…`; with `renew` the old one is worthless from then on. */
  inviteLink(tenant: TenantId, session: string, group: Jid, renew: boolean): Promise<string>
  leave(tenant: TenantId, session: string, group: Jid): Promise<void>
}

export interface CreateGroup {
  subject: string
  participants: Jid[]
}

/** What the outside may do with everything that is kept of one person. Rejects with `session_not_found`. */
export interface PersonVerbs {
  /**
   * Everything, part by part: the contact, then messages, then events, each in order, up to `limit` in a part. `cursor` is
   * `next` of the part before; a part may be empty. Rejects with `invalid_request` for a cursor that is none.
   */
  export(tenant: TenantId, session: string, person: Jid, page: { limit: number; cursor?: string }): Promise<ExportPart>
  /**
   * Deletes everything, files that the person sent included. Rejects with `contact_has_open_sends` before anything is
   * deleted, and with `invalid_recipient` for the account's own number.
   */
  forget(tenant: TenantId, session: string, person: Jid): Promise<Forgotten>
}

export interface ExportPart {
  records: ExportRecord[]
  next: string | null
}

export type ExportRecord =
  | { kind: 'contact'; contact: Omit<Contact, 'row'> }
  | { kind: 'message'; message: MessageRecord }
  | { kind: 'event'; event: EventRecord }

/** How many of each there were. */
export interface Forgotten {
  messages: number
  events: number
  files: number
  contacts: number
}
