import type { StoreStats } from '../../core/stats.ts'
import type { Driver } from './driver.ts'

// Each reads an index that holds what is unfinished and nothing else, so that a long history costs nothing.
const SESSIONS = 'SELECT status, count(*) AS count FROM session GROUP BY status'
const OUTBOX = `
  SELECT count(*) AS waiting, min(timestamp) AS "oldestAt" FROM message WHERE status IN ('accepted', 'prepared')`
const PENDING = "SELECT count(*) AS pending FROM delivery WHERE state = 'pending'"
const OLDEST_DUE = 'SELECT min(due_at) AS "oldestDueAt" FROM delivery WHERE due_at IS NOT NULL'
const EVENTS = 'SELECT type, count(*) AS count FROM event WHERE row_no > ? AND row_no <= ? GROUP BY type'
const LAST_EVENT = 'SELECT coalesce(max(row_no), 0) AS "eventRow" FROM event'

/** Counts over all tenants, for the operator. */
export class StatsReader {
  readonly #sessions
  readonly #outbox
  readonly #pending
  readonly #oldestDue
  readonly #events
  readonly #lastEvent

  constructor(driver: Driver) {
    this.#sessions = driver.prepare<[], StoreStats['sessions'][number]>(SESSIONS)
    this.#outbox = driver.prepare<[], StoreStats['outbox']>(OUTBOX)
    this.#pending = driver.prepare<[], { pending: number }>(PENDING)
    this.#oldestDue = driver.prepare<[], { oldestDueAt: number | null }>(OLDEST_DUE)
    this.#events = driver.prepare<[number, number], StoreStats['events'][number]>(EVENTS)
    this.#lastEvent = driver.prepare<[], { eventRow: number }>(LAST_EVENT)
  }

  /** `afterRow` null: no events are counted. */
  async read(afterRow: number | null): Promise<StoreStats> {
    const eventRow = (await this.#lastEvent.get())?.eventRow ?? 0
    return {
      sessions: await this.#sessions.all(),
      outbox: (await this.#outbox.get()) ?? { waiting: 0, oldestAt: null },
      deliveries: {
        pending: (await this.#pending.get())?.pending ?? 0,
        oldestDueAt: (await this.#oldestDue.get())?.oldestDueAt ?? null,
      },
      events: afterRow === null ? [] : await this.#events.all(afterRow, eventRow),
      eventRow,
    }
  }
}
