import type { proto } from 'baileys'
import type { ReactionContent } from '../../../core/content.ts'
import { type ComposeContext, keyOf } from './context.ts'

/** A reaction to a message of the chat; an empty emoji takes it back. */
export function reactionMessage({ target, emoji }: ReactionContent, { to, now }: ComposeContext): proto.IMessage {
  return { reactionMessage: { key: keyOf(target, to), text: emoji, senderTimestampMs: now } }
}
