import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomBytes } from 'node:crypto'
import type { Failpoint } from './core/failpoints.ts'
import type { MessageId, WaMessageId } from './core/ids.ts'
import type { Engine, EngineConnection, OutboundMessage, SendOutcome } from './engine/port.ts'
import { bound } from './failpoints.ts'
import type { RequestTraces, TracedRequest } from './http/traces.ts'
import type { MessageDraft } from './messages/ports.ts'
import type { FinishedSpan, SpanRef, SpanWriter } from './observe/spans.ts'
import type { Store } from './store/store.ts'
import type { DeliveryTrace, DeliveryTraces } from './webhooks/attempt.ts'
import type { CallAnswer } from './webhooks/call.ts'
import type { DueDelivery } from './webhooks/ports.ts'

export interface TracesOptions {
  spans: SpanWriter
  /** 0 to 1: which part of the messages is traced that no client has decided about. */
  share: number
  /** Milliseconds since the epoch. */
  now: () => number
}

/** What is known of a message's trace in this process. */
interface MessageTrace {
  id: MessageId
  traceId: string
  /** The span that all others of the message are below. */
  rootId: string
  isSampled: boolean
  /** Since when the message waits to be sent; null once it has been handed to the network. */
  waitsSince: number | null
}

/** A span but for what all spans of a message have. */
type Step = Pick<FinishedSpan, 'name' | 'start'> & Partial<FinishedSpan>

/** How many messages are remembered; an older one goes on under the trace that follows from its id. */
const MOST = 20_000
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

/** One trace for each message, from the request or the stanza that brings it to the webhooks that tell of it. */
export class Traces implements RequestTraces, DeliveryTraces {
  readonly #options: TracesOptions
  readonly #requests = new AsyncLocalStorage<TracedRequest>()
  readonly #writes = new AsyncLocalStorage<{ at: number | null }>()
  readonly #messages = new Bounded<MessageId, MessageTrace>(MOST)
  readonly #names = new Bounded<WaMessageId, MessageId>(MOST)
  readonly #journalled = new Bounded<string, { start: number; end: number }>(MOST)

  constructor(options: TracesOptions) {
    this.#options = options
  }

  within(request: TracedRequest, work: () => void): void {
    this.#requests.run(request, work)
  }

  /** The engine has come to this point; where in the course of a message it is known by the call. */
  readonly reached: Failpoint = (name) => {
    const write = this.#writes.getStore()
    if (name === 'stanza.written' && write) write.at ??= this.#options.now()
  }

  /** The store, its messages seen by these traces. */
  store(store: Store): Store {
    const { messages, auth } = store
    const traced: Partial<Store['messages']> = {
      acceptMessage: async (draft, claim) => {
        const result = await messages.acceptMessage(draft, claim)
        if (result.kind === 'accepted') this.#accepted(draft)
        return result
      },
      loadOutbox: async (session, page) => this.#loaded(await messages.loadOutbox(session, page)),
      loadScheduled: async (session, page) => this.#loaded(await messages.loadScheduled(session, page)),
      advanceStatus: async (key, change) => {
        const start = this.#options.now()
        const result = await messages.advanceStatus(key, change)
        if (result?.changed) this.#step(this.#of(result.message.id), { name: `status ${change.status}`, start })
        return result
      },
      storeInbound: async (session, message, at) => {
        const start = this.#options.now()
        const result = await messages.storeInbound(session, message, at)
        if (result.stored) this.#received(result.message.id, message.journalKey, start)
        return result
      },
    }
    const commit: Store['auth']['commit'] = async (session, batch) => {
      const start = this.#options.now()
      await auth.commit(session, batch)
      const end = this.#options.now()
      for (const { key } of batch.journal) this.#journalled.set(key, { start, end })
    }
    return { ...store, messages: replacing(messages, traced), auth: replacing(auth, { commit }) }
  }

  /** The engine, what it sends seen by these traces. */
  engine<Traced extends Engine>(engine: Traced): Traced {
    const connect: Engine['connect'] = (session, sink, options) => {
      const connection = engine.connect(session, sink, options)
      const send: EngineConnection['send'] = (message) => this.#send(message, () => connection.send(message))
      return replacing(connection, { send })
    }
    return replacing<Engine>(engine, { connect }) as Traced
  }

  /** A delivery is about to be posted; undefined where it has no message, or one that is not traced. */
  begin({ endpoint, event, attempts }: DueDelivery): DeliveryTrace | undefined {
    const { id } = (event.data ?? {}) as { id?: unknown }
    if (!event.type.startsWith('message.') || typeof id !== 'string') return undefined
    const message = this.#of(id as MessageId)
    if (!message.isSampled) return undefined
    const spanId = randomBytes(8).toString('hex')
    const start = this.#options.now()
    const attributes = { 'kurir.event.id': event.id, 'kurir.event.type': event.type, 'kurir.webhook.id': endpoint.id }
    const end = (answer: CallAnswer | undefined) => {
      const status = answer?.status == null ? {} : { 'http.response.status_code': answer.status }
      const error = answer ? answer.error : 'aborted'
      this.#step(message, {
        ...{ name: 'webhook', kind: 'client', spanId, start },
        attributes: { ...attributes, ...status, 'kurir.attempt': attempts + 1 },
        ...(error === null ? {} : { error }),
      })
    }
    return { headers: { traceparent: `00-${message.traceId}-${spanId}-01` }, end }
  }

  #accepted(draft: MessageDraft): void {
    const request = this.#requests.getStore()
    const [, traceId, parentId = null, flags = ''] = TRACEPARENT.exec(request?.traceparent ?? '') ?? []
    const own = derived(draft.id)
    const message = this.#of(draft.id)
    if (traceId !== undefined) {
      message.traceId = traceId
      message.isSampled = (Number.parseInt(flags, 16) & 1) === 1
    }
    message.waitsSince = draft.at
    this.#names.set(draft.waId, draft.id)
    const http = request && {
      'http.request.method': request.method,
      'http.route': request.route,
      'kurir.api': request.api,
    }
    this.#step(message, {
      ...{ name: request ? `${request.method} ${request.route}` : 'accept', kind: request ? 'server' : 'internal' },
      ...{ spanId: message.rootId, parentId, start: request?.startedAt ?? draft.at },
      ...(http ? { attributes: http } : {}),
      // What happens after a restart is in the message's own trace.
      ...(traceId === undefined ? {} : { link: own }),
    })
  }

  #loaded<Item extends { id: MessageId; waId: WaMessageId }>(items: Item[]): Item[] {
    for (const { id, waId } of items) {
      this.#names.set(waId, id)
      const message = this.#of(id)
      message.waitsSince ??= this.#options.now()
    }
    return items
  }

  async #send({ waId }: OutboundMessage, send: () => Promise<SendOutcome>): Promise<SendOutcome> {
    const id = this.#names.get(waId)
    if (id === undefined) return send()
    const message = this.#of(id)
    const start = this.#options.now()
    if (message.waitsSince !== null) this.#step(message, { name: 'outbox', start: message.waitsSince })
    message.waitsSince = null
    const write: { at: number | null } = { at: null }
    let failure: { error?: string } = {}
    try {
      const outcome = await this.#writes.run(write, send)
      if (outcome.kind !== 'acked') failure = { error: outcome.kind }
      return outcome
    } catch (error) {
      failure = { error: error instanceof Error ? error.name : 'unknown' }
      throw error
    } finally {
      const written = write.at ?? this.#options.now()
      this.#step(message, { name: 'write', kind: 'client', start, end: written, ...(write.at === null ? failure : {}) })
      if (write.at !== null) this.#step(message, { name: 'ack', kind: 'client', start: written, ...failure })
    }
  }

  #received(id: MessageId, journalKey: string, start: number): void {
    const message = this.#of(id)
    const journal = this.#journalled.get(journalKey)
    const began = journal?.start ?? start
    this.#step(message, { name: 'receive', kind: 'consumer', spanId: message.rootId, parentId: null, start: began })
    if (journal) this.#step(message, { name: 'journal', ...journal })
    this.#step(message, { name: 'event', start })
  }

  #of(id: MessageId): MessageTrace {
    const known = this.#messages.get(id)
    if (known) return known
    const { traceId, spanId } = derived(id)
    const isSampled = Number.parseInt(traceId.slice(0, 8), 16) < this.#options.share * 2 ** 32
    const message = { id, traceId, rootId: spanId, isSampled, waitsSince: null }
    this.#messages.set(id, message)
    return message
  }

  #step(message: MessageTrace, step: Step): void {
    if (!message.isSampled) return
    this.#options.spans.write({
      ...{ kind: 'internal', traceId: message.traceId, parentId: message.rootId },
      ...{ spanId: step.spanId ?? randomBytes(8).toString('hex'), end: this.#options.now() },
      ...step,
      attributes: { 'kurir.message.id': message.id, 'messaging.system': 'whatsapp', ...step.attributes },
    })
  }
}

/** The trace and the root span of a message, the same in every process. */
export function derived(id: MessageId): SpanRef {
  const digest = createHash('sha256').update(`kurir trace ${id}`).digest('hex')
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) }
}

function replacing<Room extends object>(room: Room, methods: Partial<Room>): Room {
  return new Proxy(room, {
    get: (target, name: string & keyof Room) => methods[name] ?? bound(target, name),
  })
}

/** Forgets what was set first where there is too much. */
class Bounded<Key, Value> {
  readonly #most: number
  readonly #entries = new Map<Key, Value>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#most) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      return
    }
  }
}
