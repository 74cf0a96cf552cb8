import { proto } from 'baileys'
import type { RevokeContent } from '../../../core/content.ts'
import { type ComposeContext, keyOf } from './context.ts'

/** Takes a message back for everybody: an own one, or as a group's admin somebody else's. */
export function revokeMessage({ target }: RevokeContent, { to }: ComposeContext): proto.IMessage {
  return { protocolMessage: { key: keyOf(target, to), type: proto.Message.ProtocolMessage.Type.REVOKE } }
}
