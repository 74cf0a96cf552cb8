import { proto } from 'baileys'
import { Type } from 'typebox'
import { badRequest } from '../../world/errors.ts'
import { isGroupRecord } from '../../world/model.ts'
import { composer } from './composer.ts'
import { keyOf, target } from './target.ts'

const Revoke = Type.Object({ id: Type.String({ minLength: 1 }) }, { additionalProperties: false })

/** "Delete for everyone": one's own message, or as a group's admin somebody else's. */
export const revoke = composer('revoke', Revoke, (content, context) => {
  const { chat, sender } = context
  const known = target(content.id, context, 'revoke.id')
  const own = known.sender === sender
  const admin = isGroupRecord(chat) && chat.members.get(sender) !== 'member'
  if (!own && !admin) throw badRequest('revoke.id: not a message of this phone, and it is no admin of the group')
  const protocolMessage = { key: keyOf(known, context), type: proto.Message.ProtocolMessage.Type.REVOKE }
  return { message: { protocolMessage }, type: 'text', edit: own ? '7' : '8' }
})
