import type { EventType } from '../core/event.ts'
import type { MessageId, SessionUid, TenantId, WaMessageId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type {
  ButtonsContent,
  FailureReason,
  ListContent,
  MessageRecord,
  MessageStatus,
  OutgoingContent,
  OutgoingStatus,
  Quote,
} from '../core/message.ts'
import type { Quotas, UsagePeriod } from '../core/quota.ts'
import type { Restriction } from '../core/restriction.ts'
import type { SessionRecord } from '../core/session.ts'
import type { InboundMessage, PastMessage, UndecryptableMessage } from '../engine/port.ts'

/** What the messages room needs to know of sessions. */
export interface SessionDirectory {
  getSession(tenant: TenantId, id: string): Promise<SessionRecord | undefined>
  getSessionByUid(uid: SessionUid): Promise<SessionRecord | undefined>
}

/** What the messages room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface MessageStore {
  /**
   * Inserts an accepted message. Where `idempotency` names a key that the tenant used before, nothing is inserted and
   * the earlier message is returned (`replayed`), or `mismatch` when that request was another one. A message that is
   * inserted is counted for its tenant; a replay never is.
   */
  acceptMessage(draft: MessageDraft, idempotency: IdempotencyClaim | null): Promise<AcceptResult>
  /** Messages without ack that are due at `until` (milliseconds since the epoch) and were not when they were accepted, by their time. */
  loadScheduled(session: SessionUid, page: ScheduledPage): Promise<ScheduledItem[]>
  /** Sessions with such messages that became due after `after`, and until `until`. */
  dueSessions(after: number, until: number): Promise<SessionUid[]>
  /** The next time after `now` at which a message is due or expires; undefined where there is none. */
  nextTimed(now: number): Promise<number | undefined>
  /**
   * Ends messages whose time is over, up to `limit`: as `expired` what was never handed to the network, as `unknown` what
   * was, some minutes later. Answers them as they are now.
   */
  expireMessages(now: number, limit: number): Promise<MessageRecord[]>
  /**
   * Counts an attempt before it is made, so that a message that may be out is never called expired. Where the message is
   * over, or its time is, nothing is counted, and the message is answered as it is then; undefined: go on.
   */
  beginAttempt(id: MessageId, now: number): Promise<MessageRecord | undefined>
  /** Ends a message that is not due yet, as `failed` for `cancelled`; undefined where it is too late for that. */
  cancelMessage(tenant: TenantId, id: MessageId, at: number): Promise<MessageRecord | undefined>
  /** Stores the final bytes of a message that had to be prepared (uploads); status becomes `prepared`. */
  saveProto(id: MessageId, proto: Uint8Array, at: number): Promise<void>
  /** Messages without ack (`accepted`, `prepared`) of one session that were due when accepted, in that order, after `afterRow`. */
  loadOutbox(session: SessionUid, page: { afterRow: number; limit: number }): Promise<OutboxItem[]>
  /**
   * Counts an attempt that ended without an outcome. One that has an outcome is counted with it
   * (`StatusAdvance.attempted`), so that a message sent at once costs no unit of its own for this.
   */
  countAttempt(id: MessageId): Promise<void>
  /**
   * Moves a status forward, with history, event and webhook deliveries in the same transaction. A status that would
   * go back changes nothing. One that goes beyond `sent` before `sent` was ever recorded (a receipt overtook the ack)
   * records `sent` first, with its own event. A time before that of the status before is moved up to it. Answers the message as it is afterwards, undefined for an unknown one.
   */
  advanceStatus(key: MessageId | OwnMessageKey, change: StatusAdvance): Promise<AdvanceResult | undefined>
  /**
   * Stores an inbound message with its event, sequence number and webhook deliveries and consumes its journal row.
   * A message that is already there (same session, chat, participant, fromMe and id) only consumes the row; one
   * that was undecryptable is filled in.
   */
  storeInbound(session: SessionUid, message: InboundMessage, at: number): Promise<InboundResult>
  /** Stores the stub and its `message.undecryptable` event, unless the message is already there. */
  storeUndecryptable(session: SessionUid, message: UndecryptableMessage, at: number): Promise<void>
  /**
   * Stores messages of before the pairing that are not there yet, in their order: without events, and without anything
   * automatic. Their files are fetched when somebody asks for them.
   */
  storeHistory(session: SessionUid, messages: PastMessage[], at: number): Promise<void>
  /** Writes down that WhatsApp has restricted the account, with its `session.status` event where that is news. */
  restrict(session: SessionUid, at: number): Promise<Restriction>
  /** Whether the person has written to the account, or has got a message of it. */
  isKnownChat(session: SessionUid, chat: Jid): Promise<boolean>
  getMessage(tenant: TenantId | null, id: MessageId): Promise<MessageRecord | undefined>
  /** The final bytes of a message of the tenant; undefined where there is none, or no bytes yet. */
  getProto(tenant: TenantId, id: MessageId): Promise<Uint8Array | undefined>
  /**
   * The list or buttons that an answer by number refers to: those of the message that it quotes, else those that the
   * account wrote last in the chat. Undefined where it has written something else since, or where the chat went on for
   * more than 50 messages.
   */
  findOffer(session: SessionUid, where: OfferQuery): Promise<OfferContent | undefined>
  /** How many messages of the session the server took since then. Reads all of the session's messages. */
  countSent(session: SessionUid, since: number): Promise<number>
  /** Newest first. `cursor` is the id of the last message of the page before. */
  listMessages(session: SessionUid, filter: MessageFilter): Promise<MessageRecord[]>
  /** Messages of the tenant that did not go out, or maybe not; newest first. */
  listFailed(tenant: TenantId, filter: FailedFilter): Promise<MessageRecord[]>
}

/** How a message ends that did not go out, or of which nobody can tell. */
export const FAILED_STATUSES = ['failed', 'expired', 'unknown'] as const

export interface FailedFilter {
  status: (typeof FAILED_STATUSES)[number]
  session?: SessionUid
  limit: number
  /** The id of the last message of the page before. */
  cursor?: MessageId
}

export type OfferContent = ListContent | ButtonsContent

export interface OfferQuery {
  /** The chat, by all its names. */
  chats: readonly Jid[]
  /** The message that the answer quotes. */
  quoted: WaMessageId | null
}

export interface MessageDraft {
  id: MessageId
  tenant: TenantId
  sessionUid: SessionUid
  waId: WaMessageId
  chat: Jid
  content: OutgoingContent
  quote: Quote | null
  /** Final bytes where the content needs no preparation. */
  proto: Uint8Array | null
  at: number
  /** Where the client wants this message's news, besides its webhooks. */
  notify?: NotifyTarget | null
  /** The limits of a tenant that has none of its own: the message is counted, and refused where one is reached. */
  quotas: Quotas
  sendAt?: number | null
  expiresAt?: number | null
}

/** A URL that is told of one message: one delivery for each change of its status that is among `events`, in order. */
export interface NotifyTarget {
  url: string
  /** Names the renderer of the bodies (`Endpoint.format`). */
  format: string
  events: readonly EventType[]
}

export interface IdempotencyClaim {
  key: string
  /** sha256 of what was asked, hex. */
  requestHash: string
}

export type AcceptResult =
  | { kind: 'accepted' | 'replayed'; message: MessageRecord; row: number }
  | { kind: 'mismatch' }
  /** The tenant has had all messages of this period: nothing was inserted. */
  | { kind: 'over_quota'; period: UsagePeriod; limit: number }

export interface OutboxItem {
  /** Order of acceptance, strictly growing. */
  row: number
  id: MessageId
  waId: WaMessageId
  chat: Jid
  content: OutgoingContent
  quote: Quote | null
  proto: Uint8Array | null
  attempts: number
  expiresAt: number | null
}

export interface ScheduledItem extends OutboxItem {
  dueAt: number
}

export interface ScheduledPage {
  until: number
  /** The last one of the page before. */
  after?: { dueAt: number; row: number }
  limit: number
}

/** Names a message of ours by what a receipt knows: the session and WhatsApp's id. */
export interface OwnMessageKey {
  session: SessionUid
  waId: WaMessageId
}

export interface StatusAdvance {
  status: OutgoingStatus
  reason?: FailureReason
  at: number
  /** The change is the outcome of handing the message to the network: counts that attempt, even if nothing changes. */
  attempted?: true
}

export interface AdvanceResult {
  changed: boolean
  message: MessageRecord
}

export interface InboundResult {
  stored: boolean
  message: MessageRecord
}

export interface MessageFilter {
  chat?: Jid
  direction?: 'out' | 'in'
  status?: MessageStatus
  limit: number
  cursor?: MessageId
}
