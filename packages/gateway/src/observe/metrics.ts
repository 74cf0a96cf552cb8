import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { StoreStats } from '../core/stats.ts'

/** A request that was answered. */
export interface AnsweredRequest {
  /** `native`, or the dialect's name. */
  api: string
  method: string
  /** As it is registered, so that ids in it make no series of their own. */
  route: string
  status: number
  seconds: number
}

interface MetricsNeeds {
  /** Counts of the store, and of the events after a row (null: none). */
  stats(afterRow: number | null): Promise<StoreStats>
  /** Milliseconds since the epoch. */
  now(): number
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const RETRIES = ['asked', 'phone_asked', 'requested', 'answered'] as const
const STATUSES = ['stopped', 'connecting', 'qr', 'connected', 'disconnected', 'logged_out']

/** What Prometheus reads: what this process did, and how the store stands at the moment of the reading. */
export class Metrics {
  readonly #needs: MetricsNeeds
  readonly #registry = new Registry()
  readonly #requests: Histogram<'api' | 'method' | 'route' | 'status'>
  readonly #attempts: Counter<'outcome'>
  readonly #events: Counter<'type'>
  readonly #encryption: Record<'undecryptable' | 'unencryptable', Counter>
  readonly #retries: Counter<'kind'>
  readonly #sessions: Gauge<'status'>
  readonly #gauges: Record<'outbox' | 'outboxAge' | 'backlog' | 'lag', Gauge>
  #eventRow: number | null = null

  constructor(needs: MetricsNeeds) {
    this.#needs = needs
    const registers = [this.#registry]
    // Memory, garbage collection, handles and the delay of the event loop.
    collectDefaultMetrics({ register: this.#registry })
    this.#requests = new Histogram({
      name: 'kurir_http_request_duration_seconds',
      help: 'Requests by API, route and status, and how long they took.',
      labelNames: ['api', 'method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    })
    this.#attempts = new Counter({
      name: 'kurir_webhook_attempts_total',
      help: 'Attempts to deliver a webhook, by what came of them: delivered, retry or dead.',
      labelNames: ['outcome'],
      registers,
    })
    this.#events = new Counter({
      name: 'kurir_events_total',
      help: 'Events by type, of all tenants: messages received, sent, failed, undecryptable and so on.',
      labelNames: ['type'],
      registers,
    })
    const counter = (name: string, help: string) => new Counter({ name: `kurir_${name}_total`, help, registers })
    this.#encryption = {
      undecryptable: counter('decrypt_failures', 'Messages that could not be decrypted as they came.'),
      unencryptable: counter('encrypt_failures', 'Recipients’ devices that a message could not be encrypted for.'),
    }
    this.#retries = new Counter({
      name: 'kurir_retries_total',
      help: 'Messages sent again because somebody could not read them, by what was done: asked or phone_asked for one that came; requested and answered for one of ours.',
      labelNames: ['kind'],
      registers,
    })
    this.#sessions = new Gauge({
      name: 'kurir_sessions',
      help: 'Sessions by status.',
      labelNames: ['status'],
      registers,
    })
    const gauge = (name: string, help: string) => new Gauge({ name: `kurir_${name}`, help, registers })
    this.#gauges = {
      outbox: gauge('outbox_messages', 'Messages that are accepted and not sent yet.'),
      outboxAge: gauge('outbox_oldest_age_seconds', 'Age of the oldest of them.'),
      backlog: gauge('webhook_backlog_deliveries', 'Deliveries that have not ended.'),
      lag: gauge('webhook_lag_seconds', 'How long the oldest delivery that is due has waited.'),
    }
    for (const type of ['message.received', 'message.sent', 'message.failed', 'message.undecryptable']) {
      this.#events.inc({ type }, 0)
    }
    for (const kind of RETRIES) this.#retries.inc({ kind }, 0)
    for (const outcome of ['delivered', 'retry', 'dead']) this.#attempts.inc({ outcome }, 0)
  }

  request({ api, method, route, status, seconds }: AnsweredRequest): void {
    this.#requests.observe({ api, method, route, status }, seconds)
  }

  webhookAttempt(outcome: 'delivered' | 'retry' | 'dead'): void {
    this.#attempts.inc({ outcome })
  }

  /** Something about a message's encryption, as the engine tells it. */
  trouble(what: 'undecryptable' | 'unencryptable' | (typeof RETRIES)[number]): void {
    if (what === 'undecryptable' || what === 'unencryptable') this.#encryption[what].inc()
    else this.#retries.inc({ kind: what })
  }

  /** Counts events from here on. */
  async start(): Promise<void> {
    this.#eventRow = (await this.#needs.stats(null)).eventRow
  }

  /** All series as Prometheus reads them. */
  async text(): Promise<{ contentType: string; body: string }> {
    const stats = await this.#needs.stats(this.#eventRow)
    this.#take(stats)
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() }
  }

  #take({ sessions, outbox, deliveries, events, eventRow }: StoreStats): void {
    // Two readings at the same time count the same events: the first to end counts them.
    if (this.#eventRow !== null && eventRow > this.#eventRow) {
      this.#eventRow = eventRow
      for (const { type, count } of events) this.#events.inc({ type }, count)
    }
    for (const status of STATUSES) this.#sessions.set({ status }, 0)
    for (const { status, count } of sessions) this.#sessions.set({ status }, count)
    const age = (since: number | null) => (since === null ? 0 : Math.max(0, this.#needs.now() - since) / 1000)
    this.#gauges.outbox.set(outbox.waiting)
    this.#gauges.outboxAge.set(age(outbox.oldestAt))
    this.#gauges.backlog.set(deliveries.pending)
    this.#gauges.lag.set(age(deliveries.oldestDueAt))
  }
}
