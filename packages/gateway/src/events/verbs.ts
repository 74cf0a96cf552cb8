import type { EventQuery, StoredEvent } from './ports.ts'

/** What the outside may do with events. */
export interface EventVerbs {
  list(query: EventQuery): Promise<StoredEvent[]>
  /**
   * Events as they are stored, page by page, from after `query.afterSeq` or `query.afterRow`, or from now on where it
   * names neither; `limit` is the length of a page. An empty page is a sign of life while nothing happens. Pages are
   * read when they are asked for, so a slow reader costs no memory. Ends when `signal` fires.
   */
  follow(query: EventQuery, signal: AbortSignal): AsyncIterable<StoredEvent[]>
}
