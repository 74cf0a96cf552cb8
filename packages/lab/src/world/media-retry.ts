import { createCipheriv, hkdfSync } from 'node:crypto'
import { extractMessageContent, proto } from 'baileys'
import { type BinaryNode, child, node } from '../wire/node.ts'
import type { Companion, User } from './model.ts'
import type { World } from './world.ts'

const { ResultType } = proto.MediaRetryNotification

/** A file, as a message of any kind with media points to it. */
interface MediaPointer {
  mediaKey?: Uint8Array | null
  directPath?: string | null
}

/**
 * A companion could not download a file and asks its own phone to upload it again: the phone answers where the file
 * is now, or that it does not have it (`<receipt type="server-error">` and `<notification type="mediaretry">`).
 */
export function answerMediaRetry(world: World, companion: Companion, request: BinaryNode): void {
  const { user } = companion
  const { id = '' } = request.attrs
  const { jid, from_me, participant } = child(request, 'rmr')?.attrs ?? {}
  const media = mediaOf(user, id)
  const file = media?.directPath ? world.media.get(media.directPath) : undefined
  const answer =
    media?.mediaKey && file
      ? node('encrypt', {}, sealed(world, id, media.mediaKey, world.media.put(file)))
      : node('error', { code: ResultType.NOT_FOUND })
  const attrs = { from: user.jid(), id, type: 'mediaretry', t: world.seconds }
  companion.deliver(node('notification', attrs, [answer, node('rmr', { jid, from_me, participant })]))
}

function mediaOf(user: User, id: string): MediaPointer | undefined {
  const content = extractMessageContent(user.known.get(id)?.message) ?? {}
  return Object.values(content).find((part) => part instanceof Object && 'mediaKey' in part)
}

/** The answer, encrypted with a key that only who knows the file's key can have. */
function sealed(world: World, id: string, mediaKey: Uint8Array, directPath: string): BinaryNode[] {
  const key = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), 'WhatsApp Media Retry Notification', 32))
  const iv = world.random(`media retry ${world.stanzaId()}`).bytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(id))
  const plain = proto.MediaRetryNotification.encode({ stanzaId: id, directPath, result: ResultType.SUCCESS }).finish()
  const bytes = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return [node('enc_p', {}, bytes), node('enc_iv', {}, iv)]
}
