import { proto } from 'baileys'
import type { EditContent } from '../../../core/content.ts'
import { type ComposeContext, keyOf, withContext } from './context.ts'

/** A new text for an earlier message of this account. */
export function editMessage(content: EditContent, context: ComposeContext): proto.IMessage {
  const { target, text, mentions } = content
  const info = withContext(mentions ? { mentions } : {}, { ...context, quote: null })
  return {
    protocolMessage: {
      key: keyOf(target, context.to),
      type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
      editedMessage: { extendedTextMessage: { text, ...info } },
      timestampMs: context.now,
    },
  }
}
