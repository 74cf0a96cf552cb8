import type { EndpointId, TenantId } from '../core/ids.ts'
import type { Delivery, DeliveryFilter, Endpoint } from './ports.ts'

/** What the outside may do with webhooks. Verbs that name an endpoint reject with `webhook_not_found`. */
export interface WebhookVerbs {
  /** Rejects with `url_not_allowed`, `invalid_request` (unknown event, bad header or secret), `session_not_found`. */
  create(tenant: TenantId, input: CreateEndpoint): Promise<Endpoint>
  get(tenant: TenantId, id: EndpointId): Promise<Endpoint>
  list(tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }): Promise<Endpoint[]>
  remove(tenant: TenantId, id: EndpointId): Promise<void>
  deliveries(tenant: TenantId, id: EndpointId, filter: DeliveryFilter): Promise<Delivery[]>
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
}
