import { describe, expect, test } from 'vitest'
import type { DeliveryId, EndpointId, TenantId } from '../../core/ids.ts'
import type { AttemptOutcome, DueDelivery } from '../../webhooks/ports.ts'
import { ANI, BUDI, only, type Use, type World } from './world.ts'

const OTHER = 'other' as TenantId

/** What {@link WebhookStore} promises. */
export function webhookConformance(use: Use): void {
  describe('webhooks', () => {
    endpoints(use)
    fanOut(use)
    lanes(use)
    due(use)
    settling(use)
    disabling(use)
    lists(use)
  })
}

function endpoints(use: Use): void {
  test('an endpoint is found by its tenant as it was stored, and changes what a patch names', async () => {
    const world = use()
    const { webhooks } = world.store
    const endpoint = await world.endpoint({ events: ['message.*'] })
    expect(await webhooks.getEndpoint(endpoint.tenant, endpoint.id)).toEqual(endpoint)
    expect(await webhooks.getEndpoint(OTHER, endpoint.id)).toBeUndefined()
    const patch = { url: 'https://new.example', events: ['*'], headers: {}, secret: 'whsec_bmV3' }
    await webhooks.updateEndpoint(endpoint.id, patch)
    expect(await webhooks.getEndpoint(endpoint.tenant, endpoint.id)).toEqual({ ...endpoint, ...patch })
    const missing = webhooks.updateEndpoint('end_x' as EndpointId, patch)
    await expect(missing).rejects.toMatchObject({ code: 'webhook_not_found' })
  })

  test('lists are by creation, page by page, of a tenant or of all', async () => {
    const { store, ...world } = await withEndpoints(use)
    const list = async (tenant: TenantId | null, page: { limit: number; cursor?: EndpointId }) =>
      (await store.webhooks.listEndpoints(tenant, page)).map(({ id }) => id)
    const [a, b, c] = world.ids
    expect(await list(OTHER, { limit: 9 })).toEqual([b])
    expect(await list(null, { limit: 2 })).toEqual([a, b])
    expect(await list(null, { limit: 2, ...(b && { cursor: b }) })).toEqual([c])
  })

  test('only its tenant deletes an endpoint, and its deliveries go with it', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    await world.receive(await world.session())
    expect(await world.store.webhooks.deleteEndpoint(OTHER, endpoint.id)).toBe(false)
    expect(await world.due()).toHaveLength(1)
    expect(await world.store.webhooks.deleteEndpoint(endpoint.tenant, endpoint.id)).toBe(true)
    expect(await world.store.webhooks.deleteEndpoint(endpoint.tenant, endpoint.id)).toBe(false)
    expect(await world.due()).toEqual([])
    await world.receive(await world.session())
    expect(await world.due()).toEqual([])
  })
}

function fanOut(use: Use): void {
  test('an event goes to the endpoints that asked for it', async () => {
    const world = use()
    const [session, other] = [await world.session(), await world.session()]
    const wanting = [
      await world.endpoint({ events: ['*'] }),
      await world.endpoint({ events: ['message.*'] }),
      await world.endpoint({ events: ['call.received', 'message.received'] }),
      await world.endpoint({ sessionUid: session.uid, session: session.id }),
    ]
    await world.endpoint({ events: ['session.*', 'message.sent'] })
    await world.endpoint({ events: [] })
    await world.endpoint({ tenant: OTHER })
    await world.endpoint({ sessionUid: other.uid, session: other.id })
    await world.endpoint({ disabledAt: 1 })
    await world.receive(session)
    const reached = (await world.due()).map(({ endpoint }) => endpoint.id)
    expect(reached.sort()).toEqual(wanting.map(({ id }) => id).sort())
  })

  test('a new, changed or deleted endpoint counts from the next event on', async () => {
    const world = use()
    const session = await world.session()
    await world.receive(session)
    const endpoint = await world.endpoint({ events: ['session.*'] })
    await world.receive(session)
    expect(await world.due()).toEqual([])
    await world.store.webhooks.updateEndpoint(endpoint.id, { events: ['message.*'] })
    await world.receive(session)
    expect(only(await world.due()).event.seq).toBe(3)
  })

  test('a delivery brings the whole event and endpoint', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    const session = await world.session({ metadata: { shop: 7 } })
    await world.receive(session)
    const delivery = only(await world.due())
    expect(delivery.endpoint).toEqual(endpoint)
    expect(delivery.event).toEqual(only(await world.events(session.uid)))
    expect(delivery.event.metadata).toEqual({ shop: 7 })
    expect(delivery.attempts).toBe(0)
  })
}

function lanes(use: Use): void {
  test('of a chat only the oldest unfinished delivery is due, and the next one as soon as it ends', async () => {
    const world = use()
    await world.endpoint()
    const session = await world.session()
    for (let n = 0; n < 3; n++) await world.receive(session)
    await world.receive(session, { chat: BUDI })
    expect((await world.due()).map(({ event }) => event.seq)).toEqual([1, 4])
    await settle(world, seq(await world.due(), 1), { kind: 'delivered' })
    expect((await world.due()).map(({ event }) => event.seq).sort()).toEqual([2, 4])
    await settle(world, seq(await world.due(), 2), { kind: 'dead' })
    expect((await world.due()).map(({ event }) => event.seq).sort()).toEqual([3, 4])
    await settle(world, seq(await world.due(), 3), { kind: 'delivered' })
    await world.receive(session)
    expect((await world.due()).map(({ event }) => event.seq).sort()).toEqual([4, 5])
  })

  test('a delivery that waits for its retry holds its chat back, at its endpoint alone', async () => {
    const world = use()
    const slow = await world.endpoint()
    const session = await world.session()
    await world.receive(session)
    await settle(world, only(await world.due()), { kind: 'retry', dueAt: world.now + 5_000 })
    const fast = await world.endpoint()
    await world.receive(session)
    expect(only(await world.due()).endpoint.id).toBe(fast.id)
    world.now += 5_000
    const [first] = (await world.due()).filter(({ endpoint }) => endpoint.id === slow.id)
    expect(first).toMatchObject({ attempts: 1, event: { seq: 1 } })
  })

  test('sessions do not wait for one another', async () => {
    const world = use()
    await world.endpoint()
    for (const session of [await world.session(), await world.session()]) await world.receive(session, { chat: ANI })
    expect(await world.due()).toHaveLength(2)
  })
}

function due(use: Use): void {
  test('due deliveries are oldest first, limited, and none of the busy ones', async () => {
    const world = use()
    await world.endpoint()
    await deliveriesOfChats(world, ['62811', '62812', '62813', '62814'])
    const all = await world.due()
    expect(all.map(({ event }) => event.seq)).toEqual([1, 2, 3, 4])
    expect(ids(await world.due(2))).toEqual(ids(all.slice(0, 2)))
    const busy = new Set(ids(all.slice(0, 2)))
    const rest = await world.store.webhooks.dueDeliveries({ now: world.now, limit: 1, busy })
    expect(ids(rest)).toEqual(ids(all.slice(2, 3)))
  })

  test('blocked endpoints are left out and hide no other', async () => {
    const world = use()
    const [a, b, c] = [await world.endpoint(), await world.endpoint(), await world.endpoint()]
    await deliveriesOfChats(world, ['62811', '62812'])
    const query = { now: world.now, limit: 3, busy: new Set<DeliveryId>(), blocked: new Set([b.id]) }
    const found = await world.store.webhooks.dueDeliveries(query)
    expect(found.map(({ event, endpoint }) => [event.seq, endpoint.id])).toEqual([
      [1, a.id],
      [1, c.id],
      [2, a.id],
    ])
    const busy = new Set(ids(found))
    expect(only(await world.store.webhooks.dueDeliveries({ ...query, busy })).endpoint.id).toBe(c.id)
  })

  test('the store says when the next one will be due', async () => {
    const world = use()
    const { webhooks } = world.store
    expect(await webhooks.nextDueAt()).toBeUndefined()
    await world.endpoint()
    await deliveriesOfChats(world, ['62811', '62812'])
    const [first] = await world.due()
    expect(await webhooks.nextDueAt()).toBe(world.now)
    expect(await webhooks.nextDueAt(world.now)).toBeUndefined()
    if (first) await settle(world, first, { kind: 'retry', dueAt: world.now + 300 })
    expect(await webhooks.nextDueAt(world.now)).toBe(world.now + 300)
  })

  test('after a restart what was in flight is due at once, and its attempt not counted', async () => {
    const world = use()
    await world.endpoint()
    await world.receive(await world.session())
    const before = only(await world.due())
    await world.restart()
    expect(only(await world.due())).toEqual(before)
  })
}

function settling(use: Use): void {
  test('attempts leave their marks', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    await world.receive(await world.session())
    const show = async () => only(await world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 }))
    const start = world.now
    expect(await show()).toMatchObject({ state: 'pending', attempts: 0, dueAt: start, eventType: 'message.received' })
    const delivery = only(await world.due())
    await settle(world, delivery, { kind: 'retry', dueAt: start + 9 }, { status: 500, error: 'status' })
    const tried = { state: 'pending', attempts: 1, dueAt: start + 9, lastStatus: 500, lastError: 'status' }
    expect(await show()).toMatchObject({ ...tried, finishedAt: null })
    world.now += 9
    await settle(world, delivery, { kind: 'delivered' }, { status: 204, error: null })
    const done = { state: 'delivered', attempts: 2, dueAt: null, lastStatus: 204, lastError: null }
    expect(await show()).toMatchObject({ ...done, finishedAt: world.now, createdAt: start })
  })

  test('a finished or deleted delivery cannot be settled again', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    await world.receive(await world.session())
    const delivery = only(await world.due())
    await settle(world, delivery, { kind: 'delivered' })
    await settle(world, delivery, { kind: 'retry', dueAt: 0 })
    const shown = only(await world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 }))
    expect(shown).toMatchObject({ state: 'delivered', attempts: 1 })
    await world.store.webhooks.deleteEndpoint(endpoint.tenant, endpoint.id)
    await settle(world, delivery, { kind: 'delivered' })
  })
}

function disabling(use: Use): void {
  test('a disabled endpoint gives up what is pending and gets nothing new', async () => {
    const world = use()
    const [endpoint, other] = [await world.endpoint(), await world.endpoint()]
    const session = await world.session()
    for (let n = 0; n < 2; n++) await world.receive(session)
    await world.store.webhooks.updateEndpoint(endpoint.id, { disabledAt: world.now })
    await world.receive(session)
    const dead = await world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 })
    expect(dead.map(({ state, dueAt, finishedAt }) => [state, dueAt, finishedAt])).toEqual([
      ['dead', null, world.now],
      ['dead', null, world.now],
    ])
    expect(only(await world.due()).endpoint.id).toBe(other.id)
    await world.store.webhooks.updateEndpoint(endpoint.id, { disabledAt: null })
    await world.receive(session)
    expect(seq(await world.due(), 4).endpoint.id).toBe(endpoint.id)
  })
}

function lists(use: Use): void {
  test('deliveries are listed newest first, by state, page by page', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    await deliveriesOfChats(world, ['62811', '62812', '62813'])
    const all = await world.due()
    await settle(world, seq(all, 2), { kind: 'dead' })
    const list = world.store.webhooks.listDeliveries.bind(world.store.webhooks, endpoint.id)
    const newestFirst = ids(all).reverse()
    expect(ids(await list({ limit: 2 }))).toEqual(newestFirst.slice(0, 2))
    const [, cursor] = newestFirst
    expect(ids(await list({ limit: 9, ...(cursor && { cursor }) }))).toEqual(newestFirst.slice(2))
    expect(only(await list({ limit: 9, state: 'dead' })).id).toBe(seq(all, 2).id)
  })
}

async function withEndpoints(use: Use) {
  const world = use()
  const made = [await world.endpoint(), await world.endpoint({ tenant: OTHER }), await world.endpoint()]
  return { store: world.store, ids: made.map(({ id }) => id) }
}

/** One message in each chat of one session, so that each is due. */
async function deliveriesOfChats(world: World, phones: string[]): Promise<void> {
  const session = await world.session()
  for (const phone of phones) {
    await world.receive(session, { chat: `${phone}00000000@s.whatsapp.net` as typeof ANI })
  }
}

function settle(
  world: World,
  { id }: DueDelivery,
  next: AttemptOutcome['next'],
  answer: Pick<AttemptOutcome, 'status' | 'error'> = { status: 200, error: null },
): Promise<void> {
  return world.store.webhooks.settleDelivery(id, { at: world.now, ...answer, next })
}

function seq(deliveries: DueDelivery[], wanted: number): DueDelivery {
  return only(deliveries.filter(({ event }) => event.seq === wanted))
}

function ids(rows: { id: DeliveryId }[]): DeliveryId[] {
  return rows.map(({ id }) => id)
}
