import type { EventRecord, EventType } from '../../core/event.ts'
import type { MessageStatus } from '../../core/message.ts'
import type { MessageObject } from '../../core/message-object.ts'
import type { BodyRenderer } from '../../webhooks/ports.ts'

/** The document's ack codes: failed, pending, on the server, on the device, read, played. */
export type Ack = -1 | 0 | 1 | 2 | 3 | 4

const ACKS: Record<MessageStatus, Ack> = {
  accepted: 0,
  prepared: 0,
  // Nobody can tell whether it arrived.
  unknown: 0,
  sent: 1,
  delivered: 2,
  read: 3,
  played: 4,
  failed: -1,
  expired: -1,
  received: 2,
}

export function ackOf(status: MessageStatus): Ack {
  return ACKS[status]
}

/** The changes that a `notifyurl` is told of. */
const ACK_BY_EVENT = {
  'message.sent': 1,
  'message.delivered': 2,
  'message.read': 3,
  'message.played': 4,
  'message.failed': -1,
  'message.expired': -1,
} as const satisfies Partial<Record<EventType, Ack>>

export const NOTIFIED = Object.keys(ACK_BY_EVENT) as (keyof typeof ACK_BY_EVENT)[]

/** What a `notifyurl` is posted, undefined for an event that is no change of an ack. */
export function ackPost(event: Pick<EventRecord, 'type' | 'data'>): { msgid: string; ack: Ack } | undefined {
  const ack = (ACK_BY_EVENT as Partial<Record<EventType, Ack>>)[event.type]
  return ack === undefined ? undefined : { msgid: (event.data as MessageObject).wa_id, ack }
}

export const ackBody: BodyRenderer = {
  render: (event) => {
    const post = ackPost(event)
    return post ? { contentType: 'application/json', body: Buffer.from(JSON.stringify(post)) } : null
  },
}
