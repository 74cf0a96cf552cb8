import { describe, expect, test } from 'vitest'
import type { TenantId } from '../../core/ids.ts'
import type { OutgoingStatus } from '../../core/message.ts'
import { only, type Use, type World } from './world.ts'

const OTHER = 'other' as TenantId

/** What the store promises to those who look for what went wrong. */
export function failureConformance(use: Use): void {
  describe('failures', () => {
    failedMessages(use)
    deliveriesOfMessages(use)
  })
}

function failedMessages(use: Use): void {
  test('messages that failed are found by their tenant, by how they ended and by session, newest first', async () => {
    const world = use()
    const [shop, branch, stranger] = [
      await world.session(),
      await world.session(),
      await world.session({ tenant: OTHER }),
    ]
    const ended = async (session: typeof shop, status: OutgoingStatus) => {
      const { id } = (await world.accept(session)).message
      await world.store.messages.advanceStatus(id, { status, at: world.now })
      return id
    }
    const first = await ended(shop, 'failed')
    await ended(shop, 'sent')
    const second = await ended(branch, 'failed')
    const unknown = await ended(shop, 'unknown')
    const theirs = await ended(stranger, 'failed')
    const { tenant } = shop
    const list = async (of: TenantId, filter: Partial<Parameters<World['store']['messages']['listFailed']>[1]>) =>
      (await world.store.messages.listFailed(of, { status: 'failed', limit: 9, ...filter })).map(({ id }) => id)
    expect(await list(tenant, {})).toEqual([second, first])
    expect(await list(tenant, { limit: 1 })).toEqual([second])
    expect(await list(tenant, { cursor: second })).toEqual([first])
    expect(await list(tenant, { session: shop.uid })).toEqual([first])
    expect(await list(tenant, { status: 'unknown' })).toEqual([unknown])
    expect(await list(OTHER, {})).toEqual([theirs])
  })
}

function deliveriesOfMessages(use: Use): void {
  test('a message finds the deliveries of its news, of every status, and of its tenant alone', async () => {
    const world = use()
    const session = await world.session()
    const { tenant, id: endpoint } = await world.endpoint()
    const { id } = (await world.accept(session)).message
    await world.accept(session)
    for (const status of ['sent', 'delivered'] as const) {
      await world.store.messages.advanceStatus(id, { status, at: world.now })
    }
    const { message } = await world.receive(session)
    const list = async (of: TenantId, filter: { message: typeof id; state?: 'dead' }) =>
      (await world.store.webhooks.listTenantDeliveries(of, { limit: 9, ...filter })).map(({ eventType }) => eventType)
    expect(await list(tenant, { message: id })).toEqual(['message.delivered', 'message.sent'])
    expect(await list(tenant, { message: message.id })).toEqual(['message.received'])
    expect(await list(tenant, { message: id, state: 'dead' })).toEqual([])
    expect(await list(OTHER, { message: id })).toEqual([])
    expect(await world.store.webhooks.listDeliveries(endpoint, { limit: 9, message: message.id })).toHaveLength(1)
  })

  test('a delivery keeps how its last answer began, and comes with its event', async () => {
    const world = use()
    await world.receive(await world.session())
    const endpoint = await world.endpoint()
    await world.receive(await world.session())
    const { id, event } = only(await world.due())
    const settle = (answer: string | null) =>
      world.store.webhooks.settleDelivery(id, {
        ...{ at: world.now, status: 500, error: 'http_status', answer },
        next: { kind: 'retry', dueAt: world.now },
      })
    const show = () => world.store.webhooks.getDelivery(endpoint.tenant, id)
    expect(await show()).toMatchObject({ delivery: { lastAnswer: null }, endpoint, event: { id: event.id } })
    await settle('{"error":"full"}')
    expect(await show()).toMatchObject({ delivery: { lastAnswer: '{"error":"full"}' } })
    await settle(null)
    expect(await show()).toMatchObject({ delivery: { lastAnswer: null } })
    expect(await world.store.webhooks.getDelivery(OTHER, id)).toBeUndefined()
  })
}
