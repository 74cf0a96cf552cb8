import type { proto } from 'baileys'
import type { MessageTarget } from '../../../core/content.ts'
import { type Jid, jidKind } from '../../../core/jid.ts'
import type { Quote } from '../../../core/message.ts'

/** What every converter may need besides the content. */
export interface ComposeContext {
  /** The chat that the message goes to. */
  to: Jid
  quote: Quote | null
  /** Milliseconds since the epoch. */
  now: number
  /** 32 random bytes; what votes, edits and reports about the message refer to. */
  secret: Uint8Array
}

/** What a content says of how it is to be shown. */
interface Marks {
  mentions?: Jid[]
  mentionAll?: true
  forwarded?: true
}

/** The part of a message that phones read quote, mentions and the like from; empty where there is nothing to say. */
export function withContext(
  { mentions, mentionAll, forwarded }: Marks,
  { quote, to }: ComposeContext,
): { contextInfo?: proto.IContextInfo } {
  const contextInfo: proto.IContextInfo = {
    ...(quote ? quoteContext(quote, to) : {}),
    ...(mentions && mentions.length > 0 ? { mentionedJid: mentions } : {}),
    ...(mentionAll ? { nonJidMentions: 1 } : {}),
    ...(forwarded ? { isForwarded: true, forwardingScore: 1 } : {}),
  }
  return Object.keys(contextInfo).length > 0 ? { contextInfo } : {}
}

/** A quote without author is of the other person; phones show no quote whose author they are not told. */
function quoteContext({ waId, participant, text }: Quote, to: Jid): proto.IContextInfo {
  const author = participant ?? (jidKind(to) === 'group' ? undefined : to)
  return {
    stanzaId: waId,
    ...(author ? { participant: author } : {}),
    quotedMessage: { conversation: text ?? '' },
  }
}

/** The message's secret, for the kinds whose senders have one. */
export function withSecret({ secret }: ComposeContext): { messageContextInfo: proto.IMessageContextInfo } {
  return { messageContextInfo: { messageSecret: secret } }
}

/** Names another message of the chat as all its members know it. */
export function keyOf({ waId, fromMe, participant }: MessageTarget, to: Jid): proto.IMessageKey {
  const author = jidKind(to) === 'group' && !fromMe ? participant : undefined
  return { remoteJid: to, fromMe, id: waId, ...(author ? { participant: author } : {}) }
}
