import { proto } from 'baileys'
import { node } from '../wire/node.ts'
import type { Companion, KnownMessage, User } from './model.ts'
import { ensureSession, peerOf } from './phone-send.ts'
import type { World } from './world.ts'

const { PeerDataOperationRequestType: Operation } = proto.Message
const { Type } = proto.Message.ProtocolMessage

/**
 * The phone answers a request of one of its linked devices (a peer data operation). What it does not know, or does not
 * do here, it leaves out. To be called in the phone's turn.
 */
export async function answerPeer(
  world: World,
  companion: Companion,
  requestId: string,
  request: proto.IMessage,
): Promise<void> {
  const { protocolMessage } = request.deviceSentMessage?.message ?? request
  const asked = protocolMessage?.peerDataOperationRequestMessage
  if (asked?.peerDataOperationRequestType !== Operation.PLACEHOLDER_MESSAGE_RESEND) return
  if (world.faults.strike('silent-phone', companion.user.phone)) return
  const ids = (asked.placeholderMessageResendRequest ?? []).map(({ messageKey }) => messageKey?.id ?? '')
  await resendToCompanion(world, companion, requestId, ids)
}

/** The phone gives one of its linked devices the messages with these ids, as far as it knows them. */
export async function resendToCompanion(
  world: World,
  companion: Companion,
  requestId: string,
  ids: string[],
): Promise<void> {
  const { user } = companion
  const known = ids.flatMap((id) => user.known.get(id) ?? [])
  const response = {
    peerDataOperationRequestType: Operation.PLACEHOLDER_MESSAGE_RESEND,
    stanzaId: requestId,
    peerDataOperationResult: known.map((message) => ({
      placeholderMessageResendResponse: { webMessageInfoBytes: storedForm(user, message) },
    })),
  }
  await sendPeer(world, companion, {
    type: Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
    peerDataOperationRequestResponseMessage: response,
  })
}

/** The phone tells a linked device which LID belongs to which number, as it did when LIDs came into use. */
export async function announceLids(world: World, companion: Companion): Promise<void> {
  const pnToLidMappings = Array.from(world.users.values(), ({ phone, lid }) => ({
    pn: Number(phone),
    assignedLid: Number(lid),
  }))
  const payload = { pnToLidMappings, chatDbMigrationTimestamp: world.seconds }
  const { LIDMigrationMappingSyncPayload } = proto
  const encodedMappingPayload = LIDMigrationMappingSyncPayload.encode(payload).finish()
  await sendPeer(world, companion, {
    type: Type.LID_MIGRATION_MAPPING_SYNC,
    lidMigrationMappingSyncMessage: { encodedMappingPayload },
  })
}

/** A message between an account's phone and one of its linked devices; nothing that a person sees. */
export async function sendPeer(
  world: World,
  companion: Companion,
  protocolMessage: proto.Message.IProtocolMessage,
): Promise<void> {
  const { user } = companion
  await ensureSession(world, user, companion)
  const { type, data } = await user.device.encrypt(peerOf(companion), { protocolMessage })
  const attrs = { from: user.jid(), id: user.messageId(), t: world.seconds, type: 'text', category: 'peer' }
  companion.deliver(node('message', attrs, [node('enc', { v: 2, type }, data)]))
}

function storedForm(user: User, known: KnownMessage): Uint8Array {
  return proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(asStored(user, known))).finish()
}

/** A message as phones keep it, from the phone's side. */
export function asStored(user: User, { id, chatJid, sender, message, timestamp }: KnownMessage): proto.IWebMessageInfo {
  const participant = chatJid.endsWith('@g.us') ? { participant: sender.lidJid() } : {}
  const key = { remoteJid: chatJid, fromMe: sender === user, id, ...participant }
  return { key, message, messageTimestamp: timestamp, pushName: sender.name }
}
