import { randomBytes } from 'node:crypto'
import type { proto } from 'baileys'
import type { Quote, TextContent } from '../../../core/message.ts'

/**
 * A text as WhatsApp Web sends it. No preview is made of a link in it: that would fetch an address which somebody else
 * may have chosen. The secret is what votes, edits and reports about this message refer to.
 */
export function textMessage({ text, mentions }: TextContent, quote: Quote | null): proto.IMessage {
  const contextInfo: proto.IContextInfo = {
    ...(mentions && mentions.length > 0 ? { mentionedJid: mentions } : {}),
    ...(quote ? quoteContext(quote) : {}),
  }
  return {
    extendedTextMessage: { text, ...(Object.keys(contextInfo).length > 0 ? { contextInfo } : {}) },
    messageContextInfo: { messageSecret: randomBytes(32) },
  }
}

/** Phones show what they themselves know of the quoted message; an empty one only marks that there is a quote. */
function quoteContext({ waId, participant }: Quote): proto.IContextInfo {
  return {
    stanzaId: waId,
    ...(participant ? { participant } : {}),
    quotedMessage: { conversation: '' },
  }
}
