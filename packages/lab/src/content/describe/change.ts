import { proto } from 'baileys'
import type { DescribeContext, ShownContent } from '../../world/content.ts'
import { type BodyOf, type Describer, said } from './describer.ts'

type Inner = (message: proto.IMessage, context: DescribeContext) => Promise<ShownContent>

export const reaction: Describer<BodyOf<'reactionMessage'>> = (body) => ({
  type: 'reaction',
  // An empty text takes the reaction back, so it is kept.
  text: body.text ?? '',
  emoji: body.text ?? '',
  ...said({ target: body.key?.id }),
})

export const pin: Describer<BodyOf<'pinInChatMessage'>> = (body) => ({
  type: body.type === proto.Message.PinInChatMessage.Type.UNPIN_FOR_ALL ? 'unpin' : 'pin',
  ...said({ target: body.key?.id }),
})

/** Messages about other messages: edits, revokes, the chat's timer. The edited content is described by `inner`. */
export async function protocol(
  body: BodyOf<'protocolMessage'>,
  context: DescribeContext,
  inner: Inner,
): Promise<ShownContent> {
  const { Type } = proto.Message.ProtocolMessage
  // A type of 0 is left out by some encoders.
  const type = body.type ?? Type.REVOKE
  const target = said({ target: body.key?.id })
  if (type === Type.REVOKE) return { type: 'revoke', ...target }
  if (type === Type.MESSAGE_EDIT) {
    const edited = body.editedMessage ? await inner(body.editedMessage, context) : { type: 'unknown' }
    const { type: of, text, caption, ...details } = edited
    return { ...details, type: 'edit', of, ...target, ...said({ text: text ?? caption, caption }) }
  }
  if (type === Type.EPHEMERAL_SETTING) return { type: 'ephemeral', seconds: body.ephemeralExpiration ?? 0 }
  return { type: 'protocol', name: Type[type] ?? String(type) }
}
