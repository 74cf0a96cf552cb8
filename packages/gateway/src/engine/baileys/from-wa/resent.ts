import { proto } from 'baileys'
import type { Envelope } from '../envelope.ts'
import { isOwnPhone, type Me } from './address.ts'

const { PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE } = proto.Message.ProtocolMessage.Type

/**
 * The messages in an answer of the account's own phone. Empty for all else: anybody can send bytes that look like one,
 * and only the phone's device (0) is believed.
 */
export function resentMessages(message: proto.IMessage, { attrs }: Envelope, me: Me): proto.IWebMessageInfo[] {
  const { protocolMessage } = message
  if (protocolMessage?.type !== PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE) return []
  if (!isOwnPhone(attrs.from, me)) return []
  const results = protocolMessage.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? []
  return results.flatMap((result) => decoded(result.placeholderMessageResendResponse?.webMessageInfoBytes) ?? [])
}

function decoded(bytes: Uint8Array | null | undefined): proto.IWebMessageInfo | undefined {
  if (!bytes) return undefined
  try {
    return proto.WebMessageInfo.decode(bytes)
  } catch {
    return undefined
  }
}
