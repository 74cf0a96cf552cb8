import { Type } from 'typebox'
import { composer } from './composer.ts'
import { keyOf, target } from './target.ts'

const Reaction = Type.Object(
  {
    /** The message reacted to. */
    id: Type.String({ minLength: 1 }),
    /** Empty to take the reaction back. */
    emoji: Type.String(),
    /** For a message the phone does not know: whose it is. */
    fromMe: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

export const reaction = composer('reaction', Reaction, (content, context) => {
  const known = context.known(content.id)
  const key =
    known === undefined && content.fromMe !== undefined
      ? { remoteJid: context.chatJid, fromMe: content.fromMe, id: content.id }
      : keyOf(target(content.id, context, 'reaction.id'), context)
  return {
    message: { reactionMessage: { key, text: content.emoji, senderTimestampMs: context.now } },
    type: 'reaction',
  }
})
