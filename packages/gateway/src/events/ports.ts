import type { EventRecord, EventType } from '../core/event.ts'
import type { SessionUid, TenantId } from '../core/ids.ts'

/** What readers of events need of the store. */
export interface EventStore {
  /** In order of `seq` within a session; over all sessions in order of storing. */
  listEvents(query: EventQuery): Promise<StoredEvent[]>
  /** The last event of the tenant, or of the session where the query names one; zeros where there is none. */
  latestEvent(query: Pick<EventQuery, 'tenant' | 'sessionUid'>): Promise<{ row: number; seq: number }>
  /** Calls back after each commit that wrote events or deliveries; a hint that may be late, never lost for good. */
  onCommitted(listener: (what: { events: boolean; deliveries: boolean }) => void): () => void
}

export interface EventQuery {
  tenant: TenantId | null
  sessionUid?: SessionUid
  types?: EventType[]
  /** Events of one session after this sequence number. */
  afterSeq?: number
  /** Events of a tenant after this row (`StoredEvent.row`). */
  afterRow?: number
  limit: number
}

export interface StoredEvent {
  /** Order of storing over all sessions. */
  row: number
  event: EventRecord
}
