import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accessConformance } from './conformance/access.ts'
import { authConformance } from './conformance/auth.ts'
import { automationConformance } from './conformance/automation.ts'
import { chatConformance } from './conformance/chats.ts'
import { eventConformance } from './conformance/events.ts'
import { failureConformance } from './conformance/failures.ts'
import { itemConformance } from './conformance/items.ts'
import { mediaConformance } from './conformance/media.ts'
import { inboundConformance } from './conformance/messages-in.ts'
import { outboundConformance } from './conformance/messages-out.ts'
import { offerConformance } from './conformance/offers.ts'
import { personConformance } from './conformance/persons.ts'
import { redeliveryConformance } from './conformance/redelivery.ts'
import { retentionConformance } from './conformance/retention.ts'
import { scheduledConformance } from './conformance/scheduled.ts'
import { sessionConformance } from './conformance/sessions.ts'
import { webhookConformance } from './conformance/webhooks.ts'
import { type OpenStore, type Use, World } from './conformance/world.ts'

/** The suite that every store passes: each promise of the ports, one test. */
export function describeStore(name: string, open: OpenStore): void {
  describe(name, () => {
    let world: World | undefined
    const use: Use = () => {
      if (!world) throw new Error('the store is not open')
      return world
    }
    beforeEach(async () => {
      world = await World.open(open)
    })
    afterEach(async () => {
      await world?.remove()
    })
    sessionConformance(use)
    outboundConformance(use)
    scheduledConformance(use)
    inboundConformance(use)
    offerConformance(use)
    mediaConformance(use)
    webhookConformance(use)
    redeliveryConformance(use)
    failureConformance(use)
    chatConformance(use)
    eventConformance(use)
    automationConformance(use)
    accessConformance(use)
    authConformance(use)
    itemConformance(use)
    retentionConformance(use)
    personConformance(use)
    statsConformance(use)
    lifeConformance(use)
  })
}

function statsConformance(use: Use): void {
  test('counts what an operator watches', async () => {
    const world = use()
    const empty = await world.store.stats(null)
    expect(empty).toEqual({
      sessions: [],
      outbox: { waiting: 0, oldestAt: null },
      deliveries: { pending: 0, oldestDueAt: null },
      events: [],
      eventRow: 0,
    })
    const session = await world.session()
    await world.endpoint({ events: ['message.received'] })
    await world.accept(session)
    await world.accept(session)
    await world.receive(session)
    const full = await world.store.stats(0)
    expect(full.sessions).toEqual([{ status: session.status, count: 1 }])
    expect(full.outbox).toEqual({ waiting: 2, oldestAt: expect.any(Number) })
    expect(full.deliveries).toEqual({ pending: 1, oldestDueAt: expect.any(Number) })
    expect(full.events).toContainEqual({ type: 'message.received', count: 1 })
    expect((await world.store.stats(full.eventRow)).events).toEqual([])
  })
}

function lifeConformance(use: Use): void {
  describe('the store', () => {
    test('is well, and closes twice', async () => {
      const { store } = use()
      expect(store.health()).toEqual({ ok: true, error: null })
      await store.close()
      await store.close()
      expect(store.health().ok).toBe(false)
    })

    test('stores what it was given before it was closed, and takes nothing after', async () => {
      const world = use()
      const session = await world.session()
      const before = world.store
      const all = Promise.all(Array.from({ length: 100 }, () => world.accept(session)))
      await world.restart()
      await all
      expect(await world.store.messages.listMessages(session.uid, { limit: 200 })).toHaveLength(100)
      await expect(before.sessions.listRunnable()).rejects.toMatchObject({ code: 'unavailable' })
      const late = before.auth.saveCreds(session.uid, '{}')
      await expect(late).rejects.toMatchObject({ code: 'unavailable' })
    })
  })
}
