import { getContentType, normalizeMessageContent, proto } from 'baileys'
import type { IncomingContent, Quote } from '../../../core/message.ts'
import { readQuote, readText } from './text.ts'

/** What a message says, and which one it answers. */
export interface ReadContent {
  content: IncomingContent
  quote: Quote | null
}

/** Protocol messages that people cause; all others are between devices. */
const PERSONAL = new Set<number>([
  proto.Message.ProtocolMessage.Type.REVOKE,
  proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
])

/** Kinds that carry keys between devices and nothing for a person. */
const KEYS_ONLY = new Set(['fastRatchetKeySenderKeyDistributionMessage'])

/** The content of a decrypted message, undefined where it holds nothing for a person (keys, synchronisation). */
export function readContent(message: proto.IMessage): ReadContent | undefined {
  const inner = normalizeMessageContent(message.deviceSentMessage?.message ?? message)
  const kind = getContentType(inner)
  if (!inner || !kind || KEYS_ONLY.has(kind)) return undefined
  if (inner.protocolMessage && !PERSONAL.has(inner.protocolMessage.type ?? -1)) return undefined
  const text = readText(inner)
  return { content: text ?? { type: 'unsupported', kind }, quote: readQuote(inner, kind) }
}
