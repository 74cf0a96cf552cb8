import type { Clock } from '../../core/clock.ts'
import { KurirError } from '../../core/errors.ts'
import type { EventType } from '../../core/event.ts'
import { type EndpointId, type MessageId, newId, type SessionUid, type TenantId } from '../../core/ids.ts'
import type { Endpoint } from '../../webhooks/ports.ts'
import { wantsEvent } from '../fan-out.ts'
import type { Effects } from './group-commit.ts'
import type { DeliveryTable } from './tables/delivery.ts'
import type { EndpointTable } from './tables/endpoint.ts'
import type { EventTable } from './tables/event.ts'
import type { SessionTable } from './tables/session.ts'

export interface Happening {
  session: SessionUid
  type: EventType
  /** Milliseconds. */
  at: number
  /** The chat's address, or `session`. */
  lane: string
  /** The message that it is about. */
  message?: MessageId
  /** Renders the event's data; `ownPhone` is the session's number in digits. */
  render: (ownPhone: string | null) => unknown
  /** The message's own endpoint, which is told as well; `lane` is what must stay in order there. */
  notify?: { endpoint: EndpointId; lane: string } | undefined
}

/** Writes events with their sequence numbers and one delivery per endpoint that wants them. Used inside units only. */
export class EventLog {
  private readonly sessions: SessionTable
  private readonly events: EventTable
  private readonly endpoints: EndpointTable
  private readonly deliveries: DeliveryTable
  private readonly clock: Clock
  /** The endpoints of tenants that had events. This process is the only writer, so they change with it alone. */
  private readonly known = new Map<TenantId, Endpoint[]>()

  constructor(
    tables: { sessions: SessionTable; events: EventTable; endpoints: EndpointTable; deliveries: DeliveryTable },
    clock: Clock,
  ) {
    this.sessions = tables.sessions
    this.events = tables.events
    this.endpoints = tables.endpoints
    this.deliveries = tables.deliveries
    this.clock = clock
  }

  /** Throws `session_not_found` where the session was deleted meanwhile. */
  async append(effects: Effects, { session, type, at, lane, message, render, notify }: Happening): Promise<void> {
    const stamp = await this.sessions.nextSeq(session)
    if (!stamp) throw new KurirError('session_not_found')
    const id = newId('evt')
    this.events.insert({
      id,
      seq: stamp.seq,
      type,
      tenant: stamp.tenant,
      sessionUid: session,
      session: stamp.id,
      timestamp: at,
      data: JSON.stringify(render(stamp.phone)),
      metadata: stamp.metadata,
      lane,
      messageId: message ?? null,
    })
    effects.events = true
    const deliver = (endpoint: Endpoint, lane: string) => {
      if (!wantsEvent(endpoint, session, type)) return
      const now = this.clock.now()
      this.deliveries.insert({ endpoint: endpoint.id, session, seq: stamp.seq, lane, now })
      effects.deliveries = true
    }
    // Sessions of one endpoint must not wait for one another, so the session is part of the lane.
    for (const endpoint of await this.endpointsOf(stamp.tenant)) deliver(endpoint, `${session} ${lane}`)
    const target = notify && (await this.endpoints.byId(notify.endpoint))
    if (notify && target) deliver(target, notify.lane)
  }

  /** To be called when endpoints changed, and when a change of them was rolled back. */
  forgetEndpoints(): void {
    this.known.clear()
  }

  private async endpointsOf(tenant: TenantId): Promise<Endpoint[]> {
    const known = this.known.get(tenant)
    if (known) return known
    const loaded = await this.endpoints.ofTenant(tenant)
    this.known.set(tenant, loaded)
    return loaded
  }
}
