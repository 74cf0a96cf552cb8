import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, MEDIA_PATH_MAP, S_WHATSAPP_NET } from 'baileys'
import { request } from 'undici'
import type { Clock } from '../../core/clock.ts'
import type { MediaKind } from '../../core/media.ts'
import { FileMissing, type SourceFile, UploadFailed } from '../port.ts'
import { digestMedia, encryptMedia, expandMediaKey, mediaType } from './media-cipher.ts'
import type { MediaNetwork } from './media-network.ts'
import { isConnectionLoss } from './sender.ts'
import type { UploadedFile } from './to-wa/uploaded.ts'

const ORIGIN = 'https://web.whatsapp.com'
/** The least that an upload may take, and how slow a line may be. */
const LEAST_MS = 60_000
const SLOWEST_BYTES_PER_MS = 20
const KEY_BYTES = 32

interface UploadHosts {
  hosts: string[]
  auth: string
  /** Milliseconds since the epoch. */
  until: number
}

export interface UploadsContext {
  query: (iq: BinaryNode) => Promise<BinaryNode | undefined>
  media: MediaNetwork
  clock: Clock
}

/** Brings files to WhatsApp's media servers over one connection. */
export class Uploads {
  readonly #context: UploadsContext
  readonly #ended = new AbortController()
  #hosts: Promise<UploadHosts> | undefined

  constructor(context: UploadsContext) {
    this.#context = context
  }

  /** Ends every upload: the connection has closed. */
  end(): void {
    this.#ended.abort()
  }

  /**
   * Encrypts the file under a fresh key and uploads it. Its address is the hash of its encrypted form, so it is read
   * twice, and never kept in memory or in a second file. Rejects with {@link UploadFailed}.
   */
  async upload(kind: MediaKind, file: SourceFile): Promise<UploadedFile> {
    const mediaKey = randomBytes(KEY_BYTES)
    const keys = await expandMediaKey(mediaKey, kind)
    const digest = await digestMedia(file.read(), keys).catch(asMissing)
    const { hosts, auth } = await this.#uploadHosts()
    const token = digest.fileEncSha256.toString('base64url')
    const path = `${MEDIA_PATH_MAP[mediaType(kind)]}/${token}`
    const query = new URLSearchParams({ auth, token })
    const signal = AbortSignal.any([
      this.#ended.signal,
      AbortSignal.timeout(LEAST_MS + Math.ceil(digest.fileLength / SLOWEST_BYTES_PER_MS)),
    ])
    let cause: unknown
    for (const host of hosts) {
      try {
        const body = Readable.from(encryptMedia(file.read(), keys), { objectMode: false })
        const place = await this.#post(
          `https://${host}${path}?${query}`,
          body,
          encryptedLength(digest.fileLength),
          signal,
        )
        return { ...place, mediaKey, ...digest, mimetype: file.mimetype, traits: file.traits }
      } catch (error) {
        cause = error
      }
    }
    // The right to upload may have run out: ask anew next time.
    this.#hosts = undefined
    throw new UploadFailed('no media server took the file', { cause })
  }

  async #post(
    url: string,
    body: Readable,
    length: number,
    signal: AbortSignal,
  ): Promise<{ url: string; directPath: string }> {
    const { dispatcher } = this.#context.media
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(length), origin: ORIGIN },
      body,
      signal,
      ...(dispatcher ? { dispatcher } : {}),
    })
    if (response.statusCode >= 400) {
      await response.body.dump()
      throw new Error(`the media server answered ${response.statusCode}`)
    }
    const place = (await response.body.json()) as { url?: unknown; direct_path?: unknown }
    if (typeof place.url !== 'string' || typeof place.direct_path !== 'string') {
      throw new Error('the media server did not say where it keeps the file')
    }
    return { url: place.url, directPath: place.direct_path }
  }

  /** Baileys keeps the answer too, but never asks again where it failed once. */
  async #uploadHosts(): Promise<UploadHosts> {
    const { clock } = this.#context
    const known = await this.#hosts?.catch(() => undefined)
    if (known && known.until > clock.now()) return known
    this.#hosts = this.#askHosts()
    return this.#hosts
  }

  async #askHosts(): Promise<UploadHosts> {
    const { query, clock } = this.#context
    const attrs = { to: S_WHATSAPP_NET, type: 'set', xmlns: 'w:m' }
    const answer = await query({ tag: 'iq', attrs, content: [{ tag: 'media_conn', attrs: {} }] }).catch(asUnanswered)
    const connection = answer && getBinaryNodeChild(answer, 'media_conn')
    const hosts = getBinaryNodeChildren(connection, 'host').flatMap(({ attrs }) => attrs.hostname ?? [])
    if (!connection || hosts.length === 0) throw new UploadFailed('the server named no media server')
    const seconds = Number(connection.attrs.ttl) || 0
    return { hosts, auth: connection.attrs.auth ?? '', until: clock.now() + seconds * 1000 }
  }
}

/** Whole blocks of AES with padding, and the MAC. */
function encryptedLength(length: number): number {
  return (Math.floor(length / 16) + 1) * 16 + 10
}

function asMissing(error: unknown): never {
  throw (error as { code?: unknown }).code === 'ENOENT' ? new FileMissing('the file is gone', { cause: error }) : error
}

function asUnanswered(error: unknown): never {
  throw isConnectionLoss(error) ? error : new UploadFailed('the server named no media server', { cause: error })
}
