import { afterEach, describe, expect, test } from 'vitest'
import { KurirError } from '../core/errors.ts'
import { type Jid, phoneJid } from '../core/jid.ts'
import type { MessageRecord } from '../core/message.ts'
import { NO_QUOTAS } from '../core/quota.ts'
import type { SendAnswer } from '../engine/scripted/connection.ts'
import { ManualClock, settle } from '../sessions/test/manual-clock.ts'
import { MAX_REFUSALS, MAX_TIMEOUTS } from './outcome.ts'
import type { MessageStore } from './ports.ts'
import { CONTACT, failing, inbound, Rig, type RigOptions, TENANT, until, wordsOf } from './test/rig.ts'

let rig: Rig
afterEach(() => rig?.close())

async function connected(options: RigOptions = {}) {
  rig = await Rig.open(options)
  const session = await rig.connected()
  return { session, account: rig.account(session) }
}

const statuses = ({ history }: MessageRecord) => history.map(({ status }) => status)

describe('order', () => {
  test('messages of one chat go one after the other, the next only when the one before is settled', async () => {
    const { account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const sent = []
    for (const word of ['satu', 'dua', 'tiga']) sent.push(await rig.text(word))
    for (const [index, message] of sent.entries()) {
      await until('it is at the server', () => (account.accepted.length === index + 1 ? true : undefined))
      await settle()
      expect(account.accepted).toHaveLength(index + 1)
      account.connection.release(message.waId)
      await rig.untilMessage(message.id, 'sent')
    }
    expect(account.accepted.map(wordsOf)).toEqual(['satu', 'dua', 'tiga'])
  })

  test('a hundred messages to ten chats, accepted at once, arrive in order per chat', async () => {
    const { account } = await connected()
    const chats = Array.from({ length: 10 }, (_, index) => phoneJid(`62813000000${index}`))
    const all = Array.from({ length: 100 }, (_, index) => rig.text(String(index), chats[index % 10]))
    const messages = await Promise.all(all)
    await Promise.all(messages.map(({ id }) => rig.untilMessage(id, 'sent')))
    for (const [chatIndex, chat] of chats.entries()) {
      const arrived = account.accepted.filter(({ to }) => to === chat).map((one) => Number(wordsOf(one)))
      expect(arrived).toEqual(Array.from({ length: 10 }, (_, index) => index * 10 + chatIndex))
    }
  })

  test('a chat that waits for its ack does not hold up others, up to the number that may be in flight', async () => {
    const { account } = await connected({ concurrency: 3 })
    account.answer = () => ({ kind: 'withhold' })
    const chats = Array.from({ length: 5 }, (_, index) => phoneJid(`62813000000${index}`))
    const messages = []
    for (const chat of chats) messages.push(await rig.text('halo', chat))
    await until('three are in flight', () => (account.accepted.length === 3 ? true : undefined))
    await settle()
    expect(account.accepted).toHaveLength(3)
    account.connection.release(messages[1]?.waId ?? '')
    await until('a fourth follows', () => (account.accepted.length === 4 ? true : undefined))
    expect(account.accepted.map(({ to }) => to)).toEqual(chats.slice(0, 4))
  })

  test('more messages than fit in memory all go out', async () => {
    const { account } = await connected()
    await rig.sessions.stop(TENANT, 'shop')
    const { uid } = await rig.session()
    const count = 2_500
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        rig.store.messages.acceptMessage(
          draftFor(index, uid, phoneJid(`62813${String(index % 50).padStart(7, '0')}`)),
          null,
        ),
      ),
    )
    await rig.sessions.start(TENANT, 'shop')
    await until('all are sent', () => (account.accepted.length === count ? true : undefined))
    expect(new Set(account.accepted.map(({ waId }) => waId)).size).toBe(count)
  }, 20_000)
})

describe('a connection that drops', () => {
  const cases: [string, SendAnswer][] = [
    ['before the server has the message', { kind: 'drop-before' }],
    ['after the server has the message', { kind: 'drop-after' }],
  ]
  for (const [when, answer] of cases) {
    test(`${when}: it goes again with the same id and bytes`, async () => {
      const { account } = await connected()
      account.answer = (_, attempt) => (attempt === 1 ? answer : { kind: 'ack' })
      const message = await rig.text('jangan hilang')
      const sent = await rig.untilMessage(message.id, 'sent')
      expect(account.attempted).toHaveLength(2)
      expect(account.attempted[1]).toEqual(account.attempted[0])
      expect(sent).toMatchObject({ attempts: 2, waId: message.waId })
      expect(await rig.events('message.sent')).toHaveLength(1)
    })
  }

  test('nothing is sent before the server has handed over what it kept', async () => {
    const { account } = await connected()
    account.drainsItself = false
    account.drop()
    await until('it is connected again', () => (account.connects === 3 && account.live ? true : undefined))
    await rig.untilStatus('shop', 'connected')
    const message = await rig.text('sabar')
    await settle()
    expect(account.attempted).toEqual([])
    account.connection.drain()
    await rig.untilMessage(message.id, 'sent')
  })

  test('a receipt that waited on the server shows that it arrived: it is not sent again', async () => {
    const { account } = await connected()
    account.answer = () => ({ kind: 'drop-after' })
    account.drainsItself = false
    const message = await rig.text('sudah sampai')
    await until('it was sent', () => (account.accepted.length === 1 ? true : undefined))
    account.receipt({ waIds: [message.waId], status: 'delivered' })
    await until('it is connected again', () => (account.connects === 3 && account.live ? true : undefined))
    await rig.untilStatus('shop', 'connected')
    account.connection.drain()
    const delivered = await rig.untilMessage(message.id, 'delivered')
    await settle()
    expect(account.attempted).toHaveLength(1)
    expect(statuses(delivered)).toEqual(['accepted', 'sent', 'delivered'])
    expect((await rig.events()).map(({ type }) => type).filter((type) => type.startsWith('message'))).toEqual([
      'message.sent',
      'message.delivered',
    ])
  })
})

test('a receipt that comes while the outbox is being read keeps the message from being sent', async () => {
  const reading = Promise.withResolvers<void>()
  let isSlow = false
  const slow = (store: MessageStore): MessageStore =>
    Object.assign(Object.create(store) as MessageStore, {
      loadOutbox: async (...call: Parameters<MessageStore['loadOutbox']>) => {
        const page = await store.loadOutbox(...call)
        if (isSlow) await reading.promise
        return page
      },
    })
  const { account } = await connected({ messageStore: slow })
  isSlow = true
  const message = await rig.text('sudah sampai')
  account.receipt({ waIds: [message.waId], status: 'delivered' })
  await rig.untilMessage(message.id, 'delivered')
  reading.resolve()
  await settle()
  expect(account.attempted).toEqual([])
})

describe('an ack that does not come', () => {
  test('sends again over the same connection, with the same id, and the chat waits', async () => {
    const clock = new ManualClock()
    const { account } = await connected({ clock })
    account.answer = (_, attempt) => (attempt < 3 ? { kind: 'lose-ack' } : { kind: 'ack' })
    const message = await rig.text('satu')
    const after = await rig.text('dua')
    await settle()
    expect(account.attempted).toHaveLength(1)
    await clock.advance(500)
    expect(account.attempted).toHaveLength(2)
    await clock.advance(1_000)
    expect((await rig.messages.get(null, message.id)).status).toBe('sent')
    await clock.advance(1_500)
    expect((await rig.messages.get(null, after.id)).status).toBe('sent')
    expect(account.accepted.map(wordsOf)).toEqual(['satu', 'satu', 'satu', 'dua', 'dua', 'dua'])
    expect(account.connects).toBe(2)
    expect(await rig.messages.get(null, message.id)).toMatchObject({ attempts: 3, waId: message.waId })
  })

  test('never: the message ends as unknown, the chat goes on, and a late receipt still proves it', async () => {
    const clock = new ManualClock()
    const { account } = await connected({ clock })
    account.answer = (message) => (wordsOf(message) === 'hilang' ? { kind: 'lose-ack' } : { kind: 'ack' })
    const message = await rig.text('hilang')
    const after = await rig.text('lanjut')
    await clock.advance(10 * 60_000)
    expect(await rig.messages.get(null, message.id)).toMatchObject({ status: 'unknown', attempts: MAX_TIMEOUTS })
    expect((await rig.messages.get(null, after.id)).status).toBe('sent')
    account.receipt({ waIds: [message.waId], status: 'read' })
    expect(statuses(await rig.untilMessage(message.id, 'read'))).toEqual(['accepted', 'unknown', 'sent', 'read'])
  })

  test('while a receipt proves arrival: settled at once, without another try', async () => {
    const { account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const message = await rig.text('satu')
    await until('it is in flight', () => (account.accepted.length === 1 ? true : undefined))
    const after = await rig.text('dua')
    account.receipt({ waIds: [message.waId], status: 'delivered' })
    expect(statuses(await rig.untilMessage(message.id, 'delivered'))).toEqual(['accepted', 'sent', 'delivered'])
    await until('the chat goes on', () => (account.accepted.length === 2 ? true : undefined))
    account.connection.release(after.waId)
    await rig.untilMessage(after.id, 'sent')
    expect(account.attempted).toHaveLength(2)
  })

  test('while a receipt proves arrival between two tries: no further try', async () => {
    const clock = new ManualClock()
    const { account } = await connected({ clock })
    account.answer = () => ({ kind: 'lose-ack' })
    const message = await rig.text('satu')
    await settle()
    account.receipt({ waIds: [message.waId], status: 'delivered' })
    await settle()
    await clock.advance(120_000)
    expect(account.attempted).toHaveLength(1)
    expect(await rig.messages.get(null, message.id)).toMatchObject({ status: 'delivered' })
  })
})

describe('refusals', () => {
  test('463 fails as restricted after one try', async () => {
    const { account } = await connected()
    account.answer = () => ({ kind: 'refuse', code: '463', retry: false })
    const message = await rig.text('halo')
    const failed = await rig.untilMessage(message.id, 'failed')
    expect(failed.history.at(-1)).toMatchObject({ status: 'failed', reason: 'restricted' })
    await settle()
    expect(account.attempted).toHaveLength(1)
    expect(failed.attempts).toBe(1)
  })

  test('one that allows another try is tried a few times and then failed', async () => {
    const clock = new ManualClock()
    const { account } = await connected({ clock })
    account.answer = () => ({ kind: 'refuse', code: '503', retry: true })
    const message = await rig.text('halo')
    await clock.advance(5 * 60_000)
    const failed = await rig.messages.get(null, message.id)
    expect(failed.history.at(-1)).toMatchObject({ status: 'failed', reason: 'rejected' })
    expect(account.attempted).toHaveLength(MAX_REFUSALS)
    expect(new Set(account.attempted.map(({ waId }) => waId)).size).toBe(1)
    expect(failed.attempts).toBe(MAX_REFUSALS)
  })

  test('a number without an account fails without being sent', async () => {
    const { account } = await connected()
    rig.engine.unregistered.add('6281300000001')
    const message = await rig.text('halo?')
    const failed = await rig.untilMessage(message.id, 'failed')
    expect(failed.history.at(-1)).toMatchObject({ reason: 'not_registered' })
    expect(account.accepted).toEqual([])
  })

  test('a broken attempt is repeated, and does not keep other chats waiting', async () => {
    const clock = new ManualClock()
    const { account } = await connected({ clock, concurrency: 1 })
    account.answer = ({ to }) => (to === CONTACT ? { kind: 'throw', error: new Error('no keys') } : { kind: 'ack' })
    const broken = await rig.text('halo')
    const other = await rig.text('halo', phoneJid('6281300000002'))
    await settle()
    expect((await rig.messages.get(null, other.id)).status).toBe('sent')
    await clock.advance(5 * 60_000)
    const failed = await rig.messages.get(null, broken.id)
    expect(failed.history.at(-1)).toMatchObject({ status: 'failed', reason: 'not_encryptable' })
  })

  test('a store that takes nothing during an attempt is no fault of the message, however long it lasts', async () => {
    const clock = new ManualClock()
    const { account } = await connected({ clock })
    account.answer = () => ({ kind: 'throw', error: new KurirError('unavailable') })
    const message = await rig.text('halo')
    await clock.advance(30 * 60_000)
    expect((await rig.messages.get(null, message.id)).status).toBe('accepted')
    account.answer = () => ({ kind: 'ack' })
    await clock.advance(5_000)
    expect((await rig.messages.get(null, message.id)).status).toBe('sent')
  })
})

describe('contents without bytes', () => {
  test('are composed and saved before they are sent', async () => {
    await connected()
    await rig.sessions.stop(TENANT, 'shop')
    const { uid } = await rig.session()
    const draft = draftFor(1, uid, CONTACT)
    await rig.store.messages.acceptMessage({ ...draft, proto: null }, null)
    await rig.sessions.start(TENANT, 'shop')
    const sent = await rig.untilMessage(draft.id, 'sent')
    expect(statuses(sent)).toEqual(['accepted', 'prepared', 'sent'])
  })
})

describe('a store that fails', () => {
  test('keeps the outcome of a send until it can be stored, and does not send again', async () => {
    const clock = new ManualClock()
    let isFailing = true
    const { account } = await connected({ clock, messageStore: failing(['advanceStatus'], () => isFailing) })
    const message = await rig.text('halo')
    await clock.advance(60_000)
    expect((await rig.messages.get(null, message.id)).status).toBe('accepted')
    isFailing = false
    await clock.advance(10_000)
    expect((await rig.messages.get(null, message.id)).status).toBe('sent')
    expect(account.attempted).toHaveLength(1)
  })

  test('an outcome that is being stored when the connection changes is not overtaken by a second sending', async () => {
    const clock = new ManualClock()
    let isFailing = true
    const { account } = await connected({ clock, messageStore: failing(['advanceStatus'], () => isFailing) })
    const message = await rig.text('halo')
    await settle()
    account.drop()
    await clock.advance(60_000)
    expect(account.connects).toBe(3)
    isFailing = false
    await clock.advance(10_000)
    expect((await rig.messages.get(null, message.id)).status).toBe('sent')
    expect(account.attempted).toHaveLength(1)
    const after = await rig.text('lagi')
    await settle()
    expect((await rig.messages.get(null, after.id)).status).toBe('sent')
  })

  test('makes what comes in wait, in order', async () => {
    const clock = new ManualClock()
    let isFailing = true
    const { account } = await connected({ clock, messageStore: failing(['storeInbound'], () => isFailing) })
    for (const id of ['A', 'B', 'C']) account.deliver(inbound(id, id))
    await clock.advance(30_000)
    expect(await rig.events('message.received')).toEqual([])
    isFailing = false
    await clock.advance(10_000)
    const received = (await rig.events('message.received')).map(({ data }) => (data as { wa_id: string }).wa_id)
    expect(received).toEqual(['A', 'B', 'C'])
  })
})

function draftFor(index: number, sessionUid: MessageRecord['sessionUid'], chat: Jid) {
  const content = { type: 'text', text: String(index) } as const
  const id = `msg_TEST${String(index).padStart(8, '0')}` as MessageRecord['id']
  const waId = `3EB0TEST${index}` as MessageRecord['waId']
  const proto = rig.engine.compose(content, null, chat) ?? null
  return {
    id,
    tenant: TENANT,
    sessionUid,
    waId,
    chat,
    content,
    quote: null,
    proto,
    at: rig.clock.now(),
    quotas: NO_QUOTAS,
  }
}
