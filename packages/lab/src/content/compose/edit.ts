import { proto } from 'baileys'
import { Type } from 'typebox'
import { badRequest } from '../../world/errors.ts'
import { composer } from './composer.ts'
import { keyOf, target } from './target.ts'

const Edit = Type.Object(
  { id: Type.String({ minLength: 1 }), text: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
)

/** A new text for an earlier message of the same phone; a caption where that message is an image or a video. */
export const edit = composer('edit', Edit, (content, context) => {
  const known = target(content.id, context, 'edit.id')
  if (known.sender !== context.sender) throw badRequest('edit.id: not a message of this phone')
  const { imageMessage, videoMessage } = known.message
  const editedMessage = imageMessage
    ? { imageMessage: { ...imageMessage, caption: content.text } }
    : videoMessage
      ? { videoMessage: { ...videoMessage, caption: content.text } }
      : context.info.contextInfo
        ? { extendedTextMessage: { text: content.text, ...context.info } }
        : { conversation: content.text }
  const protocolMessage = {
    key: keyOf(known, context),
    type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
    editedMessage,
    timestampMs: context.now,
  }
  return { message: { protocolMessage }, type: 'text', edit: '1' }
})
