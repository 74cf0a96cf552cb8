import { describe, expect, test } from 'vitest'
import type { MessageId, SessionUid, TenantId, WaMessageId } from '../../core/ids.ts'
import type { MessageRecord, OutgoingStatus } from '../../core/message.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { OutboxItem } from '../../messages/ports.ts'
import { ANI, BUDI, HOUR, only, type Use, type World } from './world.ts'

/** What {@link MessageStore} promises of messages that go out. */
export function outboundConformance(use: Use): void {
  describe('messages out', () => {
    acceptance(use)
    idempotency(use)
    outbox(use)
    attempts(use)
    statuses(use)
    statusEvents(use)
  })
}

function acceptance(use: Use): void {
  test('an accepted message is found as it was answered', async () => {
    const { world, session } = await start(use)
    const { kind, message } = await world.accept(session, {
      content: { type: 'text', text: 'Halo @62813', mentions: [BUDI] },
      quote: { waId: 'ABC' as WaMessageId, participant: BUDI },
    })
    expect(kind).toBe('accepted')
    expect(message).toMatchObject({
      session: session.id,
      direction: 'out',
      fromMe: true,
      chat: ANI,
      status: 'accepted',
      history: [{ status: 'accepted', at: world.now }],
      attempts: 0,
      timestamp: world.now,
    })
    expect(await world.store.messages.getMessage(session.tenant, message.id)).toEqual(message)
    expect(await world.store.messages.getMessage(null, message.id)).toEqual(message)
    expect(await world.store.messages.getMessage('other' as TenantId, message.id)).toBeUndefined()
    expect(await world.events(session.uid)).toEqual([])
  })

  test('its final bytes are its tenant’s, from the moment there are any', async () => {
    const { world, session } = await start(use)
    const { messages } = world.store
    const { message } = await world.accept(session, { proto: null })
    expect(await messages.getProto(session.tenant, message.id)).toBeUndefined()
    await messages.saveProto(message.id, Uint8Array.of(1, 2, 3), world.now)
    expect(Buffer.from((await messages.getProto(session.tenant, message.id)) ?? [])).toEqual(Buffer.from([1, 2, 3]))
    expect(await messages.getProto('other' as TenantId, message.id)).toBeUndefined()
  })

  test('nothing is accepted for a session that is not there', async () => {
    const { world, session } = await start(use)
    const nobody = { ...session, uid: 'ses_nobody' as SessionUid }
    await expect(world.accept(nobody)).rejects.toMatchObject({ code: 'session_not_found' })
  })
}

function idempotency(use: Use): void {
  const claim = { key: 'order-1', requestHash: 'aa' }

  test('a used key answers the first message, and nothing is inserted', async () => {
    const { world, session } = await start(use)
    const first = await world.accept(session, {}, claim)
    world.now += 71 * HOUR
    const again = await world.accept(session, { content: { type: 'text', text: 'other' } }, claim)
    expect(again).toEqual({ kind: 'replayed', message: first.message, row: first.row })
    expect(await world.store.messages.listMessages(session.uid, { limit: 9 })).toHaveLength(1)
  })

  test('a used key with another request is a mismatch', async () => {
    const { world, session } = await start(use)
    await world.accept(session, {}, claim)
    const other = await world.store.messages.acceptMessage(world.draft(session), { ...claim, requestHash: 'bb' })
    expect(other).toEqual({ kind: 'mismatch' })
  })

  test('many requests with one key at the same moment make one message', async () => {
    const { world, session } = await start(use)
    const results = await Promise.all(Array.from({ length: 50 }, () => world.accept(session, {}, claim)))
    expect(results.map(({ kind }) => kind).filter((kind) => kind === 'accepted')).toHaveLength(1)
    expect(new Set(results.map(({ message }) => message.id)).size).toBe(1)
  })

  test('a key is free again after 72 hours, and belongs to its tenant alone', async () => {
    const { world, session } = await start(use)
    const first = await world.accept(session, {}, claim)
    const elsewhere = await world.session({ tenant: 'other' as TenantId })
    expect((await world.accept(elsewhere, {}, claim)).kind).toBe('accepted')
    world.now += 72 * HOUR
    const later = await world.accept(session, {}, { ...claim, requestHash: 'bb' })
    expect(later.kind).toBe('accepted')
    expect(later.message.id).not.toBe(first.message.id)
  })
}

function outbox(use: Use): void {
  test('what the server took since some time is counted, of one session', async () => {
    const { world, session } = await start(use)
    const { messages } = world.store
    const since = world.now + HOUR
    for (const at of [since - 1, since, since + 1]) {
      const { message } = await world.accept(session)
      await messages.advanceStatus(message.id, { status: 'sent', at })
      await messages.advanceStatus(message.id, { status: 'read', at: at + HOUR })
    }
    const { message: refused } = await world.accept(session)
    await messages.advanceStatus(refused.id, { status: 'failed', reason: 'restricted', at: since })
    await world.accept(session)
    expect(await messages.countSent(session.uid, since)).toBe(2)
    expect(await messages.countSent('ses_other' as SessionUid, since)).toBe(0)
  })

  test('the outbox holds what has no ack, in order of acceptance, page by page', async () => {
    const { world, session } = await start(use)
    const other = await world.session()
    const rows: number[] = []
    for (const text of ['1', '2', '3', '4']) rows.push((await world.accept(session, saying(text))).row)
    await world.accept(other, saying('x'))
    const [, second] = await outboxOf(world, session)
    await world.store.messages.advanceStatus(second?.id ?? ('' as MessageId), { status: 'sent', at: 1 })
    expect(texts(await outboxOf(world, session))).toEqual(['1', '3', '4'])
    expect(texts(await outboxOf(world, session, rows[0], 1))).toEqual(['3'])
    expect(rows).toEqual([...rows].sort((a, b) => a - b))
  })

  test('an outbox item has all that sending needs', async () => {
    const { world, session } = await start(use)
    const { message, row } = await world.accept(session, { quote: { waId: 'Q' as WaMessageId } })
    const { id, waId, chat, content, quote } = message
    const item = only(await outboxOf(world, session))
    expect(item).toMatchObject({ row, id, waId, chat, content, quote, attempts: 0 })
    expect([...(item.proto ?? [])]).toEqual([1, 2, 3])
  })

  test('a message that had to be prepared gets its final bytes once', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session, { proto: null })
    expect(only(await outboxOf(world, session)).proto).toBeNull()
    await world.store.messages.saveProto(message.id, new Uint8Array([7]), 5)
    await world.store.messages.saveProto(message.id, new Uint8Array([8]), 6)
    expect([...(only(await outboxOf(world, session)).proto ?? [])]).toEqual([7])
    const stored = await world.store.messages.getMessage(null, message.id)
    expect(stored).toMatchObject({ status: 'prepared', history: [{}, { status: 'prepared', at: 5 }] })
    expect(await world.events(session.uid)).toEqual([])
  })

  test('accepted messages survive a restart', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    await world.restart()
    expect(only(await outboxOf(world, session)).id).toBe(message.id)
  })
}

function attempts(use: Use): void {
  test('attempts are counted, alone and with their outcome', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    await world.store.messages.countAttempt(message.id)
    expect(only(await outboxOf(world, session)).attempts).toBe(1)
    const sent = await world.store.messages.advanceStatus(message.id, { status: 'sent', at: 1, attempted: true })
    expect(sent?.message.attempts).toBe(2)
    const again = await world.store.messages.advanceStatus(message.id, { status: 'sent', at: 2, attempted: true })
    expect(again).toMatchObject({ changed: false, message: { attempts: 3 } })
    expect(await world.store.messages.getMessage(null, message.id)).toMatchObject({ attempts: 3, status: 'sent' })
  })

  test('what is not there cannot be counted or prepared', async () => {
    const { messages } = use().store
    const missing = { code: 'message_not_found' }
    await expect(messages.countAttempt('msg_x' as MessageId)).rejects.toMatchObject(missing)
    await expect(messages.saveProto('msg_x' as MessageId, new Uint8Array(), 1)).rejects.toMatchObject(missing)
  })
}

function statuses(use: Use): void {
  test('a status goes forward only, whoever tells', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    const tell = (status: OutgoingStatus, at: number) =>
      world.store.messages.advanceStatus({ session: session.uid, waId: message.waId }, { status, at: world.now + at })
    expect(await tell('sent', 1)).toMatchObject({ changed: true, message: { status: 'sent' } })
    expect(await tell('read', 2)).toMatchObject({ changed: true, message: { status: 'read' } })
    expect(await tell('delivered', 3)).toMatchObject({ changed: false, message: { status: 'read' } })
    expect(await tell('failed', 4)).toMatchObject({ changed: false, message: { status: 'read' } })
    const { history = [] } = (await world.store.messages.getMessage(null, message.id)) ?? {}
    expect(history.slice(1)).toEqual([
      { status: 'sent', at: world.now + 1 },
      { status: 'read', at: world.now + 2 },
    ])
  })

  test('a time before that of the status before is moved up to it', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    const sent = await world.store.messages.advanceStatus(message.id, { status: 'sent', at: world.now - 900 })
    expect(sent?.message.history.at(-1)).toEqual({ status: 'sent', at: world.now })
    expect(only(await world.events(session.uid)).timestamp).toBe(world.now)
  })

  test('a message that nobody sent from here is unknown', async () => {
    const { world, session } = await start(use)
    const phone = await world.receive(session, { fromMe: true })
    const advance = (waId: string) =>
      world.store.messages.advanceStatus({ session: session.uid, waId: waId as WaMessageId }, { status: 'read', at: 1 })
    expect(await advance(phone.message.waId)).toBeUndefined()
    expect(await advance('NOBODY')).toBeUndefined()
    const sent = await world.store.messages.advanceStatus('msg_x' as MessageId, { status: 'sent', at: 1 })
    expect(sent).toBeUndefined()
  })

  test('the same id in another session is another message', async () => {
    const { world, session } = await start(use)
    const other = await world.session()
    const [mine, theirs] = [await world.accept(session, wa('SAME')), await world.accept(other, wa('SAME'))]
    await world.store.messages.advanceStatus({ session: other.uid, ...wa('SAME') }, { status: 'sent', at: 1 })
    expect(await statusOf(world, mine.message)).toBe('accepted')
    expect(await statusOf(world, theirs.message)).toBe('sent')
  })
}

function statusEvents(use: Use): void {
  test('each change of status is told once, with the message as it was then', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    const [first, second, third] = [world.now + 1, world.now + 2, world.now + 3]
    await world.store.messages.advanceStatus(message.id, { status: 'sent', at: first })
    await world.store.messages.advanceStatus(message.id, { status: 'sent', at: second })
    await world.store.messages.advanceStatus(message.id, { status: 'delivered', at: third })
    const events = await world.events(session.uid)
    expect(events.map(({ seq, type, timestamp, lane }) => [seq, type, timestamp, lane])).toEqual([
      [1, 'message.sent', first, ANI],
      [2, 'message.delivered', third, ANI],
    ])
    expect(events.map(({ data }) => (data as { status: string }).status)).toEqual(['sent', 'delivered'])
    expect(events[0]?.data).toMatchObject({ id: message.id, from: session.phone, to: '6281311110001', text: 'Halo' })
  })

  test('a receipt that overtook the ack tells of both', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    const read = await world.store.messages.advanceStatus(message.id, { status: 'read', at: 5 })
    expect(read?.message.history.map(({ status }) => status)).toEqual(['accepted', 'sent', 'read'])
    expect((await world.events(session.uid)).map(({ type }) => type)).toEqual(['message.sent', 'message.read'])
  })

  test('a failure says why and ends the message', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    const failure = { status: 'failed', reason: 'not_registered', at: 9 } as const
    await world.store.messages.advanceStatus(message.id, failure)
    await world.store.messages.advanceStatus(message.id, { status: 'delivered', at: 10 })
    const { type, data } = only(await world.events(session.uid))
    expect(type).toBe('message.failed')
    expect(data).toMatchObject({ status_history: [{}, { status: 'failed', reason: 'not_registered' }] })
    expect(await outboxOf(world, session)).toEqual([])
  })
}

async function start(use: Use) {
  const world = use()
  return { world, session: await world.session() }
}

function texts(items: OutboxItem[]): (string | undefined)[] {
  return items.map(({ content }) => (content.type === 'text' ? content.text : undefined))
}

function saying(text: string) {
  return { content: { type: 'text', text } as const }
}

function wa(id: string) {
  return { waId: id as WaMessageId }
}

function outboxOf(world: World, session: SessionRecord, afterRow = 0, limit = 100) {
  return world.store.messages.loadOutbox(session.uid, { afterRow, limit })
}

async function statusOf(world: World, message: MessageRecord) {
  return (await world.store.messages.getMessage(null, message.id))?.status
}
