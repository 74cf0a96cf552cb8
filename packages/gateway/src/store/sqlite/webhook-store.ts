import type { Clock } from '../../core/clock.ts'
import { KurirError } from '../../core/errors.ts'
import type { DeliveryId, EndpointId, TenantId } from '../../core/ids.ts'
import type {
  AttemptOutcome,
  Delivery,
  DeliveryFilter,
  DueDelivery,
  Endpoint,
  EndpointPatch,
  WebhookStore,
} from '../../webhooks/ports.ts'
import type { EventLog } from './event-log.ts'
import type { GroupCommit } from './group-commit.ts'
import type { DeliveryTable } from './tables/delivery.ts'
import type { EndpointTable } from './tables/endpoint.ts'
import type { EventTable } from './tables/event.ts'

/** Deliveries of a disabled endpoint wait, none of them due, until it is enabled again or deleted. */
export class SqliteWebhookStore implements WebhookStore {
  private readonly writer: GroupCommit
  private readonly endpoints: EndpointTable
  private readonly deliveries: DeliveryTable
  private readonly events: EventTable
  private readonly log: EventLog
  private readonly clock: Clock

  constructor(
    writer: GroupCommit,
    tables: { endpoints: EndpointTable; deliveries: DeliveryTable; events: EventTable },
    log: EventLog,
    clock: Clock,
  ) {
    this.writer = writer
    this.endpoints = tables.endpoints
    this.deliveries = tables.deliveries
    this.events = tables.events
    this.log = log
    this.clock = clock
  }

  createEndpoint(endpoint: Endpoint): Promise<void> {
    return this.writer.write(() => {
      this.endpoints.insert(endpoint)
      this.log.forgetEndpoints()
    })
  }

  getEndpoint(tenant: TenantId, id: EndpointId): Promise<Endpoint | undefined> {
    return this.writer.read(() => {
      const endpoint = this.endpoints.byId(id)
      return endpoint?.tenant === tenant ? endpoint : undefined
    })
  }

  listEndpoints(tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }): Promise<Endpoint[]> {
    return this.writer.read(() => this.endpoints.list(tenant, page.cursor ?? '', page.limit))
  }

  updateEndpoint(id: EndpointId, patch: EndpointPatch): Promise<void> {
    return this.writer.write((effects) => {
      const before = this.endpoints.byId(id)
      if (!before) throw new KurirError('webhook_not_found')
      const after = { ...before, ...patch }
      this.endpoints.update(after)
      this.log.forgetEndpoints()
      if (before.disabledAt === null && after.disabledAt !== null) this.deliveries.park(id)
      if (before.disabledAt !== null && after.disabledAt === null) {
        this.deliveries.unpark(id, this.clock.now())
        effects.deliveries = true
      }
    })
  }

  deleteEndpoint(tenant: TenantId, id: EndpointId): Promise<boolean> {
    return this.writer.write(() => {
      this.log.forgetEndpoints()
      return this.endpoints.delete(tenant, id)
    })
  }

  dueDeliveries(query: { now: number; limit: number; busy: ReadonlySet<DeliveryId> }): Promise<DueDelivery[]> {
    const { now, limit, busy } = query
    return this.writer.read(() => {
      // A busy delivery is still due on disk: that is what makes it due at once after a crash.
      const free = this.deliveries.due(now, limit + busy.size).filter(({ id }) => !busy.has(id))
      return free.slice(0, limit).flatMap(({ id, endpoint: endpointId, event_row_no, attempts }) => {
        const endpoint = this.endpoints.byId(endpointId)
        const event = this.events.byRowNo(event_row_no)
        return endpoint && event ? [{ id, endpoint, event, attempts }] : []
      })
    })
  }

  nextDueAt(): Promise<number | undefined> {
    return this.writer.read(() => this.deliveries.nextDueAt())
  }

  settleDelivery(id: DeliveryId, outcome: AttemptOutcome): Promise<void> {
    return this.writer.write((effects) => {
      if (this.deliveries.settle(id, outcome)) effects.deliveries = true
    })
  }

  listDeliveries(endpoint: EndpointId, filter: DeliveryFilter): Promise<Delivery[]> {
    return this.writer.read(() => this.deliveries.list(endpoint, filter))
  }
}
