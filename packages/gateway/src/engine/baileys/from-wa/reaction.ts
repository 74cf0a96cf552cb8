import type { proto } from 'baileys'
import { type Reader, targetOf } from './reader.ts'

/** A reaction; an empty one takes it back. */
export const readReaction: Reader<proto.Message.IReactionMessage> = (part, context) => {
  const target = targetOf(part.key, context)
  return target && { content: { type: 'reaction', target, emoji: part.text ?? '' } }
}
