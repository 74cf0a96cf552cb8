import type { EventRecord, EventType } from '../core/event.ts'
import type { DeliveryId, EndpointId, SessionUid, TenantId } from '../core/ids.ts'

/** What the webhooks room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface WebhookStore {
  createEndpoint(endpoint: Endpoint): Promise<void>
  getEndpoint(tenant: TenantId, id: EndpointId): Promise<Endpoint | undefined>
  listEndpoints(tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }): Promise<Endpoint[]>
  /** Setting `disabledAt` makes the endpoint's pending deliveries dead, and it gets no new ones. */
  updateEndpoint(id: EndpointId, patch: EndpointPatch): Promise<void>
  /** Deletes the endpoint with its deliveries; false where there was none. */
  deleteEndpoint(tenant: TenantId, id: EndpointId): Promise<boolean>
  /**
   * Deliveries that are due, oldest first, at most one per lane and none of `busy`. A lane is one endpoint's
   * deliveries of one chat; only its oldest unfinished delivery can be due. `blocked` endpoints have as many
   * attempts in flight as they may have: their deliveries are left out, so that they never hide another's.
   */
  dueDeliveries(query: {
    now: number
    limit: number
    busy: ReadonlySet<DeliveryId>
    blocked?: ReadonlySet<EndpointId>
  }): Promise<DueDelivery[]>
  /** The earliest time after `after` (default: ever) at which anything will be due, undefined where nothing waits. */
  nextDueAt(after?: number): Promise<number | undefined>
  /** Records an attempt's outcome; a finished delivery makes the next one of its lane due at once. */
  settleDelivery(id: DeliveryId, outcome: AttemptOutcome): Promise<void>
  listDeliveries(endpoint: EndpointId, filter: DeliveryFilter): Promise<Delivery[]>
}

export interface Endpoint {
  id: EndpointId
  tenant: TenantId
  url: string
  /** Names of events, `*` for all, `message.*` for a family. */
  events: string[]
  /** Only this session's events; null for all of the tenant's. */
  sessionUid: SessionUid | null
  /** The session's id as clients know it. */
  session: string | null
  headers: Record<string, string>
  /** `whsec_<base64>`. */
  secret: string
  disabledAt: number | null
  createdAt: number
}

export type EndpointPatch = Partial<Pick<Endpoint, 'url' | 'events' | 'headers' | 'secret' | 'disabledAt'>>

export type DeliveryState = 'pending' | 'delivered' | 'dead'

export interface Delivery {
  id: DeliveryId
  endpoint: EndpointId
  eventId: string
  eventType: EventType
  state: DeliveryState
  attempts: number
  /** When the next attempt is due; null while an earlier one of its lane is unfinished, and when finished. */
  dueAt: number | null
  lastStatus: number | null
  lastError: string | null
  createdAt: number
  finishedAt: number | null
}

export interface DueDelivery {
  id: DeliveryId
  endpoint: Endpoint
  event: EventRecord
  /** Attempts that were made and recorded. */
  attempts: number
}

/** Writes the body of a delivery; a dialect has its own. */
export interface BodyRenderer {
  /** The exact bytes that are signed and sent. */
  render(event: EventRecord, endpoint: Endpoint): { contentType: string; body: Buffer }
}

export interface AttemptOutcome {
  at: number
  /** HTTP status of the answer, null where none came. */
  status: number | null
  /** What went wrong, without addresses of the inside. */
  error: string | null
  /** What becomes of the delivery. */
  next: { kind: 'delivered' } | { kind: 'retry'; dueAt: number } | { kind: 'dead' }
}

export interface DeliveryFilter {
  state?: DeliveryState
  limit: number
  cursor?: DeliveryId
}
