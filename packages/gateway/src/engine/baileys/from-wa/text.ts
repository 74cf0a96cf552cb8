import type { proto } from 'baileys'
import type { WaMessageId } from '../../../core/ids.ts'
import { type Jid, parseJid } from '../../../core/jid.ts'
import type { Quote, TextContent } from '../../../core/message.ts'

/** A text, plain or with context. */
export function readText({ conversation, extendedTextMessage }: proto.IMessage): TextContent | undefined {
  if (conversation) return { type: 'text', text: conversation }
  if (!extendedTextMessage) return undefined
  const named = (extendedTextMessage.contextInfo?.mentionedJid ?? []).map((jid) => parseJid(jid))
  const mentions = named.filter((jid): jid is Jid => jid !== undefined)
  return {
    type: 'text',
    text: extendedTextMessage.text ?? '',
    ...(mentions.length > 0 ? { mentions } : {}),
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
