import type { Clock } from '../core/clock.ts'
import type { EventType } from '../core/event.ts'
import type { TenantId } from '../core/ids.ts'
import type { Stats, StatsBucket, StatsVerbs, StatsWindow } from './verbs.ts'

/** What this room reads. */
export interface TrafficOptions {
  events: {
    latestEvent(query: { tenant: TenantId }): Promise<{ row: number }>
    listEvents(query: {
      tenant: TenantId
      types: EventType[]
      afterRow: number
      limit: number
    }): Promise<CountedEvent[]>
  }
  deliveries: {
    listTenantDeliveries(
      tenant: TenantId,
      filter: { state: 'delivered' | 'dead'; limit: number },
    ): Promise<{ finishedAt: number | null }[]>
  }
  clock: Clock
}

interface CountedEvent {
  row: number
  event: { type: EventType; timestamp: number }
}

const MINUTE_MS = 60_000
const WINDOWS = { hour: { buckets: 60, bucketMs: MINUTE_MS }, day: { buckets: 96, bucketMs: 15 * MINUTE_MS } }
const DAY_MINUTES = 1_440
/** Rows that are looked back over when a tenant is asked about first: some seconds' work at most. */
const LOOK_BACK_ROWS = 20_000
const PAGE = 500
/** Deliveries that are counted, the newest ones. */
const DELIVERIES = 1_000
const COUNTED = { 'message.received': 'received', 'message.sent': 'sent', 'message.failed': 'failed' } as const
type CountedType = keyof typeof COUNTED
const TYPES = Object.keys(COUNTED) as CountedType[]

type Minute = Record<'received' | 'sent' | 'failed', number>

interface Ledger {
  row: number
  /** When what is counted begins. */
  since: number
  minutes: Map<number, Minute>
}

/**
 * Counts by the minute, kept in memory and brought up to date when somebody asks: each event is read once, by its row,
 * and nothing is done while nobody looks. After a start the latest rows are counted anew.
 */
export class Traffic implements StatsVerbs {
  readonly #options: TrafficOptions
  readonly #ledgers = new Map<TenantId, Promise<Ledger>>()

  constructor(options: TrafficOptions) {
    this.#options = options
  }

  async traffic(tenant: TenantId, window: StatsWindow): Promise<Stats> {
    // One after the other, so that no event is counted twice.
    const before = this.#ledgers.get(tenant) ?? this.#open(tenant)
    const next = before.then((ledger) => this.#catchUp(tenant, ledger))
    this.#ledgers.set(
      tenant,
      next.catch(() => before),
    )
    const { minutes, since } = await next
    const { buckets: count, bucketMs } = WINDOWS[window]
    const end = Math.floor(this.#options.clock.now() / bucketMs) + 1
    const buckets = Array.from({ length: count }, (_, index) => emptyBucket((end - count + index) * bucketMs))
    const bucketAt = (at: number) => buckets[Math.floor(at / bucketMs) - end + count]
    for (const [minute, counts] of minutes) {
      const bucket = bucketAt(minute * MINUTE_MS)
      if (bucket) for (const name of Object.values(COUNTED)) bucket[name] += counts[name]
    }
    for (const state of ['delivered', 'dead'] as const) {
      const rows = await this.#options.deliveries.listTenantDeliveries(tenant, { state, limit: DELIVERIES })
      for (const { finishedAt } of rows) {
        const bucket = finishedAt === null ? undefined : bucketAt(finishedAt)
        if (bucket) bucket[state] += 1
      }
    }
    return { bucketMs, since, buckets }
  }

  async #open(tenant: TenantId): Promise<Ledger> {
    const { row } = await this.#options.events.latestEvent({ tenant })
    const from = Math.max(0, row - LOOK_BACK_ROWS)
    return { row: from, since: from === 0 ? 0 : this.#options.clock.now(), minutes: new Map() }
  }

  async #catchUp(tenant: TenantId, ledger: Ledger): Promise<Ledger> {
    const { events, clock } = this.#options
    for (;;) {
      const page = await events.listEvents({ tenant, types: [...TYPES], afterRow: ledger.row, limit: PAGE })
      for (const { row, event } of page) {
        ledger.row = row
        ledger.since = Math.min(ledger.since, event.timestamp)
        count(ledger.minutes, event.type as CountedType, event.timestamp)
      }
      if (page.length < PAGE) break
    }
    const oldest = Math.floor(clock.now() / MINUTE_MS) - DAY_MINUTES
    for (const minute of ledger.minutes.keys()) if (minute < oldest) ledger.minutes.delete(minute)
    return ledger
  }
}

function count(minutes: Ledger['minutes'], type: CountedType, at: number): void {
  const minute = Math.floor(at / MINUTE_MS)
  const counts = minutes.get(minute) ?? { received: 0, sent: 0, failed: 0 }
  counts[COUNTED[type]] += 1
  minutes.set(minute, counts)
}

function emptyBucket(at: number): StatsBucket {
  return { at, received: 0, sent: 0, failed: 0, delivered: 0, dead: 0 }
}
