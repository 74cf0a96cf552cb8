import type { IncomingContent } from './content.ts'
import { linkFile } from './content-object.ts'
import type { EventId, SessionUid, TenantId } from './ids.ts'
import type { MessageStatus } from './message.ts'
import type { MessageObject } from './message-object.ts'

/** Every event name, the same in webhooks, stream and list (native-api). */
export const EVENT_TYPES = [
  'session.status',
  'session.qr',
  'message.received',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.played',
  'message.failed',
  'message.expired',
  'message.unknown',
  'message.edited',
  'message.revoked',
  'message.reaction',
  'message.undecryptable',
  'group.updated',
  'contact.updated',
  'call.received',
  'alert.raised',
  'alert.cleared',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** Something that happened, as it was at that moment; never changed afterwards. */
export interface EventRecord {
  id: EventId
  /** Without gaps per session, from 1. */
  seq: number
  type: EventType
  tenant: TenantId
  sessionUid: SessionUid
  /** The session's id as clients know it. */
  session: string
  /** Milliseconds since the epoch. */
  timestamp: number
  data: unknown
  /** The session's metadata when the event happened. */
  metadata: Record<string, unknown>
  /** What must stay in order: the chat's address, or `session` for the session's own events. */
  lane: string
}

/** The event as webhooks, the stream and the list show it. */
export interface EventObject {
  id: string
  seq: number
  type: EventType
  session: string
  tenant: string
  timestamp: string
  data: unknown
  metadata: Record<string, unknown>
}

/** Renders an event for the outside. With `base`, the gateway's address, a message's file has its own. */
export function presentEvent(event: EventRecord, base?: string): EventObject {
  const isLinked = base !== undefined && event.type.startsWith('message.')
  return {
    id: event.id,
    seq: event.seq,
    type: event.type,
    session: event.session,
    tenant: event.tenant,
    timestamp: new Date(event.timestamp).toISOString(),
    data: isLinked ? linkFile(event.data as MessageObject, base) : event.data,
    metadata: event.metadata,
  }
}

/** The event that tells of a message's new status; undefined for those that are nobody's news. */
export function statusEvent(status: MessageStatus): EventType | undefined {
  switch (status) {
    case 'accepted':
    case 'prepared':
      return undefined
    case 'received':
      return 'message.received'
    case 'sent':
    case 'delivered':
    case 'read':
    case 'played':
    case 'failed':
    case 'expired':
    case 'unknown':
      return `message.${status}`
    default:
      return status satisfies never
  }
}

/** The event that tells of a message that came in: one of its own for what changes another message. */
export function receivedEvent({ type }: IncomingContent): EventType {
  switch (type) {
    case 'edit':
      return 'message.edited'
    case 'revoke':
      return 'message.revoked'
    case 'reaction':
      return 'message.reaction'
    default:
      return 'message.received'
  }
}
