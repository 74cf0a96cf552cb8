import type { IncomingContent, OutgoingContent } from './content.ts'
import type { MessageId, SessionUid, TenantId, WaMessageId } from './ids.ts'
import type { Jid } from './jid.ts'

export type {
  ButtonsContent,
  ContactCard,
  ContactsContent,
  IncomingContent,
  ListContent,
  LocationContent,
  MediaContent,
  MessageButton,
  MessageContent,
  MessageTarget,
  OutgoingContent,
  PollContent,
  TextContent,
} from './content.ts'

/** The message that another one answers. */
export interface Quote {
  waId: WaMessageId
  /** Who wrote that one; the other person of the chat where it is not said. */
  participant?: Jid
  /** What it says, where that is known: phones show it. */
  text?: string
}

export type OutgoingStatus =
  | 'accepted'
  | 'prepared'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'played'
  | 'failed'
  | 'expired'
  | 'unknown'
export type MessageStatus = OutgoingStatus | 'received'

/** Words of `status_history[].reason`; free text of the network is never put here. */
export const FAILURE_REASONS = [
  'not_registered',
  'restricted',
  'rejected',
  'not_encryptable',
  'invalid_content',
  /** A file that the message needs is gone. */
  'media_unavailable',
  /** WhatsApp's media server did not take the file, however often it was tried. */
  'upload_failed',
  'logged_out',
  /** Somebody took it back before its time came. */
  'cancelled',
] as const
export type FailureReason = (typeof FAILURE_REASONS)[number]

const RANK: Record<MessageStatus, number> = {
  accepted: 0,
  prepared: 1,
  unknown: 2,
  sent: 3,
  delivered: 4,
  read: 5,
  played: 6,
  failed: 9,
  expired: 9,
  received: 9,
}

/**
 * Whether a message may go from one status to the other: forward only, and never out of `failed` or `expired`.
 * `unknown` (nobody can tell whether it arrived) gives way to any proof; a proof of delivery is never taken back.
 */
export function advances(from: MessageStatus, to: MessageStatus): boolean {
  if (to === 'failed' || to === 'expired') return RANK[from] < RANK.sent
  return RANK[to] > RANK[from] && RANK[from] < RANK.failed
}

/** Whether the outbox has nothing left to do for a message of this status. */
export function isSettled(status: MessageStatus): boolean {
  return status !== 'accepted' && status !== 'prepared'
}

export interface StatusChange {
  status: MessageStatus
  /** Milliseconds since the epoch. */
  at: number
  reason?: FailureReason
}

/** A message as the gateway keeps it, sent or received. Times are milliseconds since the epoch. */
export interface MessageRecord {
  id: MessageId
  tenant: TenantId
  sessionUid: SessionUid
  /** The session's id as clients know it. */
  session: string
  direction: 'out' | 'in'
  waId: WaMessageId
  chat: Jid
  /** The sender in a group, as WhatsApp names him (LID or phone number). */
  participant: Jid | null
  /** The same person's other address where known: the phone number of a LID, or the LID of a phone number. */
  senderAlt: Jid | null
  /** Sent by this account: through the gateway, or from the person's own phone. */
  fromMe: boolean
  pushName: string | null
  content: OutgoingContent | IncomingContent
  quote: Quote | null
  status: MessageStatus
  history: StatusChange[]
  /** How often the message was handed to the network. */
  attempts: number
  /** When the message was accepted here, or sent by the other side. */
  timestamp: number
  /** Not before then; null: at once. */
  sendAt: number | null
  /** Not after then; null: whenever it can. */
  expiresAt: number | null
}
