import { KurirError } from '../../core/errors.ts'
import type { DeliveryId, EndpointId, SessionUid, TenantId } from '../../core/ids.ts'
import type {
  AttemptOutcome,
  Delivery,
  DeliveryFilter,
  DueDelivery,
  Endpoint,
  EndpointPatch,
  WebhookStore,
  WholeDelivery,
} from '../../webhooks/ports.ts'
import type { EventLog } from './event-log.ts'
import type { GroupCommit } from './group-commit.ts'
import type { DeliveryTable, DueRow } from './tables/delivery.ts'
import type { EndpointTable } from './tables/endpoint.ts'
import type { EventTable } from './tables/event.ts'

/** Deliveries that are made pending again in one transaction. */
const RECOVER_BATCH = 500

export class SqlWebhookStore implements WebhookStore {
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
    return this.writer.write(async () => {
      await this.endpoints.insert(endpoint)
      this.log.forgetEndpoints()
    })
  }

  getEndpoint(tenant: TenantId, id: EndpointId): Promise<Endpoint | undefined> {
    return this.writer.read(async () => {
      const endpoint = await this.endpoints.byId(id)
      return endpoint?.tenant === tenant ? endpoint : undefined
    })
  }

  listEndpoints(tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }): Promise<Endpoint[]> {
    return this.writer.read(() => this.endpoints.list(tenant, page.cursor ?? '', page.limit))
  }

  endpointsOf(session: SessionUid, format: string): Promise<Endpoint[]> {
    return this.writer.read(() => this.endpoints.ofSession(session, format))
  }

  updateEndpoint(id: EndpointId, patch: EndpointPatch): Promise<void> {
    return this.writer.write(async (effects) => {
      const before = await this.endpoints.byId(id)
      if (!before) throw new KurirError('webhook_not_found')
      await this.endpoints.update({ ...before, ...patch })
      this.log.forgetEndpoints()
      if (typeof patch.disabledAt !== 'number') return
      await this.deliveries.giveUp(id, patch.disabledAt, 'endpoint_disabled')
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
    return this.writer.read(async () => {
      // A busy delivery is still due on disk: that is what makes it due at once after a crash.
      const wanted = limit + busy.size
      const due = blocked?.size
        ? await this.deliveries.dueElsewhere(now, wanted, blocked)
        : await this.deliveries.due(now, wanted)
      const free = due.filter(({ id }) => !busy.has(id)).slice(0, limit)
      const complete = await Promise.all(free.map((row) => this.complete(row)))
      return complete.filter((delivery) => delivery !== undefined)
    })
  }

  nextDueAt(after = -1): Promise<number | undefined> {
    return this.writer.read(() => this.deliveries.nextDueAt(after))
  }

  settleDelivery(id: DeliveryId, outcome: AttemptOutcome): Promise<void> {
    return this.writer.write(async (effects) => {
      if (await this.deliveries.settle(id, outcome)) effects.deliveries = true
    })
  }

  listDeliveries(endpoint: EndpointId, filter: DeliveryFilter): Promise<Delivery[]> {
    return this.writer.read(() => this.deliveries.list({ endpoint }, filter))
  }

  listTenantDeliveries(tenant: TenantId, filter: DeliveryFilter): Promise<Delivery[]> {
    return this.writer.read(() => this.deliveries.list({ tenant }, filter))
  }

  getDelivery(tenant: TenantId, id: DeliveryId): Promise<WholeDelivery | undefined> {
    return this.writer.read(async () => {
      const found = await this.deliveries.byId(id)
      const endpoint = found && (await this.endpoints.byId(found.delivery.endpoint))
      if (!found || endpoint?.tenant !== tenant) return undefined
      const event = await this.events.byRowNo(found.eventRowNo)
      return event && { delivery: found.delivery, endpoint, event }
    })
  }

  redeliver(id: DeliveryId, at: number): Promise<void> {
    return this.writer.write(async (effects) => {
      await this.deliveries.redeliver(id, at)
      effects.deliveries = true
    })
  }

  async recover(endpoint: EndpointId, since: number, at: number): Promise<number> {
    let total = await this.writer.write((effects) => {
      effects.deliveries = true
      return this.deliveries.hurry(endpoint, since, at)
    })
    for (let afterRow = 0; ; ) {
      const page = { at, afterRow, limit: RECOVER_BATCH }
      const { count, lastRow } = await this.writer.write((effects) => {
        effects.deliveries = true
        return this.deliveries.revive(endpoint, since, page)
      })
      total += count
      afterRow = lastRow
      if (count < RECOVER_BATCH) return total
    }
  }

  private async complete({ id, attempts, endpoint: of, event_row_no }: DueRow): Promise<DueDelivery | undefined> {
    const [endpoint, event] = await Promise.all([this.endpoints.byId(of), this.events.byRowNo(event_row_no)])
    return endpoint && event && { id, endpoint, event, attempts }
  }
}
