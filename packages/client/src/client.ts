import createFetchClient, { type Client, type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch'
import type { EventType, KurirEvent, Message, Session } from './event.ts'
import type { paths } from './openapi.ts'
import { ConnectionError, ProblemError } from './problem.ts'
import { withRetries } from './retry.ts'
import { readServerSentEvents } from './server-sent-events.ts'
import { sleep } from './sleep.ts'

type Method = 'get' | 'post' | 'patch' | 'delete'
/** The paths that have a method. */
type PathWith<M extends Method> = {
  [Path in keyof paths]: paths[Path] extends Record<M, { responses: unknown }> ? Path : never
}[keyof paths]
type Operation<Path extends keyof paths, M extends Method> = paths[Path] extends Record<M, infer Found> ? Found : never
type Init<Path extends keyof paths, M extends Method> = MaybeOptionalInit<paths[Path], M & keyof paths[Path]>
/** Options are asked for only where the call cannot do without. */
type InitArguments<Path extends keyof paths, M extends Method> =
  undefined extends Init<Path, M> ? [init?: Init<Path, M>] : [init: Init<Path, M>]
/** What a call answers where it succeeds. */
export type Answer<Path extends PathWith<M>, M extends Method> =
  Operation<Path, M> extends Record<string | number, unknown>
    ? Exclude<FetchResponse<Operation<Path, M>, unknown, 'application/json'>, { error: unknown }>['data']
    : never
/** The paths that answer a list, page by page. */
type ListPath = { [Path in PathWith<'get'>]: Answer<Path, 'get'> extends Page<unknown> ? Path : never }[PathWith<'get'>]
type ItemOf<List> = List extends Page<infer Item> ? Item : never

interface Page<Item> {
  data: Item[]
  next_cursor: string | null
}

/** What is sent: the body of `POST /v1/sessions/{session}/messages`. */
export type OutgoingMessage = NonNullable<
  paths['/v1/sessions/{session}/messages']['post']['requestBody']
>['content']['application/json']

export interface KurirOptions {
  /** Where the gateway is, for example `https://wa.example.com`. In a page that it serves, leave it out. */
  baseUrl?: string
  /** Sent as `Authorization: Bearer`. */
  key?: string
  /** Sent with every request; read anew for each where it is a function. */
  headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>)
  /** Whether cookies go along; as `fetch` has it. */
  credentials?: 'include' | 'omit' | 'same-origin'
  /** How often a request is tried again that the gateway had no time for (429, 503) or never answered; default 3. */
  retries?: number
  /** The longest `Retry-After` that is waited for, in seconds; default 60. */
  maxRetryAfterSeconds?: number
  /** Instead of the platform's own. */
  fetch?: (request: Request) => Promise<Response>
}

export interface SendOptions {
  /** How long the answer may wait for WhatsApp's server to acknowledge the message, in milliseconds. */
  wait?: number
  /** Names the intent: the same key sends once, whenever it is used again. By default every call has its own. */
  idempotencyKey?: string
  signal?: AbortSignal
}

export interface EventsOptions {
  /** Only this session's. */
  session?: string
  types?: readonly EventType[]
  /** Another tenant than the key's own; admin keys only. */
  tenant?: string
  /** Events after this `seq`, those of the past first; needs `session`. Without it the stream begins now. */
  after?: number
  /** Ends the iteration. */
  signal?: AbortSignal
}

/** News while a session is linked to a phone. */
export type PairingNews =
  | { event: 'qr'; data: { qr: string; image: string; expires_at: string } }
  | { event: 'status' | 'connected'; data: Session }

const DEFAULTS = { retries: 3, maxRetryAfterSeconds: 60 }
const RECONNECT_MS = { first: 500, longest: 15_000 }

/**
 * A gateway over HTTP. Every call answers the body of the success, and throws {@link ProblemError} where the gateway
 * refused or failed, {@link ConnectionError} where it did not answer.
 */
export class Kurir {
  /** The client underneath, which answers `{ data, error, response }`: for headers, files and other content types. */
  readonly raw: Client<paths>

  readonly #fetch: (request: Request) => Promise<Response>

  constructor(options: KurirOptions = {}) {
    const { retries, maxRetryAfterSeconds } = { ...DEFAULTS, ...options }
    const { fetch = (request) => globalThis.fetch(request) } = options
    this.#fetch = withRetries({ retries, maxWaitSeconds: maxRetryAfterSeconds, fetch })
    this.raw = createFetchClient<paths>({
      baseUrl: (options.baseUrl ?? '').replace(/\/+$/, ''),
      fetch: (request) => this.#fetch(request),
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    })
    this.raw.use({
      onRequest: ({ request }) => {
        const more = typeof options.headers === 'function' ? options.headers() : options.headers
        for (const [name, value] of Object.entries(more ?? {})) request.headers.set(name, value)
        if (options.key !== undefined) request.headers.set('authorization', `Bearer ${options.key}`)
        if (request.method === 'POST' && !request.headers.has('idempotency-key')) {
          request.headers.set('idempotency-key', newIdempotencyKey())
        }
      },
      onResponse: async ({ response }) => {
        if (!response.ok && response.status !== 304) throw await ProblemError.of(response)
      },
    })
  }

  /** Reads. */
  get<Path extends PathWith<'get'>>(path: Path, ...[init]: InitArguments<Path, 'get'>): Promise<Answer<Path, 'get'>> {
    return this.#call('get', path, init)
  }

  /** Makes or does. The same call is done once, by its `Idempotency-Key`, however often it is tried again. */
  post<Path extends PathWith<'post'>>(
    path: Path,
    ...[init]: InitArguments<Path, 'post'>
  ): Promise<Answer<Path, 'post'>> {
    return this.#call('post', path, init)
  }

  /** Changes. */
  patch<Path extends PathWith<'patch'>>(
    path: Path,
    ...[init]: InitArguments<Path, 'patch'>
  ): Promise<Answer<Path, 'patch'>> {
    return this.#call('patch', path, init)
  }

  /** Deletes. */
  delete<Path extends PathWith<'delete'>>(
    path: Path,
    ...[init]: InitArguments<Path, 'delete'>
  ): Promise<Answer<Path, 'delete'>> {
    return this.#call('delete', path, init)
  }

  /** Sends a message: answers it as it is on disk, or with `wait` as it is once the server has acknowledged it. */
  send(session: string, message: OutgoingMessage, options: SendOptions = {}): Promise<Message> {
    const { wait, idempotencyKey, signal } = options
    return this.post('/v1/sessions/{session}/messages', {
      params: {
        path: { session },
        ...(wait === undefined ? {} : { query: { wait } }),
        ...(idempotencyKey === undefined ? {} : { header: { 'idempotency-key': idempotencyKey } }),
      },
      body: message,
      ...(signal ? { signal } : {}),
    })
  }

  /** Every entry of a list; pages are read as they are needed. `limit` in the query is the size of a page. */
  async *list<Path extends ListPath>(
    path: Path,
    ...[init]: InitArguments<Path, 'get'>
  ): AsyncGenerator<ItemOf<Answer<Path, 'get'>>> {
    const given: CallInit = init ?? {}
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { limit: 200, ...given.params?.query, ...(cursor === undefined ? {} : { cursor }) }
      const page: Page<ItemOf<Answer<Path, 'get'>>> = await this.#call('get', path, {
        ...given,
        params: { ...given.params, query },
      })
      yield* page.data
      cursor = page.next_cursor
    }
  }

  /**
   * What happens, as it happens, until the loop is left or `signal` is aborted. A stream that breaks goes on behind the
   * last event that came. Throws {@link ProblemError} where the gateway refuses it.
   */
  async *events(options: EventsOptions = {}): AsyncGenerator<KurirEvent> {
    const { types, signal, ...place } = options
    const query = { ...place, ...(types ? { types: types.join(',') } : {}) }
    for await (const { data } of this.#stream('/v1/events', { params: { query } }, signal)) {
      yield JSON.parse(data) as KurirEvent
    }
  }

  /** The QR codes to scan, each as it appears, until the session is connected (the last item) or `signal` is aborted. */
  async *pairing(session: string, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<PairingNews> {
    const init = { params: { path: { session } } }
    for await (const { event, data } of this.#stream('/v1/sessions/{session}/qr/stream', init, signal)) {
      const news = { event, data: JSON.parse(data) as unknown } as PairingNews
      yield news
      if (news.event === 'connected') return
    }
  }

  /** Server-sent events over as many connections as it takes. */
  async *#stream(path: keyof paths, init: CallInit, signal: AbortSignal | undefined) {
    let id: string | null = null
    let waitMs = RECONNECT_MS.first
    while (!signal?.aborted) {
      try {
        const body: ReadableStream<Uint8Array> | null = await this.#call('get', path, {
          ...init,
          parseAs: 'stream',
          headers: { accept: 'text/event-stream', ...(id === null ? {} : { 'last-event-id': id }) },
          ...(signal ? { signal } : {}),
        })
        for await (const event of body ? readServerSentEvents(body, signal) : []) {
          id = event.id
          waitMs = RECONNECT_MS.first
          yield event
        }
      } catch (error) {
        if (signal?.aborted) return
        if (!isPassing(error)) throw error
      }
      await sleep(waitMs, signal).catch(() => undefined)
      waitMs = Math.min(waitMs * 2, RECONNECT_MS.longest)
    }
  }

  /** Any call; what it answers is for the caller to name, who knows the path. */
  async #call<Result>(method: Method, path: keyof paths, init: unknown): Promise<Result> {
    const { data } = await (this.raw.request as UntypedRequest)(method, path, init ?? {})
    return data as Result
  }
}

/** The options of a call whose path is not known while this is compiled. */
interface CallInit {
  params?: { path?: object | undefined; query?: object | undefined; header?: object | undefined } | undefined
  parseAs?: string | undefined
  headers?: unknown
  signal?: AbortSignal | null | undefined
}

type UntypedRequest = (method: string, path: string, init: unknown) => Promise<{ data?: unknown }>

/** Whether asking again later may help. */
function isPassing(error: unknown): boolean {
  return error instanceof ProblemError ? error.status === 429 || error.status >= 500 : !(error instanceof SyntaxError)
}

/** 128 random bits. (`randomUUID` is there on secure origins only, and a gateway on a local network has none.) */
function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
