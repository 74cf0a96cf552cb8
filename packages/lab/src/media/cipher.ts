import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The kinds of media that have keys of their own. A sticker uses those of an image, a voice note those of audio. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'md-msg-hist'

const KEY_INFO: Record<MediaKind, string> = {
  image: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
  'md-msg-hist': 'WhatsApp History Keys',
}

const MAC_LENGTH = 10
const EMPTY_SALT = Buffer.alloc(0)

/** What one 32-byte media key expands to (HKDF-SHA256, 112 bytes; the last 32 are not used for media files). */
interface MediaKeys {
  iv: Buffer
  cipher: Buffer
  mac: Buffer
}

/** An encrypted file with all that a message must say of it. */
export interface EncryptedMedia {
  /** Ciphertext with the truncated MAC behind it: the bytes that are uploaded. */
  bytes: Buffer
  mediaKey: Buffer
  /** SHA-256 of the plain bytes. */
  fileSha256: Buffer
  /** SHA-256 of {@link bytes}. */
  fileEncSha256: Buffer
  /** Length of the plain bytes. */
  fileLength: number
}

/** What a message claims about the file it points to. */
export interface MediaClaim {
  mediaKey: Uint8Array
  fileSha256?: Uint8Array | undefined
  fileEncSha256?: Uint8Array | undefined
  fileLength?: number | undefined
}

/** A downloaded file that is not what its message says. */
class MediaMismatch extends Error {
  override name = 'MediaMismatch'
}

/** Expands `mediaKey` for files of `kind`. */
function mediaKeys(mediaKey: Uint8Array, kind: MediaKind): MediaKeys {
  const expanded = Buffer.from(hkdfSync('sha256', mediaKey, EMPTY_SALT, KEY_INFO[kind], 112))
  return { iv: expanded.subarray(0, 16), cipher: expanded.subarray(16, 48), mac: expanded.subarray(48, 80) }
}

/** Encrypts as WhatsApp does: AES-256-CBC, then the first 10 bytes of HMAC-SHA256 over IV and ciphertext. */
export function encryptMedia(plain: Uint8Array, kind: MediaKind, mediaKey: Buffer): EncryptedMedia {
  const keys = mediaKeys(mediaKey, kind)
  const cipher = createCipheriv('aes-256-cbc', keys.cipher, keys.iv)
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
  const mac = createHmac('sha256', keys.mac).update(keys.iv).update(ciphertext).digest().subarray(0, MAC_LENGTH)
  const bytes = Buffer.concat([ciphertext, mac])
  return {
    bytes,
    mediaKey,
    fileSha256: createHash('sha256').update(plain).digest(),
    fileEncSha256: createHash('sha256').update(bytes).digest(),
    fileLength: plain.length,
  }
}

/**
 * Decrypts a file chunk by chunk and checks it against its message. Yields the plain bytes; throws
 * {@link MediaMismatch} at the end where MAC, hashes or length do not agree, so use nothing before the end.
 */
export async function* decryptMedia(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  kind: MediaKind,
  claim: MediaClaim,
): AsyncGenerator<Buffer> {
  const keys = mediaKeys(claim.mediaKey, kind)
  const decipher = createDecipheriv('aes-256-cbc', keys.cipher, keys.iv)
  const mac = createHmac('sha256', keys.mac).update(keys.iv)
  const encrypted = createHash('sha256')
  const plain = createHash('sha256')
  let length = 0
  // The last bytes seen may be the MAC, so they are held back until more come.
  let tail = Buffer.alloc(0)
  const pass = (bytes: Buffer): Buffer => {
    plain.update(bytes)
    length += bytes.length
    return bytes
  }
  for await (const chunk of source) {
    encrypted.update(chunk)
    const bytes = Buffer.concat([tail, chunk])
    const body = bytes.subarray(0, Math.max(0, bytes.length - MAC_LENGTH))
    tail = bytes.subarray(body.length)
    mac.update(body)
    yield pass(decipher.update(body))
  }
  check(tail.length === MAC_LENGTH && timingSafeEqual(mac.digest().subarray(0, MAC_LENGTH), tail), 'MAC')
  check(matches(claim.fileEncSha256, encrypted.digest()), 'fileEncSha256')
  yield pass(decipher.final())
  check(matches(claim.fileSha256, plain.digest()), 'fileSha256')
  check(claim.fileLength === undefined || claim.fileLength === length, 'fileLength')
}

function matches(claimed: Uint8Array | undefined, actual: Buffer): boolean {
  return claimed === undefined || actual.equals(claimed)
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new MediaMismatch(`${what} of the file does not match its message`)
}
