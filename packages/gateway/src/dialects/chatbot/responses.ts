import { type Jid, jidPhone, jidUser } from '../../core/jid.ts'
import type { MediaKind } from '../../core/media.ts'
import type { MessageRecord } from '../../core/message.ts'
import { ackOf } from './events.ts'

/** `type` in the answers; each endpoint has its own. */
export type SentType = 'text' | 'chat' | 'vcard' | Extract<MediaKind, 'image' | 'audio' | 'video' | 'document'>

/** The answer of every endpoint that sends. `to` is the recipient as the client named him, `from` the session's number. */
export function sentAnswer(message: MessageRecord, { type, from, to }: { type: SentType; from: string; to: Jid }) {
  return success({
    id: message.waId,
    status: ackOf(message.status),
    type,
    timestamp: Math.floor(message.timestamp / 1000),
    from: `${from}@c.us`,
    to: chatId(to),
  })
}

/** A person's address ends in `@c.us` here. */
function chatId(jid: Jid): string {
  const phone = jidPhone(jid)
  return phone === undefined ? jid : `${phone}@c.us`
}

/** The answer of groups. Times are unix seconds. */
export function groupsAnswer(groups: readonly { jid: Jid; subject: string; lastChat: number }[]) {
  return success(
    groups.map(({ jid, subject, lastChat }) => ({
      groupid: jidUser(jid),
      groupname: subject,
      grouplastchat: lastChat,
    })),
  )
}

/** The answer of getqr while there is a code to scan. */
export function qrAnswer(text: string) {
  return success({ isAuthenticated: false, qrcode: text })
}

/** The answer of getqr once there is none. An account without a name is called by its number. */
export function connectedAnswer({ phone, pushName }: { phone: string | null; pushName: string | null }) {
  const number = phone ?? ''
  return success({ isAuthenticated: true, number, name: pushName ?? number, qrcode: '' })
}

export function numberAnswer(isRegistered: boolean) {
  return success(isRegistered)
}

function success<Message>(message: Message) {
  return { success: true, message }
}
