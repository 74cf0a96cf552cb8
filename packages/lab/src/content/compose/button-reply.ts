import { proto } from 'baileys'
import { Type } from 'typebox'
import { composer } from './composer.ts'

const ButtonReply = Type.Object(
  {
    /** The button's id. */
    id: Type.String({ minLength: 1 }),
    /** What the button says. */
    text: Type.String(),
    /** Position of a template's button; without it the answer is to a message with plain buttons. */
    index: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)

/** A tap on a button. Quote the message that has it. */
export const buttonReply = composer('buttonReply', ButtonReply, (content, { info }) => {
  const { id, text, index } = content
  if (index !== undefined) {
    const templateButtonReplyMessage = { selectedId: id, selectedDisplayText: text, selectedIndex: index, ...info }
    return { message: { templateButtonReplyMessage }, type: 'text' }
  }
  const type = proto.Message.ButtonsResponseMessage.Type.DISPLAY_TEXT
  const buttonsResponseMessage = { selectedButtonId: id, selectedDisplayText: text, type, ...info }
  return { message: { buttonsResponseMessage }, type: 'media', mediatype: 'buttons_response' }
})
