import { describe, expect, test } from 'vitest'
import { DEFAULT_TENANT, newId, type SessionUid, type TenantId } from '../../core/ids.ts'
import type { MediaRecord } from '../../media/ports.ts'
import type { AttemptOutcome } from '../../webhooks/ports.ts'
import { KEEP_ALL } from '../store.ts'
import { ANI, BUDI, DAY, only, type Use, type World } from './world.ts'

const MONTH = { messages: 30, events: 30, deliveries: 30, audit: 30 }

/** What the store promises of deleting what is old: all of it goes, and nothing that is unfinished. */
export function retentionConformance(use: Use): void {
  describe('retention', () => {
    agedMessages(use)
    unfinishedMessages(use)
    agedEvents(use)
    auditEntries(use)
    waitingFiles(use)
    besideSends(use)
  })
}

function agedMessages(use: Use): void {
  test('messages go when nothing has happened to them for the days set, whatever else is stored', async () => {
    const world = use()
    const session = await world.session()
    const sent = await world.accept(session)
    await advance(world, sent.message.id, 'sent')
    const received = (await world.receive(session)).message
    world.now += 20 * DAY
    await advance(world, sent.message.id, 'read')
    const young = await world.accept(session)
    await advance(world, young.message.id, 'sent')
    world.now += 10 * DAY + 1
    expect(await world.store.prune(world.now)).toMatchObject(KEEP_ALL)
    expect(await world.store.prune(world.now, MONTH)).toMatchObject({ messages: 1 })
    expect(await ids(world, session.uid)).toEqual([young.message.id, sent.message.id])
    expect(await world.store.messages.getMessage(null, received.id)).toBeUndefined()
    world.now += 30 * DAY
    expect(await world.store.prune(world.now, MONTH)).toMatchObject({ messages: 2 })
    expect(await ids(world, session.uid)).toEqual([])
  })

  test('more than one batch of them goes at once', async () => {
    const world = use()
    const session = await world.session()
    await Promise.all(Array.from({ length: 250 }, () => world.receive(session)))
    const waiting = await world.accept(session)
    await Promise.all(Array.from({ length: 250 }, () => world.receive(session)))
    world.now += 31 * DAY
    const young = (await world.receive(session)).message
    expect(await world.store.prune(world.now, { ...KEEP_ALL, messages: 30 })).toMatchObject({
      messages: 500,
      events: 0,
    })
    expect(await ids(world, session.uid)).toEqual([young.id, waiting.message.id])
  })

  test('whatever is set, the last 14 days stay: a message may be asked for again, and come again', async () => {
    const world = use()
    const session = await world.session()
    const { message } = await world.accept(session, {}, { key: 'k', requestHash: 'h' })
    await advance(world, message.id, 'sent')
    const inbound = world.inbound()
    await world.store.messages.storeInbound(session.uid, inbound, world.now)
    await world.store.messages.storeUndecryptable(session.uid, world.inbound(), world.now)
    world.now += 14 * DAY - 1
    expect(await world.store.prune(world.now, { ...MONTH, messages: 1 })).toMatchObject({ messages: 0 })
    expect([...((await world.store.auth.findSentProto(session.uid, message.waId)) ?? [])]).toEqual([1, 2, 3])
    expect((await world.store.messages.storeInbound(session.uid, inbound, world.now)).stored).toBe(false)
    world.now += 2
    expect(await world.store.prune(world.now, { ...MONTH, messages: 1 })).toMatchObject({ messages: 3 })
  })
}

function unfinishedMessages(use: Use): void {
  test('a message that waits to be sent or for its ack stays, however long, and is kept anew from its end on', async () => {
    const world = use()
    const session = await world.session()
    const waiting = await world.accept(session)
    const prepared = await world.accept(session, { proto: null })
    await world.store.messages.saveProto(prepared.message.id, new Uint8Array([9]), world.now)
    const later = await world.accept(session, { sendAt: world.now + 300 * DAY })
    world.now += 200 * DAY
    expect(await world.store.prune(world.now, MONTH)).toMatchObject({ messages: 0 })
    expect(await world.store.messages.loadOutbox(session.uid, { afterRow: 0, limit: 9 })).toHaveLength(2)
    await advance(world, waiting.message.id, 'sent')
    world.now += 29 * DAY
    expect(await world.store.prune(world.now, MONTH)).toMatchObject({ messages: 0 })
    world.now += 2 * DAY
    expect(await world.store.prune(world.now, MONTH)).toMatchObject({ messages: 1 })
    expect(await ids(world, session.uid)).toEqual([later.message.id, prepared.message.id])
  })

  test('a message that automation has not answered yet stays', async () => {
    const world = use()
    const session = await world.session()
    const action = { type: 'webhook', url: 'https://example.com', webhookkey: 'k' } as const
    const rule = { id: newId('rul'), sessionUid: session.uid, keyword: 'x', match: 'any', action } as const
    await world.store.automation.createRule({ ...rule, enabled: true, order: null, createdAt: world.now }, 9)
    const { message } = await world.receive(session)
    world.now += 40 * DAY
    const job = only(
      await world.store.automation.dueJobs({ now: world.now, limit: 9, busy: new Set(), blocked: new Set() }),
    )
    expect(await world.store.prune(world.now, MONTH)).toMatchObject({ messages: 0 })
    await world.store.automation.settleJob(job.id, { kind: 'ended', reason: null, at: world.now })
    expect(await world.store.prune(world.now, MONTH)).toMatchObject({ messages: 1 })
    expect(await world.store.messages.getMessage(null, message.id)).toBeUndefined()
  })
}

function agedEvents(use: Use): void {
  test('events go with their ended deliveries; one that is still to be delivered stays, and so does its order', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    const session = await world.session()
    await world.receive(session, { chat: BUDI })
    await settle(world, { kind: 'delivered' })
    for (let n = 0; n < 2; n++) await world.receive(session, { chat: ANI })
    await settle(world, { kind: 'retry', dueAt: world.now + 31 * DAY })
    world.now += 31 * DAY
    expect(await world.store.prune(world.now, { ...KEEP_ALL, events: 30 })).toMatchObject({ events: 1, deliveries: 0 })
    expect((await world.events(session.uid)).map(({ seq }) => seq)).toEqual([2, 3])
    expect(await world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 })).toHaveLength(2)
    for (const seq of [2, 3]) {
      expect(only(await world.due()).event.seq).toBe(seq)
      await settle(world, { kind: 'delivered' })
    }
    expect(await world.store.prune(world.now, { ...KEEP_ALL, events: 30 })).toMatchObject({ events: 2 })
    expect(await world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 })).toEqual([])
    await world.receive(session)
    expect((await world.events(session.uid)).map(({ seq }) => seq)).toEqual([4])
  })

  test('deliveries go when they ended the days set ago, and their events stay', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    const session = await world.session()
    for (const next of [{ kind: 'delivered' }, { kind: 'dead' }] as const) {
      await world.receive(session)
      world.now += 20 * DAY
      await settle(world, next)
    }
    await world.receive(session)
    world.now += 11 * DAY
    const prune = () => world.store.prune(world.now, { ...KEEP_ALL, deliveries: 30 })
    expect(await prune()).toMatchObject({ deliveries: 1 })
    const states = async () =>
      (await world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 })).map(({ state }) => state)
    expect(await states()).toEqual(['pending', 'dead'])
    world.now += 20 * DAY
    expect(await prune()).toMatchObject({ deliveries: 1 })
    expect(await states()).toEqual(['pending'])
    expect(await world.events(session.uid)).toHaveLength(3)
  })
}

function auditEntries(use: Use): void {
  test('entries of the audit log go with time, of every tenant; other items stay', async () => {
    const world = use()
    const other = 'other' as TenantId
    const { items } = world.store
    const save = (tenant: TenantId, kind: string) =>
      items.saveItem({
        ...{ tenant, dialect: 'kurir', kind, id: `aud_${world.next()}`, session: null },
        ...{ value: {}, changedAt: world.now },
      })
    for (const tenant of [DEFAULT_TENANT, other])
      for (const kind of ['audit', 'audit', 'card']) await save(tenant, kind)
    world.now += 20 * DAY
    await save(DEFAULT_TENANT, 'audit')
    world.now += 10 * DAY + 1
    expect(await world.store.prune(world.now, { ...KEEP_ALL, audit: 30 })).toMatchObject({ audit: 4 })
    const count = async (tenant: TenantId, kind: string) =>
      (await items.listItems({ tenant, dialect: 'kurir', kind }, { limit: 9 })).length
    expect([await count(DEFAULT_TENANT, 'audit'), await count(other, 'audit')]).toEqual([1, 0])
    expect([await count(DEFAULT_TENANT, 'card'), await count(other, 'card')]).toEqual([1, 1])
  })
}

function waitingFiles(use: Use): void {
  test('the file of a message that waits for its time stays as long as that', async () => {
    const world = use()
    const session = await world.session()
    const give = async () => {
      const media: MediaRecord = {
        ...{ id: newId('med'), tenant: session.tenant, sessionUid: null, session: null, state: 'here', remote: null },
        ...{ mimetype: 'image/png', size: 9, fileName: null, sha256: `${world.next()}`.repeat(64), attempts: 0 },
        ...{ createdAt: world.now, usedAt: world.now },
      }
      await world.store.media.createMedia(media, 0)
      return media
    }
    const [waited, unused] = [await give(), await give()]
    const { id, mimetype, size, fileName, sha256 } = waited
    const content = { type: 'image', media: { id, mimetype, size, fileName, sha256 } } as const
    const { message } = await world.accept(session, { content, proto: null, sendAt: world.now + 90 * DAY })
    await world.accept(session)
    world.now += 31 * DAY
    const prune = () => world.store.media.pruneMedia(world.now - 30 * DAY, 9)
    expect(await prune()).toEqual({ deleted: 1, sha256s: [unused.sha256] })
    await world.store.messages.cancelMessage(session.tenant, message.id, world.now)
    expect(await prune()).toEqual({ deleted: 1, sha256s: [waited.sha256] })
  })
}

function besideSends(use: Use): void {
  test('a message that is accepted during a large cleaning waits for one batch of it, not for all', async () => {
    const world = use()
    const session = await world.session()
    await Promise.all(Array.from({ length: 800 }, () => world.receive(session)))
    world.now += 40 * DAY
    const left = async () => (await ids(world, session.uid)).length
    let isOver = false
    const cleaning = world.store.prune(world.now, { ...KEEP_ALL, messages: 30 }).finally(() => {
      isOver = true
    })
    while ((await left()) === 800) await new Promise(setImmediate)
    const before = await left()
    await world.accept(session)
    expect(await left()).toBeGreaterThanOrEqual(before + 1 - 400)
    expect(isOver).toBe(false)
    expect(await cleaning).toMatchObject({ messages: 800 })
    expect(await left()).toBe(1)
  })
}

async function ids(world: World, session: SessionUid): Promise<string[]> {
  return (await world.store.messages.listMessages(session, { limit: 5_000 })).map(({ id }) => id)
}

function advance(
  world: World,
  id: Parameters<World['store']['messages']['advanceStatus']>[0],
  status: 'sent' | 'read',
) {
  return world.store.messages.advanceStatus(id, { status, at: world.now })
}

/** Settles the only delivery that is due. */
async function settle(world: World, next: AttemptOutcome['next']): Promise<void> {
  const { id } = only(await world.due())
  await world.store.webhooks.settleDelivery(id, { at: world.now, status: 200, error: null, next })
}
