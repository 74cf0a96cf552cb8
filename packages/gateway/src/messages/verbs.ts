import type { MessageId, TenantId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { MessageRecord, OutgoingContent, Quote } from '../core/message.ts'
import type { FailedFilter, IdempotencyClaim, MessageFilter, NotifyTarget } from './ports.ts'

/** What the outside may do with messages. */
export interface MessageVerbs {
  /**
   * Accepts a message: on disk when the promise resolves, and sent once from then on, whatever crashes. With
   * `waitMs` the answer waits that long for the server's ack (or failure). Rejects with `session_not_found`,
   * `session_not_ready`, `idempotency_mismatch`, `quota_exceeded`.
   */
  send(tenant: TenantId, session: string, message: SendMessage, options: SendOptions): Promise<SendResult>
  /** Rejects with `message_not_found`. `tenant` null reads every tenant's. */
  get(tenant: TenantId | null, id: MessageId): Promise<MessageRecord>
  /** Takes back a message that is not due yet; undefined where it is too late. Rejects with `message_not_found`. */
  cancel(tenant: TenantId, id: MessageId): Promise<MessageRecord | undefined>
  /**
   * What a message says in the words of WhatsApp's protobuf (`Engine.describe`); an empty object while its files have
   * not been uploaded. Rejects with `message_not_found`.
   */
  wire(tenant: TenantId, id: MessageId): Promise<Record<string, unknown>>
  list(tenant: TenantId, session: string, filter: MessageFilter): Promise<MessageRecord[]>
  /** Those of all sessions that did not go out, or maybe not; newest first. */
  listFailed(tenant: TenantId, filter: FailedFilter): Promise<MessageRecord[]>
}

export interface SendMessage {
  to: Jid
  content: OutgoingContent
  /** The message that this one answers. */
  quote?: Quote
  /** Where this message's news goes, besides the webhooks; its URL must have passed `WebhookVerbs.checkUrl`. */
  notify?: NotifyTarget
  /** Not before then, milliseconds since the epoch. */
  sendAt?: number
  /** Not after then. */
  expiresAt?: number
}

export interface SendOptions {
  waitMs: number
  idempotency: IdempotencyClaim | null
}

export interface SendResult {
  message: MessageRecord
  /** An earlier request with the same Idempotency-Key made it. */
  replayed: boolean
}
