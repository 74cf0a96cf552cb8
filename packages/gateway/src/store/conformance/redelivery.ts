import { describe, expect, test } from 'vitest'
import type { DeliveryId, TenantId } from '../../core/ids.ts'
import type { AttemptOutcome, Delivery, Endpoint } from '../../webhooks/ports.ts'
import { ANI, BUDI, only, type Use, type World } from './world.ts'

const OTHER = 'other' as TenantId

/** What the store promises of deliveries that are made once more, and of those that a message asked for itself. */
export function redeliveryConformance(use: Use): void {
  describe('redelivery', () => {
    redelivering(use)
    recovering(use)
    endpointsOf(use)
  })
  describe('news of single messages', () => notifying(use))
}

function redelivering(use: Use): void {
  test('a dead delivery is due again with its whole schedule, and found by its tenant alone', async () => {
    const { world, endpoint } = await withDead(use, [ANI])
    const [dead] = await listed(world, endpoint)
    expect(dead).toMatchObject({ state: 'dead', attempts: 1, url: endpoint.url })
    const id = dead?.id as DeliveryId
    expect(await world.store.webhooks.getDelivery(OTHER, id)).toBeUndefined()
    world.now += 60_000
    await world.store.webhooks.redeliver(id, world.now)
    expect(only(await world.due())).toMatchObject({ id, attempts: 0 })
    const found = await world.store.webhooks.getDelivery(endpoint.tenant, id)
    expect(found).toMatchObject({ delivery: { state: 'pending', dueAt: world.now, finishedAt: null }, endpoint })
  })

  test('it waits for what its chat still owes, and has that tried now', async () => {
    const { world, endpoint, session } = await withDead(use, [ANI])
    const [dead] = await listed(world, endpoint)
    await world.receive(session, { chat: ANI })
    const later = only(await world.due())
    await settle(world, later.id, { kind: 'retry', dueAt: world.now + 3_600_000 })
    expect(await world.due()).toEqual([])
    await world.store.webhooks.redeliver(dead?.id as DeliveryId, world.now)
    expect(only(await world.due()).id).toBe(later.id)
    await settle(world, later.id, { kind: 'delivered' })
    expect(only(await world.due()).id).toBe(dead?.id)
    await settle(world, dead?.id as DeliveryId, { kind: 'delivered' })
    expect(await world.due()).toEqual([])
  })

  test('one that waits for a retry is due now, one that was delivered is made once more', async () => {
    const world = use()
    await world.endpoint()
    await world.receive(await world.session())
    const { id } = only(await world.due())
    await settle(world, id, { kind: 'retry', dueAt: world.now + 9_999 })
    await world.store.webhooks.redeliver(id, world.now)
    expect(only(await world.due())).toMatchObject({ id, attempts: 1 })
    await settle(world, id, { kind: 'delivered' })
    await world.store.webhooks.redeliver(id, world.now)
    expect(only(await world.due())).toMatchObject({ id, attempts: 0 })
  })
}

function recovering(use: Use): void {
  test('all dead and waiting deliveries since a time are on their way, in order per chat', async () => {
    const { world, endpoint, session } = await withDead(use, [ANI, ANI, BUDI])
    const since = world.now + 1_000
    world.now += 2_000
    for (const chat of [ANI, BUDI, ANI]) await world.receive(session, { chat })
    const [ani] = (await world.due()).filter(({ event }) => event.seq === 4)
    await settle(world, ani?.id as DeliveryId, { kind: 'retry', dueAt: world.now + 3_600_000 })
    const [budi] = (await world.due()).filter(({ event }) => event.seq === 5)
    await settle(world, budi?.id as DeliveryId, { kind: 'dead' })
    expect(await world.due()).toEqual([])
    expect(await world.store.webhooks.recover(endpoint.id, since, world.now)).toBe(2)
    expect((await world.due()).map(({ event }) => event.seq).sort()).toEqual([4, 5])
    expect(await world.store.webhooks.recover(endpoint.id, 0, world.now)).toBe(3)
    const order: number[] = []
    for (;;) {
      const [next] = await world.due(1)
      if (!next) break
      order.push(next.event.seq)
      await settle(world, next.id, { kind: 'delivered' })
    }
    expect(order.toSorted()).toEqual([1, 2, 3, 4, 5, 6])
    // What was being tried stays first; behind it the oldest.
    expect(order.filter((seq) => [1, 2, 4, 6].includes(seq))).toEqual([4, 1, 2, 6])
    expect(await world.store.webhooks.recover(endpoint.id, 0, world.now)).toBe(0)
  })

  test('more than fit into one transaction are recovered all, one per chat due', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    const session = await world.session()
    await Promise.all(Array.from({ length: 1_100 }, () => world.receive(session, { chat: ANI })))
    await world.store.webhooks.updateEndpoint(endpoint.id, { disabledAt: world.now })
    await world.store.webhooks.updateEndpoint(endpoint.id, { disabledAt: null })
    expect(await world.due()).toEqual([])
    expect(await world.store.webhooks.recover(endpoint.id, 0, world.now)).toBe(1_100)
    expect(only(await world.due(2_000)).event.seq).toBe(1)
  })

  test('dead letters of a tenant are listed over its endpoints', async () => {
    const { world, endpoint, session } = await withDead(use, [ANI, BUDI])
    const bound = await world.endpoint({ sessionUid: session.uid, session: session.id })
    await world.receive(session)
    await Promise.all((await world.due()).map(({ id }) => settle(world, id, { kind: 'dead' })))
    const list = (tenant: TenantId, more: object = {}) =>
      world.store.webhooks.listTenantDeliveries(tenant, { state: 'dead', limit: 9, ...more })
    expect((await list(endpoint.tenant)).map(({ endpoint: id }) => id === bound.id)).toHaveLength(4)
    expect((await list(endpoint.tenant, { sessionUid: session.uid })).map((one) => one.endpoint)).toEqual([bound.id])
    expect(await list(OTHER)).toEqual([])
  })
}

function endpointsOf(use: Use): void {
  test('an endpoint keeps its format, settings, time limit and the secret before', async () => {
    const world = use()
    const session = await world.session()
    const special = {
      format: 'bots',
      settings: { key: 'x' },
      timeoutMs: 900,
      sessionUid: session.uid,
      session: session.id,
    }
    const made = await world.endpoint({ ...special, previousSecret: { secret: 'whsec_old', until: 7 } })
    await world.endpoint({ sessionUid: session.uid, session: session.id })
    expect(await world.store.webhooks.endpointsOf(session.uid, 'bots')).toEqual([made])
    const patch = { settings: {}, timeoutMs: null, previousSecret: null }
    await world.store.webhooks.updateEndpoint(made.id, patch)
    expect(await world.store.webhooks.endpointsOf(session.uid, 'bots')).toEqual([{ ...made, ...patch }])
    expect(await world.store.webhooks.endpointsOf((await world.session()).uid, 'bots')).toEqual([])
  })
}

const TARGET = {
  url: 'https://client.example/ack',
  format: 'chatbot',
  events: ['message.sent', 'message.read'],
} as const

function notifying(use: Use): void {
  test('each change of status that was asked for makes one delivery, in order per message', async () => {
    const world = use()
    const session = await world.session()
    const { message } = only(await sent(world, session, [TARGET]))
    for (const status of ['sent', 'delivered', 'read', 'delivered', 'read', 'sent'] as const) {
      await world.store.messages.advanceStatus(message.id, { status, at: world.now })
    }
    const first = only(await world.due())
    expect(first).toMatchObject({
      event: { type: 'message.sent' },
      endpoint: { kind: 'notify', ...TARGET, secret: '' },
    })
    await settle(world, first.id, { kind: 'delivered' })
    const second = only(await world.due())
    expect(second.event).toMatchObject({ type: 'message.read', data: { id: message.id } })
    await settle(world, second.id, { kind: 'delivered' })
    expect(await world.due()).toEqual([])
  })

  test('messages share the endpoint of one URL, do not wait for one another, and no list of webhooks shows it', async () => {
    const world = use()
    const session = await world.session()
    const all = await sent(world, session, [TARGET, TARGET, { ...TARGET, url: 'https://client.example/2' }, null])
    for (const { message } of all) {
      await world.store.messages.advanceStatus(message.id, { status: 'sent', at: world.now })
    }
    const due = await world.due()
    expect(due).toHaveLength(3)
    expect(new Set(due.map(({ endpoint }) => endpoint.id)).size).toBe(2)
    expect(await world.store.webhooks.listEndpoints(null, { limit: 9 })).toEqual([])
    expect(await world.store.webhooks.endpointsOf(session.uid, 'chatbot')).toEqual([])
  })

  test('a URL that was gone is asked again when a message names it anew', async () => {
    const world = use()
    const session = await world.session()
    const first = only(await sent(world, session, [TARGET]))
    await world.store.messages.advanceStatus(first.message.id, { status: 'sent', at: world.now })
    const { endpoint } = only(await world.due())
    await world.store.webhooks.updateEndpoint(endpoint.id, { disabledAt: world.now })
    await world.store.messages.advanceStatus(first.message.id, { status: 'read', at: world.now })
    expect(await world.due()).toEqual([])
    const second = only(await sent(world, session, [TARGET]))
    await world.store.messages.advanceStatus(second.message.id, { status: 'sent', at: world.now })
    expect(only(await world.due()).endpoint).toMatchObject({ id: endpoint.id, disabledAt: null })
  })

  test('URLs that no message named for a month go, once they owe nothing', async () => {
    const world = use()
    const session = await world.session()
    const { message } = only(await sent(world, session, [TARGET]))
    await world.store.messages.advanceStatus(message.id, { status: 'sent', at: world.now })
    const { id } = only(await world.due())
    world.now += 31 * 24 * 3_600_000
    expect(await world.store.prune(world.now)).toMatchObject({ targets: 0 })
    await settle(world, id, { kind: 'delivered' })
    expect(await world.store.prune(world.now)).toMatchObject({ targets: 1 })
    await world.store.messages.advanceStatus(message.id, { status: 'read', at: world.now })
    expect(await world.due()).toEqual([])
  })
}

type Session = Awaited<ReturnType<World['session']>>

/** Accepts one message for each target. */
async function sent(world: World, session: Session, targets: readonly (typeof TARGET | { url: string } | null)[]) {
  const accepted = []
  for (const notify of targets) {
    accepted.push(await world.accept(session, { notify: notify && { ...TARGET, ...notify } }))
  }
  return accepted
}

/** An endpoint with one dead delivery for each message. */
async function withDead(use: Use, chats: (typeof ANI)[]) {
  const world = use()
  const endpoint = await world.endpoint()
  const session = await world.session()
  for (const chat of chats) {
    await world.receive(session, { chat })
    await settle(world, only(await world.due()).id, { kind: 'dead' })
  }
  return { world, endpoint, session }
}

function listed(world: World, endpoint: Endpoint): Promise<Delivery[]> {
  return world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 })
}

function settle(world: World, id: DeliveryId, next: AttemptOutcome['next']): Promise<void> {
  return world.store.webhooks.settleDelivery(id, { at: world.now, status: 500, error: null, next })
}
