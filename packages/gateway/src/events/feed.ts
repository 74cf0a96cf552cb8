import type { Clock } from '../core/clock.ts'
import type { EventQuery, EventStore, StoredEvent } from './ports.ts'
import type { EventVerbs } from './verbs.ts'

/** How long a follower hears nothing while nothing happens. */
const HEARTBEAT_MS = 15_000

/** The stored events, as lists and as live streams over the same rows: a stream misses nothing that a list shows. */
export class EventFeed implements EventVerbs {
  readonly #store: EventStore
  readonly #clock: Clock

  constructor(store: EventStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  list(query: EventQuery): Promise<StoredEvent[]> {
    return this.#store.listEvents(query)
  }

  async *follow(query: EventQuery, signal: AbortSignal): AsyncGenerator<StoredEvent[]> {
    const bell = new Bell()
    const forget = this.#store.onCommitted(({ events }) => events && bell.ring())
    try {
      let from = await this.#start(query)
      // The stream begins to speak at once, so that a client knows that it stands.
      yield []
      while (!signal.aborted) {
        bell.reset()
        const page = await this.#store.listEvents(from)
        const last = page.at(-1)
        if (last) {
          from = { ...from, ...after(query, last) }
          yield page
        } else if (!(await this.#news(bell, signal))) {
          yield []
        }
      }
    } finally {
      forget()
    }
  }

  /** The query with a place to begin: its own, or behind what has happened so far. */
  async #start(query: EventQuery): Promise<EventQuery> {
    if (query.afterSeq !== undefined || query.afterRow !== undefined) return query
    const { row, seq } = await this.#store.latestEvent(query)
    return { ...query, ...(query.sessionUid ? { afterSeq: seq } : { afterRow: row }) }
  }

  /** Whether something was stored before the next sign of life was due. */
  async #news(bell: Bell, signal: AbortSignal): Promise<boolean> {
    const over = new AbortController()
    const silence = this.#clock.sleep(HEARTBEAT_MS, AbortSignal.any([signal, over.signal])).then(() => false)
    const heard = await Promise.race([bell.rung.then(() => true), silence])
    over.abort()
    return heard
  }
}

function after({ sessionUid }: EventQuery, { row, event }: StoredEvent): Partial<EventQuery> {
  return sessionUid ? { afterSeq: event.seq } : { afterRow: row }
}

/** Remembers a ring until it is reset. */
class Bell {
  #ring = Promise.withResolvers<void>()

  get rung(): Promise<void> {
    return this.#ring.promise
  }

  ring(): void {
    this.#ring.resolve()
  }

  /** The next ring counts from here. */
  reset(): void {
    this.#ring = Promise.withResolvers<void>()
  }
}
