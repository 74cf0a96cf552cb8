import { deflateSync } from 'node:zlib'
import { proto } from 'baileys'
import { encryptMedia } from '../media/cipher.ts'
import type { Companion, KnownMessage, User } from '../world/model.ts'
import { asStored, sendPeer } from '../world/peer-data.ts'
import type { World } from '../world/world.ts'

const { HistorySyncType } = proto.HistorySync
const { HISTORY_SYNC_NOTIFICATION } = proto.Message.ProtocolMessage.Type
/** Messages in one piece. */
const PIECE = 50

/**
 * The phone gives a newly linked device its messages, the newest first, in pieces: the first one within the notification
 * itself, the others as files on the media server. To be called in the phone's turn.
 */
export async function sendHistory(world: World, companion: Companion): Promise<void> {
  const { user } = companion
  const known = Array.from(user.known.values()).sort((one, other) => other.timestamp - one.timestamp)
  const count = Math.max(1, Math.ceil(known.length / PIECE))
  for (let piece = 0; piece < count; piece += 1) {
    const syncType = piece === 0 ? HistorySyncType.INITIAL_BOOTSTRAP : HistorySyncType.RECENT
    const part = { syncType, chunkOrder: piece + 1, progress: Math.round(((piece + 1) / count) * 100) }
    const conversations = conversationsOf(user, known.slice(piece * PIECE, (piece + 1) * PIECE))
    const whole = { ...part, conversations, phoneNumberToLidMappings: mappings(world) }
    const bytes = deflateSync(proto.HistorySync.encode(proto.HistorySync.fromObject(whole)).finish())
    const place = piece === 0 ? { initialHistBootstrapInlinePayload: bytes } : kept(world, bytes)
    const historySyncNotification = { ...part, ...place }
    await sendPeer(world, companion, { type: HISTORY_SYNC_NOTIFICATION, historySyncNotification })
  }
}

function conversationsOf(user: User, messages: KnownMessage[]): proto.IConversation[] {
  const chats = new Map<string, proto.IHistorySyncMsg[]>()
  for (const known of messages) {
    const row = { message: asStored(user, known) }
    const chat = chats.get(known.chatJid)
    if (chat) chat.push(row)
    else chats.set(known.chatJid, [row])
  }
  return Array.from(chats, ([id, rows]) => ({ id, messages: rows }))
}

function mappings(world: World): proto.IPhoneNumberToLIDMapping[] {
  return Array.from(world.users.values(), (user) => ({ pnJid: user.jid(), lidJid: user.lidJid() }))
}

/** A piece on the media server, with what the notification says of it. */
function kept(world: World, plain: Buffer): proto.Message.IHistorySyncNotification {
  const mediaKey = world.random(`history ${world.stanzaId()}`).bytes(32)
  const { bytes, fileSha256, fileEncSha256, fileLength } = encryptMedia(plain, 'md-msg-hist', mediaKey)
  return { directPath: world.media.put(bytes), mediaKey, fileSha256, fileEncSha256, fileLength }
}
