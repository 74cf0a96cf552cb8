import { describe, expect, test, vi } from 'vitest'
import type { TenantId } from '../../core/ids.ts'
import { BUDI, only, type Use } from './world.ts'

const OTHER = 'other' as TenantId

/** What {@link EventStore} promises. */
export function eventConformance(use: Use): void {
  describe('events', () => {
    numbers(use)
    queries(use)
    bell(use)
  })
}

function numbers(use: Use): void {
  test('sequence numbers have no gap in a session, whatever fails and whatever comes together', async () => {
    const world = use()
    const sessions = [await world.session(), await world.session()]
    const missing = { status: 'sent', at: 1 } as const
    const writes = Array.from({ length: 200 }, (_, n) => {
      const session = sessions[n % 2] ?? sessions[0]
      if (!session) throw new Error('no session')
      if (n % 7 === 0) return world.store.messages.acceptMessage(world.draft({ ...session, uid: 'x' as never }), null)
      if (n % 5 === 0) return world.store.messages.advanceStatus({ session: session.uid, waId: 'x' as never }, missing)
      return world.receive(session)
    })
    await Promise.allSettled(writes)
    for (const session of sessions) {
      const seqs = (await world.events(session.uid)).map(({ seq }) => seq)
      expect(seqs.length).toBeGreaterThan(50)
      expect(seqs).toEqual(seqs.map((_, n) => n + 1))
    }
  })

  test('they go on after a restart', async () => {
    const world = use()
    const session = await world.session()
    await world.receive(session)
    await world.restart()
    await world.receive(session)
    expect((await world.events(session.uid)).map(({ seq }) => seq)).toEqual([1, 2])
  })

  test('an event is never changed, whatever becomes of its session', async () => {
    const world = use()
    const session = await world.session({ metadata: { shop: 1 } })
    await world.receive(session)
    const before = only(await world.events(session.uid))
    await world.store.sessions.updateSession(session.uid, { phone: '62899', metadata: { shop: 2 } })
    expect(only(await world.events(session.uid))).toEqual(before)
    expect(before.metadata).toEqual({ shop: 1 })
  })
}

function queries(use: Use): void {
  test('a session is read by sequence number, page by page', async () => {
    const world = use()
    const session = await world.session()
    for (let n = 0; n < 5; n++) await world.receive(session)
    const read = async (afterSeq: number, limit: number) => {
      const query = { tenant: session.tenant, sessionUid: session.uid, afterSeq, limit }
      return (await world.store.events.listEvents(query)).map(({ event }) => event.seq)
    }
    expect(await read(0, 3)).toEqual([1, 2, 3])
    expect(await read(3, 3)).toEqual([4, 5])
    expect(await read(5, 3)).toEqual([])
  })

  test('a tenant is read in order of storing, and sees its own alone', async () => {
    const world = use()
    const [a, b] = [await world.session(), await world.session()]
    const foreign = await world.session({ tenant: OTHER })
    for (const session of [a, b, foreign, a]) await world.receive(session)
    const all = await world.store.events.listEvents({ tenant: a.tenant, limit: 9 })
    expect(all.map(({ event }) => event.session)).toEqual([a.id, b.id, a.id])
    const [, second] = all
    const rest = await world.store.events.listEvents({ tenant: a.tenant, afterRow: second?.row ?? 0, limit: 9 })
    expect(rest).toEqual(all.slice(2))
    expect(await world.store.events.listEvents({ tenant: null, limit: 9 })).toHaveLength(4)
    expect(await world.store.events.listEvents({ tenant: OTHER, sessionUid: a.uid, limit: 9 })).toEqual([])
  })

  test('types are a filter', async () => {
    const world = use()
    const session = await world.session()
    await world.receive(session)
    await world.store.sessions.recordQr(session.uid, { text: 'x', expiresAt: 1, at: 1 })
    const { message } = await world.accept(session, { chat: BUDI })
    await world.store.messages.advanceStatus(message.id, { status: 'sent', at: 1 })
    const query = { tenant: null, types: ['session.qr', 'message.sent'] as const, limit: 9 }
    const found = await world.store.events.listEvents({ ...query, types: [...query.types] })
    expect(found.map(({ event }) => event.type)).toEqual(['session.qr', 'message.sent'])
    expect(await world.store.events.listEvents({ ...query, types: [] })).toEqual([])
  })
}

function bell(use: Use): void {
  test('a commit that wrote events or deliveries is told after it', async () => {
    const world = use()
    const listener = vi.fn()
    const session = await world.session()
    const stop = world.store.events.onCommitted(listener)
    await world.accept(session)
    expect(listener).not.toHaveBeenCalled()
    await world.receive(session)
    expect(listener).toHaveBeenLastCalledWith({ events: true, deliveries: false })
    await world.endpoint()
    await world.receive(session)
    expect(listener).toHaveBeenLastCalledWith({ events: true, deliveries: true })
    const delivery = only(await world.due())
    const outcome = { at: world.now, status: 200, error: null, next: { kind: 'delivered' } } as const
    await world.store.webhooks.settleDelivery(delivery.id, outcome)
    expect(listener).toHaveBeenLastCalledWith({ events: false, deliveries: true })
    stop()
    await world.receive(session)
    expect(listener).toHaveBeenCalledTimes(3)
  })

  test('a listener sees what it is told of, and one that throws harms nobody', async () => {
    const world = use()
    const session = await world.session()
    const seen: Promise<number>[] = []
    world.store.events.onCommitted(() => {
      throw new Error('a bad listener')
    })
    world.store.events.onCommitted(() => {
      seen.push(world.events(session.uid).then((events) => events.length))
    })
    await world.receive(session)
    expect(await Promise.all(seen)).toEqual([1])
  })
}
