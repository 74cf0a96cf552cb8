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

export class SqliteWebhookStore implements WebhookStore {
  private readonly writer: GroupCommit
  private readonly endpoints: EndpointTable
  private readonly deliveries: DeliveryTable
  private readonly events: EventTable
  private readonly log: EventLog

  constructor(
    writer: GroupCommit,
    tables: { endpoints: EndpointTable; deliveries: DeliveryTable; events: EventTable },
    log: EventLog,
  ) {
    this.writer = writer
    this.endpoints = tables.endpoints
    this.deliveries = tables.deliveries
    this.events = tables.events
    this.log = log
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
      this.endpoints.update({ ...before, ...patch })
      this.log.forgetEndpoints()
      if (typeof patch.disabledAt !== 'number') return
      this.deliveries.giveUp(id, patch.disabledAt, 'endpoint_disabled')
      effects.deliveries = true
    })
  }

  deleteEndpoint(tenant: TenantId, id: EndpointId): Promise<boolean> {
    return this.writer.write(() => {
      this.log.forgetEndpoints()
      return this.endpoints.delete(tenant, id)
    })
  }

  dueDeliveries(query: Parameters<WebhookStore['dueDeliveries']>[0]): Promise<DueDelivery[]> {
    const { now, limit, busy, blocked } = query
    return this.writer.read(() => {
      // A busy delivery is still due on disk: that is what makes it due at once after a crash.
      const wanted = limit + busy.size
      const due = blocked?.size ? this.deliveries.dueElsewhere(now, wanted, blocked) : this.deliveries.due(now, wanted)
      const free = due.filter(({ id }) => !busy.has(id)).slice(0, limit)
      return free.flatMap((row) => {
        const endpoint = this.endpoints.byId(row.endpoint)
        const event = this.events.byRowNo(row.event_row_no)
        return endpoint && event ? [{ id: row.id, endpoint, event, attempts: row.attempts }] : []
      })
    })
  }

  nextDueAt(after = -1): Promise<number | undefined> {
    return this.writer.read(() => this.deliveries.nextDueAt(after))
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
