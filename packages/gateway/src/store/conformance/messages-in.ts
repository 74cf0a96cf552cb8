import { describe, expect, test } from 'vitest'
import type { WaMessageId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import { ANI, BUDI, GROUP, only, type Use } from './world.ts'

const ANI_LID = '900000000000001@lid' as Jid

/** What {@link MessageStore} promises of messages that come in, and of lists. */
export function inboundConformance(use: Use): void {
  describe('messages in', () => {
    storing(use)
    identity(use)
    undecryptable(use)
    history(use)
    lists(use)
  })
}

function storing(use: Use): void {
  test('an inbound message is stored and told', async () => {
    const { world, session } = await start(use)
    const { stored, message } = await world.receive(session, {
      chat: GROUP,
      participant: ANI_LID,
      senderAlt: ANI,
      quote: { waId: 'Q' as WaMessageId },
    })
    expect(stored).toBe(true)
    expect(message).toMatchObject({
      direction: 'in',
      status: 'received',
      history: [{ status: 'received', at: world.now }],
      timestamp: world.now - 1_000,
      participant: ANI_LID,
    })
    expect(await world.store.messages.getMessage(session.tenant, message.id)).toEqual(message)
    expect(only(await world.events(session.uid))).toMatchObject({
      seq: 1,
      type: 'message.received',
      timestamp: world.now,
      lane: GROUP,
      data: { id: message.id, participant: '6281311110001', lid: '900000000000001', text: 'Apa kabar?' },
    })
  })

  test('the journal row is consumed with the message', async () => {
    const { world, session } = await start(use)
    const message = world.inbound()
    const entry = { key: message.journalKey, plaintext: new Uint8Array([1]), envelope: '{}' }
    await world.store.auth.commit(session.uid, { keys: [], journal: [entry] })
    await world.store.messages.storeInbound(session.uid, message, world.now)
    expect(await world.store.auth.pendingJournal(session.uid)).toEqual([])
    expect(await world.store.auth.findJournal(session.uid, message.journalKey)).toBeDefined()
  })

  test('a message for a session that was deleted is refused, and its journal row not consumed', async () => {
    const { world, session } = await start(use)
    await world.store.sessions.deleteSession(session.uid)
    await expect(world.receive(session)).rejects.toMatchObject({ code: 'session_not_found' })
  })
}

function identity(use: Use): void {
  test('the same message again is stored and told once, and consumes its row', async () => {
    const { world, session } = await start(use)
    const message = world.inbound()
    const first = await world.store.messages.storeInbound(session.uid, message, world.now)
    const again = { ...message, journalKey: 'again' }
    const entry = { key: 'again', plaintext: new Uint8Array([1]), envelope: '{}' }
    await world.store.auth.commit(session.uid, { keys: [], journal: [entry] })
    const second = await world.store.messages.storeInbound(session.uid, again, world.now + 5)
    expect(second).toEqual({ stored: false, message: first.message })
    expect(await world.store.auth.pendingJournal(session.uid)).toEqual([])
    expect(await world.events(session.uid)).toHaveLength(1)
  })

  test('another chat, participant, side or session makes another message of the same id', async () => {
    const { world, session } = await start(use)
    const other = await world.session()
    const waId = 'SAME' as WaMessageId
    const variants = [
      { waId },
      { waId, chat: BUDI },
      { waId, fromMe: true },
      { waId, chat: GROUP, participant: ANI },
      { waId, chat: GROUP, participant: BUDI },
    ]
    for (const variant of variants) expect((await world.receive(session, variant)).stored).toBe(true)
    for (const variant of variants) expect((await world.receive(session, variant)).stored).toBe(false)
    expect((await world.receive(other, { waId })).stored).toBe(true)
  })

  test('many copies at the same moment make one message and one event', async () => {
    const { world, session } = await start(use)
    const message = world.inbound()
    const results = await Promise.all(
      Array.from({ length: 20 }, () => world.store.messages.storeInbound(session.uid, message, world.now)),
    )
    expect(results.filter(({ stored }) => stored)).toHaveLength(1)
    expect(await world.events(session.uid)).toHaveLength(1)
  })

  test('a message of ours that comes back is the one we know', async () => {
    const { world, session } = await start(use)
    const { message } = await world.accept(session)
    const back = await world.receive(session, { waId: message.waId, chat: message.chat, fromMe: true })
    expect(back).toEqual({ stored: false, message })
  })
}

function undecryptable(use: Use): void {
  test('one that cannot be decrypted leaves a stub and is told once', async () => {
    const { world, session } = await start(use)
    const { journalKey, content, quote, offline, ...stub } = world.inbound()
    await world.store.messages.storeUndecryptable(session.uid, stub, world.now)
    await world.store.messages.storeUndecryptable(session.uid, stub, world.now)
    expect(only(await world.events(session.uid))).toMatchObject({
      type: 'message.undecryptable',
      data: { wa_id: stub.waId, from: '6281311110001', type: 'unsupported', kind: 'undecryptable' },
    })
    expect(only(await world.store.messages.listMessages(session.uid, { limit: 9 })).waId).toBe(stub.waId)
  })

  test('its stub is filled when the sender sends it again, under the same id', async () => {
    const { world, session } = await start(use)
    const message = world.inbound({ pushName: null, senderAlt: ANI_LID })
    const { journalKey, content, quote, offline, ...stub } = { ...message, pushName: 'Ani' }
    await world.store.messages.storeUndecryptable(session.uid, stub, world.now)
    const shown = only(await world.store.messages.listMessages(session.uid, { limit: 9 }))
    const filled = await world.store.messages.storeInbound(session.uid, message, world.now + 9)
    expect(filled).toMatchObject({ stored: true, message: { id: shown.id, content: message.content, pushName: 'Ani' } })
    expect(await world.store.messages.getMessage(null, shown.id)).toEqual(filled.message)
    const again = await world.store.messages.storeInbound(session.uid, message, world.now + 10)
    expect(again).toEqual({ stored: false, message: filled.message })
    const types = (await world.events(session.uid)).map(({ type }) => type)
    expect(types).toEqual(['message.undecryptable', 'message.received'])
  })

  test('one that is there already is not taken back', async () => {
    const { world, session } = await start(use)
    const message = world.inbound()
    await world.store.messages.storeInbound(session.uid, message, world.now)
    await world.store.messages.storeUndecryptable(session.uid, message, world.now)
    const shown = only(await world.store.messages.listMessages(session.uid, { limit: 9 }))
    expect(shown.content).toEqual(message.content)
    expect(await world.events(session.uid)).toHaveLength(1)
  })
}

function history(use: Use): void {
  test('messages of before the pairing are stored once, in their order, and told to nobody', async () => {
    const { world, session } = await start(use)
    const { message: live } = await world.receive(session)
    const past = [1, 2, 3].map((n) => {
      const { journalKey, offline, ...rest } = world.inbound({ timestamp: world.now - 1_000_000 + n, fromMe: n === 2 })
      return rest
    })
    const { journalKey, offline, ...known } = world.inbound({ waId: live.waId })
    await world.store.messages.storeHistory(session.uid, [...past, known], world.now)
    await world.store.messages.storeHistory(session.uid, past, world.now + 1)
    const stored = await world.store.messages.listMessages(session.uid, { limit: 9 })
    expect(stored.map(({ waId }) => waId)).toEqual([...past.map(({ waId }) => waId).toReversed(), live.waId])
    expect(stored[0]).toMatchObject({ direction: 'in', status: 'received', timestamp: past[2]?.timestamp })
    expect(await world.events(session.uid)).toHaveLength(1)
  })

  test('a stub waits for its message itself, whose event is owed', async () => {
    const { world, session } = await start(use)
    const { journalKey, offline, ...message } = world.inbound()
    const { content, quote, ...stub } = message
    await world.store.messages.storeUndecryptable(session.uid, stub, world.now)
    await world.store.messages.storeHistory(session.uid, [message], world.now)
    const shown = only(await world.store.messages.listMessages(session.uid, { limit: 9 }))
    expect(shown.content).toMatchObject({ kind: 'undecryptable' })
  })
}

function lists(use: Use): void {
  test('lists are newest first, page by page, of one session', async () => {
    const { world, session } = await start(use)
    await world.receive(await world.session())
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.unshift((await world.accept(session)).message.id)
    const first = await world.store.messages.listMessages(session.uid, { limit: 3 })
    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 3))
    const cursor = first.at(-1)?.id
    const rest = await world.store.messages.listMessages(session.uid, { limit: 3, ...(cursor && { cursor }) })
    expect(rest.map(({ id }) => id)).toEqual(ids.slice(3))
  })

  test('filters are joined', async () => {
    const { world, session } = await start(use)
    const out = await world.accept(session, { chat: ANI })
    await world.accept(session, { chat: BUDI })
    const sent = await world.accept(session, { chat: ANI })
    await world.store.messages.advanceStatus(sent.message.id, { status: 'sent', at: 1 })
    await world.receive(session, { chat: ANI })
    const list = world.store.messages.listMessages.bind(world.store.messages, session.uid)
    expect(await list({ limit: 9, chat: ANI })).toHaveLength(3)
    expect(await list({ limit: 9, direction: 'in' })).toHaveLength(1)
    expect(only(await list({ limit: 9, chat: ANI, direction: 'out', status: 'accepted' })).id).toBe(out.message.id)
  })

  test("a person's chat is found by either of his addresses, a group's only by its own", async () => {
    const { world, session } = await start(use)
    await world.accept(session, { chat: ANI })
    await world.receive(session, { chat: ANI_LID, senderAlt: ANI })
    await world.receive(session, { chat: GROUP, participant: ANI_LID, senderAlt: ANI })
    const chats = async (chat: Jid) =>
      (await world.store.messages.listMessages(session.uid, { limit: 9, chat })).map((message) => message.chat)
    expect(await chats(ANI)).toEqual([ANI_LID, ANI])
    expect(await chats(GROUP)).toEqual([GROUP])
  })
}

async function start(use: Use) {
  const world = use()
  return { world, session: await world.session() }
}
