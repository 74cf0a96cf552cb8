import type { proto } from 'baileys'
import type { WaMessageId } from '../../../core/ids.ts'
import { parseJid } from '../../../core/jid.ts'
import type { Quote } from '../../../core/message.ts'
import { marksOf, type Reader } from './reader.ts'

/** A plain text. */
export const readConversation: Reader<string> = (text) => ({ content: { type: 'text', text } })

/** A text with context, or with a link that its sender looked up. */
export const readText: Reader<proto.Message.IExtendedTextMessage> = (part) => {
  const { matchedText, title, description } = part
  return {
    content: {
      type: 'text',
      text: part.text ?? '',
      ...marksOf(part.contextInfo),
      ...(matchedText && title
        ? { preview: { url: matchedText, title, ...(description ? { description } : {}) } }
        : {}),
    },
  }
}

/** The message that this one answers; every kind keeps it in its own context. */
export function readQuote(message: proto.IMessage, kind: keyof proto.IMessage): Quote | null {
  const part = message[kind]
  if (typeof part !== 'object' || part === null || !('contextInfo' in part)) return null
  const { contextInfo } = part
  if (!contextInfo?.stanzaId) return null
  const participant = parseJid(contextInfo.participant ?? '')
  return { waId: contextInfo.stanzaId as WaMessageId, ...(participant ? { participant } : {}) }
}
