import { type ContentObject, linkFile, presentContent } from './content-object.ts'
import { type Jid, jidKind, jidPhone, jidUser } from './jid.ts'
import type { MessageRecord } from './message.ts'

/** The message as answers and events show it (native-api: `message`). */
export interface MessageObject extends ContentObject {
  id: string
  wa_id: string
  session: string
  chat: string
  direction: 'out' | 'in'
  type: string
  status: string
  status_history: { status: string; at: string; reason?: string }[]
  from: string | null
  to: string | null
  participant?: string
  lid?: string
  from_me: boolean
  push_name?: string
  reply_to?: string
  timestamp: string
  send_at?: string
  expires_at?: string
  attempts: number
}

/** Digits for a person whose phone number is known, else the whole address. */
export function showAddress(jid: Jid, alternative?: Jid | null): string {
  return jidPhone(jid) ?? (alternative && jidPhone(alternative)) ?? jid
}

/** The message for an answer: `presentMessage` with the address of its file at the gateway `base`. */
export function answerMessage(message: MessageRecord, ownPhone: string | null, base: string): MessageObject {
  return linkFile(presentMessage(message, ownPhone), base)
}

/**
 * Renders a message for answers and events. `ownPhone` is the session's number in digits, null while it is unknown.
 */
export function presentMessage(message: MessageRecord, ownPhone: string | null): MessageObject {
  const isGroup = jidKind(message.chat) === 'group'
  const sender = message.participant ?? message.chat
  const other = isGroup ? message.chat : showAddress(message.chat, message.senderAlt)
  const from = message.fromMe ? ownPhone : isGroup ? message.chat : showAddress(sender, message.senderAlt)
  const lid = [message.participant, message.chat, message.senderAlt].find((jid) => jid && jidKind(jid) === 'lid')
  return {
    id: message.id,
    wa_id: message.waId,
    session: message.session,
    chat: other,
    direction: message.direction,
    type: message.content.type,
    status: message.status,
    status_history: message.history.map(({ status, at, reason }) => ({
      status,
      at: new Date(at).toISOString(),
      ...(reason ? { reason } : {}),
    })),
    from,
    to: message.fromMe ? other : isGroup ? message.chat : ownPhone,
    ...(isGroup && !message.fromMe ? { participant: showAddress(sender, message.senderAlt) } : {}),
    ...(lid ? { lid: jidUser(lid) } : {}),
    from_me: message.fromMe,
    ...(message.pushName ? { push_name: message.pushName } : {}),
    ...presentContent(message.content),
    ...(message.quote ? { reply_to: message.quote.waId } : {}),
    timestamp: new Date(message.timestamp).toISOString(),
    ...(message.sendAt === null ? {} : { send_at: new Date(message.sendAt).toISOString() }),
    ...(message.expiresAt === null ? {} : { expires_at: new Date(message.expiresAt).toISOString() }),
    attempts: message.attempts,
  }
}
