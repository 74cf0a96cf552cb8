import { describe, expect, test } from 'vitest'
import { DEFAULT_TENANT, type TenantId } from '../../core/ids.ts'
import { ANI, BUDI, HOUR, only, type Use } from './world.ts'

const MINUTE = 60_000

/** Messages that have a time, and accounts that may not write to strangers. */
export function scheduledConformance(use: Use): void {
  describe('messages with a time', () => {
    outbox(use)
    ends(use)
  })
  describe('an account that may not write to strangers', () => restriction(use))
}

function outbox(use: Use): void {
  test('are out of the outbox until they are due, then read by their time, page by page', async () => {
    const world = use()
    const { messages } = world.store
    const session = await world.session()
    const later = await world.accept(session, { sendAt: world.now + 20 * MINUTE })
    const soon = await world.accept(session, { sendAt: world.now + 10 * MINUTE })
    const past = await world.accept(session, { sendAt: world.now - MINUTE })
    const outbox = await messages.loadOutbox(session.uid, { afterRow: 0, limit: 9 })
    expect(outbox.map(({ id }) => id)).toEqual([past.message.id])
    const read = (minutes: number, after?: { dueAt: number; row: number }) =>
      messages.loadScheduled(session.uid, {
        until: world.now + minutes * MINUTE,
        limit: 1,
        ...(after ? { after } : {}),
      })
    expect(await read(9)).toEqual([])
    const first = only(await read(30))
    expect(first).toMatchObject({ id: soon.message.id, dueAt: world.now + 10 * MINUTE })
    const second = only(await read(30, first))
    expect(second.id).toBe(later.message.id)
    expect(await read(30, second)).toEqual([])
  })

  test('wake their sessions once, and tell the next time', async () => {
    const world = use()
    const { messages } = world.store
    const [session, other] = [await world.session(), await world.session()]
    await world.accept(session, { sendAt: world.now + MINUTE })
    await world.accept(session, { sendAt: world.now + MINUTE })
    await world.accept(other, { expiresAt: world.now + 2 * MINUTE })
    expect(await messages.nextTimed(world.now)).toBe(world.now + MINUTE)
    expect(await messages.nextTimed(world.now + MINUTE)).toBe(world.now + 2 * MINUTE)
    expect(await messages.nextTimed(world.now + HOUR)).toBeUndefined()
    expect(await messages.dueSessions(0, world.now + MINUTE)).toEqual([session.uid])
    expect(await messages.dueSessions(world.now + MINUTE, world.now + HOUR)).toEqual([])
  })
}

function ends(use: Use): void {
  test('expire where they were never handed over; else nobody can tell, some minutes later', async () => {
    const world = use()
    const { messages } = world.store
    const session = await world.session()
    const expiresAt = world.now + MINUTE
    const [waiting, tried] = [await world.accept(session, { expiresAt }), await world.accept(session, { expiresAt })]
    expect(await messages.beginAttempt(tried.message.id, world.now)).toBeUndefined()
    expect(await messages.expireMessages(expiresAt - 1, 9)).toEqual([])
    expect(only(await messages.expireMessages(expiresAt, 9))).toMatchObject({
      id: waiting.message.id,
      status: 'expired',
    })
    const unknown = only(await messages.expireMessages(expiresAt + 10 * MINUTE, 9))
    expect(unknown).toMatchObject({ id: tried.message.id, status: 'unknown', attempts: 1 })
    expect((await world.events(session.uid)).map(({ type }) => type)).toEqual(['message.expired', 'message.unknown'])
    expect(await messages.beginAttempt(waiting.message.id, world.now)).toMatchObject({ status: 'expired' })
  })

  test('are taken back before they are due, by their tenant', async () => {
    const world = use()
    const { messages } = world.store
    const session = await world.session()
    const { message } = await world.accept(session, { sendAt: world.now + MINUTE })
    expect(await messages.cancelMessage('other' as TenantId, message.id, world.now)).toBeUndefined()
    expect(await messages.cancelMessage(DEFAULT_TENANT, message.id, world.now + MINUTE)).toBeUndefined()
    const cancelled = await messages.cancelMessage(DEFAULT_TENANT, message.id, world.now)
    expect(cancelled).toMatchObject({ status: 'failed', history: [{}, { reason: 'cancelled' }] })
    expect(await messages.loadScheduled(session.uid, { until: world.now + HOUR, limit: 9 })).toEqual([])
    const now = await world.accept(session)
    expect(await messages.cancelMessage(DEFAULT_TENANT, now.message.id, world.now)).toBeUndefined()
  })
}

function restriction(use: Use): void {
  test('says so once, longer when it comes again, and until it is lifted', async () => {
    const world = use()
    const { messages, sessions } = world.store
    const session = await world.session()
    const first = await messages.restrict(session.uid, world.now)
    expect(first).toEqual({ since: world.now, until: world.now + HOUR, count: 1 })
    expect(await messages.restrict(session.uid, world.now + 1)).toEqual(first)
    expect((await sessions.getSessionByUid(session.uid))?.restriction).toEqual(first)
    const again = await messages.restrict(session.uid, first.until)
    expect(again.until - again.since).toBe(2 * HOUR)
    await sessions.liftRestriction(session.uid, again.since + 1)
    await sessions.liftRestriction(session.uid, again.since + 2)
    expect((await sessions.getSessionByUid(session.uid))?.restriction).toBeNull()
    const health = (await world.events(session.uid)).map(({ data }) => (data as { health: string }).health)
    expect(health).toEqual(['restricted', 'restricted', 'ok'])
  })

  test('knows whom it wrote to, and who wrote, by either address', async () => {
    const world = use()
    const { messages } = world.store
    const session = await world.session()
    expect(await messages.isKnownChat(session.uid, ANI)).toBe(false)
    const { message } = await world.accept(session, { chat: ANI })
    expect(await messages.isKnownChat(session.uid, ANI)).toBe(false)
    await messages.advanceStatus(message.id, { status: 'sent', at: world.now })
    expect(await messages.isKnownChat(session.uid, ANI)).toBe(true)
    await world.receive(session, { chat: '777000002@lid' as never, senderAlt: BUDI })
    expect(await messages.isKnownChat(session.uid, BUDI)).toBe(true)
    expect(await messages.isKnownChat((await world.session()).uid, ANI)).toBe(false)
  })
}
