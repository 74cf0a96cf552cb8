import type { EventRecord, EventType } from '../core/event.ts'
import type { DeliveryId, EndpointId, MessageId, SessionUid, TenantId } from '../core/ids.ts'

/** What the webhooks room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface WebhookStore {
  createEndpoint(endpoint: Endpoint): Promise<void>
  getEndpoint(tenant: TenantId, id: EndpointId): Promise<Endpoint | undefined>
  /** Without those of single messages. */
  listEndpoints(tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }): Promise<Endpoint[]>
  /** The session's own endpoints of a format, oldest first. */
  endpointsOf(session: SessionUid, format: string): Promise<Endpoint[]>
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
  /** Newest first, over all endpoints of the tenant, those of single messages included. */
  listTenantDeliveries(tenant: TenantId, filter: DeliveryFilter): Promise<Delivery[]>
  /** The delivery where it is the tenant's. */
  getDelivery(tenant: TenantId, id: DeliveryId): Promise<WholeDelivery | undefined>
  /**
   * Makes a delivery that has ended pending again, with the whole retry schedule before it, and one that waits for a
   * retry due at `at`. It keeps the order of its lane: behind an unfinished one it waits, and that one is due at `at`.
   */
  redeliver(id: DeliveryId, at: number): Promise<void>
  /**
   * Does so with every dead or pending delivery of the endpoint made since `since`, and answers how many. In several
   * units: a crash leaves those done that were, and the same call does the rest.
   */
  recover(endpoint: EndpointId, since: number, at: number): Promise<number>
}

/** `webhook`: a client registered it. `notify`: a message named it, for news of that message alone. */
export type EndpointKind = 'webhook' | 'notify'

export interface Endpoint {
  id: EndpointId
  kind: EndpointKind
  tenant: TenantId
  url: string
  /** Names of events, `*` for all, `message.*` for a family. */
  events: string[]
  /** Only this session's events; null for all of the tenant's. */
  sessionUid: SessionUid | null
  /** The session's id as clients know it. */
  session: string | null
  headers: Record<string, string>
  /** `whsec_<base64>`; empty for `notify`, whose deliveries are not signed. */
  secret: string
  /** The secret before the last rotation; it signs as well until then (milliseconds since the epoch). */
  previousSecret: { secret: string; until: number } | null
  /** Names the renderer of its bodies: `native`, or a dialect. */
  format: string
  /** What the format's renderer needs to know; nobody else reads it. */
  settings: Record<string, unknown>
  /** How long an answer may take, where that is less than usual. Milliseconds. */
  timeoutMs: number | null
  disabledAt: number | null
  createdAt: number
}

export type EndpointPatch = Partial<
  Pick<Endpoint, 'url' | 'events' | 'headers' | 'secret' | 'previousSecret' | 'settings' | 'timeoutMs' | 'disabledAt'>
>

export type DeliveryState = 'pending' | 'delivered' | 'dead'

export interface Delivery {
  id: DeliveryId
  endpoint: EndpointId
  /** Where the endpoint has it posted to. */
  url: string
  eventId: string
  eventType: EventType
  state: DeliveryState
  attempts: number
  /** When the next attempt is due; null while an earlier one of its lane is unfinished, and when finished. */
  dueAt: number | null
  lastStatus: number | null
  lastError: string | null
  /** How the last answer's body began, as text; null where it had none. */
  lastAnswer: string | null
  createdAt: number
  finishedAt: number | null
}

/** A delivery with what it tells, and whom. */
export interface WholeDelivery {
  delivery: Delivery
  endpoint: Endpoint
  event: EventRecord
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
  /** The exact bytes that are signed and sent; null for an event that is nothing in this format: nothing is sent. */
  render(event: EventRecord, endpoint: Endpoint): RenderedBody | null
}

export interface RenderedBody {
  contentType: string
  body: Buffer
}

export interface AttemptOutcome {
  at: number
  /** HTTP status of the answer, null where none came. */
  status: number | null
  /** What went wrong, without addresses of the inside. */
  error: string | null
  /** How the answer's body began, as text. */
  answer?: string | null
  /** What becomes of the delivery. */
  next: { kind: 'delivered' } | { kind: 'retry'; dueAt: number } | { kind: 'dead' }
}

export interface DeliveryFilter {
  state?: DeliveryState
  /** Only those of this session's own endpoints. */
  sessionUid?: SessionUid
  /** Only those of events of this message. */
  message?: MessageId
  limit: number
  cursor?: DeliveryId
}
