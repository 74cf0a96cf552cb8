import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { getMediaKeys } from 'baileys'
import type { MediaKind } from '../../core/media.ts'

/** What one media key expands to. */
export interface MediaKeys {
  iv: Uint8Array
  cipherKey: Uint8Array
  macKey: Uint8Array
}

const MAC_BYTES = 10

type MediaType = Exclude<MediaKind, 'voice'>

const KEY_TYPE: Record<MediaKind, MediaType> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  voice: 'audio',
  document: 'document',
  sticker: 'sticker',
}

/** How the network calls the kind where keys and upload paths depend on it. */
export function mediaType(kind: MediaKind): MediaType {
  return KEY_TYPE[kind]
}

/** Expands a 32-byte media key for files of the kind. */
export async function expandMediaKey(mediaKey: Uint8Array, kind: MediaKind | 'history'): Promise<MediaKeys> {
  const type = kind === 'history' ? 'md-msg-hist' : KEY_TYPE[kind]
  const { iv, cipherKey, macKey } = await getMediaKeys(mediaKey, type)
  if (!macKey) throw new Error('a media key expands to a key for the MAC')
  return { iv, cipherKey, macKey }
}

/** Encrypts as WhatsApp does: AES-256-CBC, and behind it the first 10 bytes of HMAC-SHA256 over IV and ciphertext. */
export async function* encryptMedia(
  source: AsyncIterable<Uint8Array>,
  { iv, cipherKey, macKey }: MediaKeys,
): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv)
  const mac = createHmac('sha256', macKey).update(iv)
  for await (const chunk of source) {
    const encrypted = cipher.update(chunk)
    mac.update(encrypted)
    if (encrypted.length > 0) yield encrypted
  }
  const last = cipher.final()
  yield Buffer.concat([last, mac.update(last).digest().subarray(0, MAC_BYTES)])
}

/** Both hashes of a file, and how long it is. */
export interface MediaDigest {
  fileSha256: Buffer
  fileEncSha256: Buffer
  fileLength: number
}

/** Hashes a file and its encrypted form without keeping either. */
export async function digestMedia(source: AsyncIterable<Uint8Array>, keys: MediaKeys): Promise<MediaDigest> {
  const plain = createHash('sha256')
  const encrypted = createHash('sha256')
  let fileLength = 0
  const seen = async function* () {
    for await (const chunk of source) {
      plain.update(chunk)
      fileLength += chunk.length
      yield chunk
    }
  }
  for await (const chunk of encryptMedia(seen(), keys)) encrypted.update(chunk)
  return { fileSha256: plain.digest(), fileEncSha256: encrypted.digest(), fileLength }
}

/** What was downloaded is not the file that its message speaks of. */
export class MediaMismatch extends Error {
  override readonly name = 'MediaMismatch'
}

/**
 * Decrypts a file as it comes. Throws {@link MediaMismatch} at the end where its MAC, or one of the hashes that are
 * given, is not right: use nothing before the end.
 */
export async function* decryptMedia(
  source: AsyncIterable<Uint8Array>,
  { iv, cipherKey, macKey }: MediaKeys,
  claimed: { fileSha256?: Uint8Array; fileEncSha256?: Uint8Array },
): AsyncGenerator<Uint8Array> {
  const cipher = createDecipheriv('aes-256-cbc', cipherKey, iv)
  const mac = createHmac('sha256', macKey).update(iv)
  const [plain, encrypted] = [createHash('sha256'), createHash('sha256')]
  // The last bytes seen may be the MAC, so they wait for more.
  let tail: Uint8Array = Buffer.alloc(0)
  for await (const chunk of source) {
    encrypted.update(chunk)
    const bytes = Buffer.concat([tail, chunk])
    const body = bytes.subarray(0, Math.max(0, bytes.length - MAC_BYTES))
    tail = bytes.subarray(body.length)
    mac.update(body)
    const decrypted = cipher.update(body)
    plain.update(decrypted)
    if (decrypted.length > 0) yield decrypted
  }
  const expected = mac.digest().subarray(0, MAC_BYTES)
  if (tail.length !== MAC_BYTES || !timingSafeEqual(expected, tail)) throw new MediaMismatch('the MAC is wrong')
  assertHash('fileEncSha256', claimed.fileEncSha256, encrypted.digest())
  const last = finalBlock(cipher)
  assertHash('fileSha256', claimed.fileSha256, plain.update(last).digest())
  if (last.length > 0) yield last
}

function finalBlock(cipher: ReturnType<typeof createDecipheriv>): Uint8Array {
  try {
    return cipher.final()
  } catch {
    throw new MediaMismatch('the padding is wrong')
  }
}

function assertHash(name: string, claimed: Uint8Array | undefined, actual: Buffer): void {
  if (claimed !== undefined && !actual.equals(claimed)) throw new MediaMismatch(`${name} is wrong`)
}
