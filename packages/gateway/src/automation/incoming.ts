import { type Jid, jidKind, jidPhone, jidUser } from '../core/jid.ts'
import type { MessageContent, MessageRecord } from '../core/message.ts'

/** Who wrote a message, in digits: the phone number, or the LID where the number is not known. */
export function senderNumber({ chat, participant, senderAlt }: MessageRecord): string {
  const sender = participant ?? chat
  return jidPhone(sender) ?? (senderAlt && jidPhone(senderAlt)) ?? jidUser(sender)
}

/** What a message says for keywords: its text, its caption, the title of what was chosen; '' where it has no words. */
export function wordsIn(content: MessageContent): string {
  switch (content.type) {
    case 'text':
      return content.text
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return content.caption ?? ''
    case 'buttonReply':
    case 'listReply':
      return content.title
    case 'list':
    case 'buttons':
    case 'location':
    case 'contacts':
    case 'poll':
    case 'pollVote':
    case 'reaction':
    case 'edit':
    case 'revoke':
    case 'unsupported':
      return ''
    default:
      return content satisfies never
  }
}

/** Whether the message was written by this account itself, whatever address it used. */
export function isOwn(message: MessageRecord, own: { phone: string | null; lid: Jid | null }): boolean {
  if (message.fromMe) return true
  const sender = message.participant ?? message.chat
  const addresses = [sender, ...(message.senderAlt ? [message.senderAlt] : [])]
  return addresses.some((jid) => (own.phone !== null && jidPhone(jid) === own.phone) || jid === own.lid)
}

/** Whether the message came in a group. */
export function isInGroup({ chat }: MessageRecord): boolean {
  return jidKind(chat) === 'group'
}
