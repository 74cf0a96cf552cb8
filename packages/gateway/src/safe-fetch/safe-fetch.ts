import { pipeline, type Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Agent, type Dispatcher } from 'undici'
import { guardedConnector, type Resolve, systemResolve } from './connect.ts'
import { Deadlines } from './deadlines.ts'
import { asSafeFetchError, SafeFetchError } from './errors.ts'
import { type Answer, Exchange, type PostAnswer, type ResponseHeaders } from './exchange.ts'
import type { UrlGuard } from './guard.ts'

export interface SafeFetchSettings {
  guard: UrlGuard
  /** Default: the machine's resolver. */
  resolve?: Resolve
  /** How long a connection may take to open, in milliseconds. Default 10,000. */
  connectTimeoutMs?: number
}

export interface PostRequest {
  headers: Record<string, string>
  body: Buffer
  /** For everything: DNS, connection, request, answer; in milliseconds. Default 15,000. */
  timeoutMs?: number
  signal?: AbortSignal
}

export interface FetchRequest {
  method?: 'GET' | 'HEAD' | 'POST'
  /** Of a POST; where redirects are followed it goes along. */
  body?: Buffer
  headers?: Record<string, string>
  /** For everything, all redirects and the reading of the body included; in milliseconds. Default 15,000. */
  timeoutMs?: number
  /** Of the body after decompression. Default 1 MiB. */
  maxBytes?: number
  /** Default 0: a redirect is an answer like any other. */
  maxRedirects?: number
  signal?: AbortSignal
}

export interface SafeResponse extends Answer {
  /** Where the answer came from in the end. */
  url: URL
  /** Decompressed and capped; ends in a `SafeFetchError` where the limits are passed. To be read or destroyed. */
  body: Readable
}

interface Target {
  origin: string
  path: string
}

const TARGETS_KEPT = 1000
const DEFAULT_TIMEOUT_MS = 15_000
const DEFAULT_MAX_BYTES = 1024 * 1024
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * The one way to call a URL that somebody else wrote: http and https only, never to an address of the inside,
 * whatever its name resolves to (connect.ts), with limits of time and size. Connections are kept per origin.
 */
export class SafeFetch {
  readonly #guard: UrlGuard
  readonly #agent: Agent
  readonly #deadlines = new Deadlines()
  readonly #targets = new Map<string, Target>()

  constructor({ guard, resolve = systemResolve, connectTimeoutMs = 10_000 }: SafeFetchSettings) {
    this.#guard = guard
    this.#agent = new Agent({
      connect: guardedConnector({ guard, resolve, timeoutMs: connectTimeoutMs }),
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  /**
   * Posts and tells the answer's status and headers; redirects are not followed, of the answer's body the beginning is kept.
   * Rejects with `SafeFetchError`.
   */
  async post(url: string, request: PostRequest): Promise<PostAnswer> {
    const { origin, path } = this.#target(url)
    if (request.signal?.aborted) throw new SafeFetchError('aborted')
    return new Promise((resolve, reject) => {
      const done = (outcome: PostAnswer | SafeFetchError) => {
        release()
        request.signal?.removeEventListener('abort', giveUp)
        if (outcome instanceof SafeFetchError) reject(outcome)
        else resolve(outcome)
      }
      const exchange = new Exchange(done)
      const giveUp = () => exchange.abort(new SafeFetchError('aborted'))
      const release = this.#deadlines.start(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, () =>
        exchange.abort(new SafeFetchError('timeout')),
      )
      request.signal?.addEventListener('abort', giveUp)
      const { headers, body } = request
      this.#agent.dispatch({ origin, path, method: 'POST', headers, body }, exchange)
    })
  }

  /** Fetches, following redirects where allowed, each of them checked like the first. Rejects with `SafeFetchError`. */
  async fetch(url: string, request: FetchRequest = {}): Promise<SafeResponse> {
    const abort = new AbortController()
    const giveUp = () => abort.abort(new SafeFetchError('aborted'))
    const release = this.#deadlines.start(request.timeoutMs ?? DEFAULT_TIMEOUT_MS, () =>
      abort.abort(new SafeFetchError('timeout')),
    )
    const end = () => {
      release()
      request.signal?.removeEventListener('abort', giveUp)
    }
    request.signal?.addEventListener('abort', giveUp)
    if (request.signal?.aborted) giveUp()
    try {
      const { target, answer } = await this.#follow(url, request, abort.signal)
      const body = readable(answer, request.maxBytes ?? DEFAULT_MAX_BYTES, end)
      return { status: answer.statusCode, headers: answer.headers, url: target, body }
    } catch (error) {
      end()
      throw asSafeFetchError(error)
    }
  }

  /** Closes every connection, cutting what is under way. */
  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  /** The few URLs that get many posts are read once; what the URL alone tells does not change. */
  #target(url: string): Target {
    const known = this.#targets.get(url)
    if (known) return known
    const checked = this.#guard.checkUrl(url)
    const target = { origin: checked.origin, path: pathOf(checked) }
    if (this.#targets.size >= TARGETS_KEPT) this.#targets.clear()
    this.#targets.set(url, target)
    return target
  }

  async #follow(url: string, request: FetchRequest, signal: AbortSignal) {
    let target = this.#guard.checkUrl(url)
    let headers: Record<string, string> = { 'accept-encoding': 'gzip, deflate, br', ...request.headers }
    for (let hops = 0; ; hops++) {
      const answer = await this.#agent.request({
        origin: target.origin,
        path: pathOf(target),
        method: request.method ?? 'GET',
        body: request.body ?? null,
        headers,
        signal,
      })
      const location = single(answer.headers.location)
      if (!request.maxRedirects || !location || !REDIRECTS.has(answer.statusCode)) return { target, answer }
      await answer.body.dump()
      if (hops >= request.maxRedirects) throw new SafeFetchError('too_many_redirects')
      if (!URL.canParse(location, target.href)) throw new SafeFetchError('invalid_url')
      const next = this.#guard.checkUrl(new URL(location, target).href)
      if (next.origin !== target.origin) headers = withoutSecrets(headers)
      target = next
    }
  }
}

function pathOf(url: URL): string {
  return url.pathname + url.search
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function withoutSecrets(headers: Record<string, string>): Record<string, string> {
  const secret = new Set(['authorization', 'cookie', 'proxy-authorization'])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name.toLowerCase())))
}

/** The body decompressed and capped; `end` is called when it is over, however it ended. */
function readable({ headers, body }: Dispatcher.ResponseData, maxBytes: number, end: () => void): Readable {
  const decoders = decodersFor(headers)
  const length = Number(headers['content-length'])
  const isTooLarge = decoders?.length === 0 && length > maxBytes
  const capped = cap(maxBytes)
  pipeline([body, ...(decoders ?? []), capped], end)
  if (isTooLarge) capped.destroy(new SafeFetchError('too_large'))
  if (!decoders) capped.destroy(new SafeFetchError('invalid_response'))
  return capped
}

function cap(maxBytes: number): Transform {
  let bytes = 0
  const capped = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length
      if (bytes > maxBytes) callback(new SafeFetchError('too_large'))
      else callback(null, chunk)
    },
    destroy(error, callback) {
      callback(error && asSafeFetchError(error))
    },
  })
  // A body that nobody reads any more may still fail.
  return capped.on('error', () => undefined)
}

/** Undefined for an encoding that was not asked for. */
function decodersFor(headers: ResponseHeaders): Transform[] | undefined {
  switch (single(headers['content-encoding'])?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
    case '':
      return []
    case 'gzip':
    case 'x-gzip':
      return [createGunzip()]
    case 'deflate':
      return [createInflate()]
    case 'br':
      return [createBrotliDecompress()]
    default:
      return undefined
  }
}
