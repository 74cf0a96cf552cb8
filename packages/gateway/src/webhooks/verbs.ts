import type { DeliveryId, EndpointId, TenantId } from '../core/ids.ts'
import type { Delivery, DeliveryFilter, Endpoint, WholeDelivery } from './ports.ts'

/** What the outside may do with webhooks. Verbs that name an endpoint reject with `webhook_not_found`. */
export interface WebhookVerbs {
  /** Rejects with `url_not_allowed`, `invalid_request` (unknown event, bad header or secret), `session_not_found`. */
  create(tenant: TenantId, input: CreateEndpoint): Promise<Endpoint>
  get(tenant: TenantId, id: EndpointId): Promise<Endpoint>
  list(tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }): Promise<Endpoint[]>
  /** The session's own endpoints of one format, oldest first. Rejects with `session_not_found`. */
  ofSession(tenant: TenantId, session: string, format: string): Promise<Endpoint[]>
  /** Changes what `change` names; what waits goes to the new URL. Disabling makes it dead. Rejects as `create` does. */
  update(tenant: TenantId, id: EndpointId, change: ChangeEndpoint): Promise<Endpoint>
  /** A new secret (made when absent); the one before signs as well for 24 h. Rejects with `invalid_request`. */
  rotateSecret(tenant: TenantId, id: EndpointId, secret?: string): Promise<Endpoint>
  remove(tenant: TenantId, id: EndpointId): Promise<void>
  /** Posts an event of the type `webhook.test` at once and once, and tells what came of it. Also where it is disabled. */
  test(tenant: TenantId, id: EndpointId): Promise<TestResult>
  /** Throws `url_not_allowed` unless the URL may be called, as far as can be told without asking its name. */
  checkUrl(url: string): void
  deliveries(tenant: TenantId, id: EndpointId, filter: DeliveryFilter): Promise<Delivery[]>
  /** Over all endpoints, those of single messages included; newest first. */
  allDeliveries(tenant: TenantId, filter: DeliveryFilter): Promise<Delivery[]>
  /** Rejects with `not_found`. */
  delivery(tenant: TenantId, id: DeliveryId): Promise<WholeDelivery>
  /** What a delivery posts, as the endpoint is now; null where the event is nothing in its format. Secrets are masked. */
  requestOf(delivery: WholeDelivery): DeliveryRequest | null
  /** Makes a delivery once more, with the same event id. Rejects with `not_found`, `webhook_disabled`. */
  redeliver(tenant: TenantId, id: DeliveryId): Promise<Delivery>
  /** Does so with all that are dead or pending and were made since `since` (ms). Answers how many. */
  recover(tenant: TenantId, id: EndpointId, since: number): Promise<number>
}

export interface DeliveryRequest {
  contentType: string
  /** As text, cut off after 16 KiB. */
  body: string
}

export interface CreateEndpoint {
  url: string
  /** Default `['*']`. */
  events?: string[]
  /** A session's id. */
  session?: string
  headers?: Record<string, string>
  /** `whsec_<base64 of 24 to 64 bytes>`; made when absent. */
  secret?: string
  /** Names the renderer of the bodies; default `native`. */
  format?: string
  /** For the format's renderer. */
  settings?: Record<string, unknown>
  /** How long an answer may take, where that is less than usual. Milliseconds. */
  timeoutMs?: number
}

export interface ChangeEndpoint extends Pick<CreateEndpoint, 'events' | 'headers' | 'settings'> {
  url?: string
  disabled?: boolean
  timeoutMs?: number | null
}

export interface TestResult {
  delivered: boolean
  /** HTTP status of the answer, null where none came. */
  status: number | null
  /** As `Delivery.lastError`. */
  error: string | null
  /** Milliseconds. */
  tookMs: number
  /** The `webhook-id` that was sent. */
  eventId: string
}
