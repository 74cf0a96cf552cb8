import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { type Blob, type BlobLimits, BlobStore, blobBytes, readBlob } from './blobs.ts'

/** How an upload or a download goes wrong: answered with a status, or cut off without an answer. */
type MediaFault = { status: number } | 'drop'

/** What is known of a request when a fault is decided on. `auth` is the token of `media_conn`; downloads have none. */
interface MediaRequest {
  method: 'upload' | 'download'
  path: string
  auth?: string
}

/** Options of {@link startMediaServer}. */
export interface MediaServerOptions {
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  port?: number
  limits?: Partial<BlobLimits>
  /** Asked before each request is served. */
  fault?: (request: MediaRequest) => MediaFault | undefined
}

/** The lab's media host: takes uploads, serves downloads, over TLS with the certificates in `fixture/`. */
export interface MediaServer {
  /** `127.0.0.1:port`, as `media_conn` names it. */
  readonly host: string
  /** Path of the authority a client must trust, for `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string
  /** Number of requests served so far. */
  readonly served: { uploads: number; downloads: number; rejected: number }
  /** Takes the encrypted file of a virtual phone, answers its direct path: the same bytes, the same path. */
  put(encrypted: Uint8Array): string
  /** The bytes behind a direct path (its query does not matter), or `undefined`. */
  get(directPath: string): Buffer | undefined
  /** All files, for a snapshot. */
  entries(): Iterable<[key: string, bytes: Buffer]>
  close(): Promise<void>
}

const FIXTURES = new URL('./fixture/', import.meta.url)
const DOWNLOAD_PREFIX = '/v/t62.7118-24/'
const UPLOAD_PATH = /^\/(?:mms|product|pps|newsletter)\/[a-z-]+\/([A-Za-z0-9_-]{43})$/

/** Path of the certificate authority of all lab media servers. */
const MEDIA_CA_FILE = fileURLToPath(new URL('ca.pem', FIXTURES))

/** Starts a media server on loopback. Rejects where the port is taken. */
export async function startMediaServer(options: MediaServerOptions = {}): Promise<MediaServer> {
  const media = new Media(options)
  await media.listen(options.port ?? 0)
  return media
}

class Media implements MediaServer {
  readonly caFile = MEDIA_CA_FILE
  readonly served = { uploads: 0, downloads: 0, rejected: 0 }
  readonly #blobs: BlobStore
  readonly #fault: NonNullable<MediaServerOptions['fault']>
  readonly #server: Server
  #port = 0

  constructor(options: MediaServerOptions) {
    this.#blobs = new BlobStore(options.limits)
    this.#fault = options.fault ?? (() => undefined)
    const key = readFileSync(new URL('leaf.key.pem', FIXTURES))
    const cert = readFileSync(new URL('leaf.pem', FIXTURES))
    this.#server = createServer({ key, cert }, (request, response) => {
      this.#serve(request, response).catch(() => response.destroy())
    })
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
    this.#port = (this.#server.address() as AddressInfo).port
    this.#server.unref()
  }

  put(encrypted: Uint8Array): string {
    const sha256 = createHash('sha256').update(encrypted).digest()
    const name = sha256.toString('base64url')
    this.#blobs.keep(name, { sha256, length: encrypted.length, body: Buffer.from(encrypted) })
    return directPath(name)
  }

  get(path: string): Buffer | undefined {
    const blob = this.#find(path)
    return blob && blobBytes(blob)
  }

  entries(): Iterable<[key: string, bytes: Buffer]> {
    return this.#blobs.entries()
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
    await this.#blobs.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `https://${this.host}`)
    const uploading = request.method === 'POST' || request.method === 'PUT'
    const auth = url.searchParams.get('auth')
    const fault = this.#fault({
      method: uploading ? 'upload' : 'download',
      path: url.pathname,
      ...(auth === null ? {} : { auth }),
    })
    if (fault === 'drop') {
      request.destroy()
      return
    }
    if (fault !== undefined) return this.#reject(request, response, fault.status, 'fault')
    if (uploading) return this.#upload(request, response, url)
    return this.#download(request, response, url)
  }

  async #upload(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const claimed = UPLOAD_PATH.exec(url.pathname)?.[1]
    if (claimed === undefined) return this.#reject(request, response, 404, 'no such upload path')
    if (!url.searchParams.get('auth')) return this.#reject(request, response, 401, 'auth is missing')
    if (url.searchParams.get('token') !== claimed) return this.#reject(request, response, 400, 'token is not the hash')
    const blob = await this.#blobs.receive(request)
    if (blob.sha256.toString('base64url') !== claimed) {
      this.#blobs.discard(blob)
      return this.#reject(request, response, 400, 'the hash in the path is not the hash of the body')
    }
    this.#blobs.keep(claimed, blob)
    this.served.uploads += 1
    const path = directPath(claimed)
    answer(response, 200, { url: `https://${this.host}${path}`, direct_path: path })
  }

  async #download(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const blob = this.#find(url.pathname)
    if (blob === undefined) return this.#reject(request, response, 404, 'no such file')
    const range = parseRange(request.headers.range, blob.length)
    if (range === 'unsatisfiable') return this.#reject(request, response, 416, 'range outside the file')
    this.served.downloads += 1
    response.setHeader('content-type', 'application/octet-stream')
    response.setHeader('accept-ranges', 'bytes')
    response.setHeader('content-length', range === undefined ? blob.length : range.end - range.start + 1)
    if (range !== undefined) response.setHeader('content-range', `bytes ${range.start}-${range.end}/${blob.length}`)
    response.statusCode = range === undefined ? 200 : 206
    if (request.method === 'HEAD') response.end()
    else await pipeline(readBlob(blob, range), response)
  }

  #find(pathAndQuery: string): Blob | undefined {
    const path = pathAndQuery.split('?', 1)[0] ?? ''
    return path.startsWith(DOWNLOAD_PREFIX) ? this.#blobs.get(path.slice(DOWNLOAD_PREFIX.length)) : undefined
  }

  #reject(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
    this.served.rejected += 1
    // The body must be read, or the client sees a broken pipe before it sees the answer.
    request.resume()
    answer(response, status, { error })
  }
}

/** Real direct paths always carry a query; clients append further parameters with `&`. */
function directPath(name: string): string {
  return `${DOWNLOAD_PREFIX}${name}?ccb=11-4`
}

function answer(response: ServerResponse, status: number, body: Record<string, string>): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** A single byte range (RFC 9110, 14.1.2); several ranges at once are served as the whole file, which is allowed. */
function parseRange(
  header: string | undefined,
  length: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [from = '', to = ''] = match?.slice(1) ?? []
  if (match === null || (from === '' && to === '')) return undefined
  const start = from === '' ? Math.max(0, length - Number(to)) : Number(from)
  const end = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1)
  return start > end || start >= length ? 'unsatisfiable' : { start, end }
}
