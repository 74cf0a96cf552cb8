import { normalizeMessageContent, proto } from 'baileys'
import { marksOf, type Reader, targetOf } from './reader.ts'

const { Type } = proto.Message.ProtocolMessage

/** Whether a protocol message is something that a person does; all others are between devices. */
export function isPersonal({ type }: proto.Message.IProtocolMessage): boolean {
  return (type ?? Type.REVOKE) === Type.REVOKE || type === Type.MESSAGE_EDIT
}

/** A message taken back, or given a new text. */
export const readChange: Reader<proto.Message.IProtocolMessage> = (part, context) => {
  const target = targetOf(part.key, context)
  if (!target) return undefined
  if ((part.type ?? Type.REVOKE) === Type.REVOKE) return { content: { type: 'revoke', target } }
  const edited = normalizeMessageContent(part.editedMessage ?? undefined)
  if (!edited) return undefined
  const { mentions } = marksOf(edited.extendedTextMessage?.contextInfo)
  return { content: { type: 'edit', target, text: newText(edited), ...(mentions ? { mentions } : {}) } }
}

/** A caption is edited as the message that it belongs to. */
function newText(edited: proto.IMessage): string {
  const { conversation, extendedTextMessage, imageMessage, videoMessage, documentMessage } = edited
  const caption = imageMessage?.caption ?? videoMessage?.caption ?? documentMessage?.caption
  return extendedTextMessage?.text ?? (conversation || caption) ?? ''
}
