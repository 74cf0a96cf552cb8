import { type BinaryNode, normalizeMessageContent, proto } from 'baileys'
import { type Jid, jidKind } from '../../../core/jid.ts'

/** What the server is told of a message beside its ciphertext. */
export interface StanzaExtras {
  additionalAttributes: Record<string, string>
  additionalNodes: BinaryNode[]
}

const { Type } = proto.Message.ProtocolMessage

/** The `edit` attribute: what a message does to another one. */
const EDIT = { edit: '1', revoke: '7', revokeAsAdmin: '8' }

/**
 * Attributes and nodes that go with a message, read from its stored bytes alone so that every attempt has the same.
 * The `biz` nodes make phones show lists and buttons of ordinary accounts.
 */
export function stanzaExtras(message: proto.IMessage, to: Jid): StanzaExtras {
  const content = normalizeMessageContent(message) ?? {}
  return { additionalAttributes: attributes(content, to), additionalNodes: nodes(content) }
}

function attributes({ protocolMessage }: proto.IMessage, to: Jid): Record<string, string> {
  if (protocolMessage?.type === Type.MESSAGE_EDIT) return { edit: EDIT.edit }
  if (protocolMessage?.type !== Type.REVOKE) return {}
  const isOthers = jidKind(to) === 'group' && !protocolMessage.key?.fromMe
  return { edit: isOthers ? EDIT.revokeAsAdmin : EDIT.revoke }
}

function nodes(content: proto.IMessage): BinaryNode[] {
  if (content.pollCreationMessage || content.pollCreationMessageV2 || content.pollCreationMessageV3) {
    return [{ tag: 'meta', attrs: { polltype: 'creation' } }]
  }
  if (content.listMessage) return [biz({ tag: 'list', attrs: { type: 'product_list', v: '2' } })]
  if (content.interactiveMessage?.nativeFlowMessage) {
    const flow = { tag: 'native_flow', attrs: { v: '9', name: 'mixed' } }
    return [biz({ tag: 'interactive', attrs: { type: 'native_flow', v: '1' }, content: [flow] })]
  }
  return []
}

function biz(child: BinaryNode): BinaryNode {
  return { tag: 'biz', attrs: {}, content: [child] }
}
