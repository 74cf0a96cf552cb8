import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConnectionLost } from '../port.ts'
import { Bench, eventually } from './test/harness.ts'
import { stockAccount, stockEnd, stockLogin } from './test/stock.ts'

const NOBODY = '15550009999'

let bench: Bench

beforeAll(async () => {
  bench = await Bench.start()
  await bench.control.phone(NOBODY, { registered: false })
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

describe('T1, T2: the ack of the server', () => {
  test('is what a send resolves with; a stock Baileys resolves without one and tells of none', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await bench.control.call('POST', `/phones/${bob}/offline`)
    expect(await connection.send(bench.outbound(bob, 'hello'))).toMatchObject({ kind: 'acked' })
    await bench.control.fault('delay-ack', { session: phone, count: 1, ms: 300 })
    const before = Date.now()
    await connection.send(bench.outbound(bob, 'hello again'))
    expect(Date.now() - before).toBeGreaterThanOrEqual(290)

    const stock = await stockAccount(bench)
    const sock = await stockLogin(bench, stock.auth)
    const updates: unknown[] = []
    sock.ev.on('messages.update', (update) => updates.push(update))
    await bench.control.fault('drop-ack', { session: stock.phone, count: 1 })
    const sent = await sock.sendMessage(`${bob}@s.whatsapp.net`, { text: 'hello' })
    expect(sent?.status).toBe(1)
    const acked = await sock.sendMessage(`${bob}@s.whatsapp.net`, { text: 'hello again' })
    await eventually(() => bench.lab.world.ledger.find(stock.phone, acked?.key.id ?? '')?.acked)
    await sock.query({ tag: 'iq', attrs: { xmlns: 'w:p', type: 'get', to: '@s.whatsapp.net' } })
    expect(updates).toEqual([])
    await stockEnd(sock)
  })
})

describe('T6: the message id', () => {
  test('is ours, also on a second attempt, and the person sees one message', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    const message = bench.outbound(bob, 'once')
    await connection.send(message)
    await connection.send(message)
    await eventually(async () => (await bench.control.inbox(bob))[0]?.copies === 2)
    expect(await bench.control.inbox(bob)).toMatchObject([{ id: message.waId, text: 'once', undecryptable: 0 }])
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toHaveLength(2)
  })
})

describe('T8: privacy tokens', () => {
  test('are issued once per contact, also after a restart; a stock Baileys issues one with every message', async () => {
    const { connection, session, phone } = await bench.account()
    const bob = await bench.contact()
    for (const text of ['one', 'two', 'three']) await connection.send(bench.outbound(bob, text))
    await connection.close()
    const again = await bench.login(session, bench.newEngine())
    await again.connection.send(bench.outbound(bob, 'four'))
    await again.connection.ping(5_000)
    expect(bench.wire.iqs(phone, 'privacy/set/tokens')).toHaveLength(1)

    const stock = await stockAccount(bench)
    const sock = await stockLogin(bench, stock.auth)
    for (const text of ['one', 'two', 'three']) {
      await sock.sendMessage(`${bob}@s.whatsapp.net`, { text })
      await sock.query({ tag: 'iq', attrs: { xmlns: 'w:p', type: 'get', to: '@s.whatsapp.net' } })
    }
    expect(bench.wire.iqs(stock.phone, 'privacy/set/tokens')).toHaveLength(3)
    await stockEnd(sock)
  })
})

describe('T9: a contact whose LID is not known', () => {
  test('is refused without anything sent, and may be tried again', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    const message = bench.outbound(bob, 'hello')
    await bench.control.fault('no-lid', { session: phone })
    expect(await connection.send(message)).toEqual({ kind: 'refused', code: 'not_encryptable', retry: true })
    expect(bench.wire.of(phone, 'message')).toEqual([])
    await bench.control.call('DELETE', '/faults')
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
  })
})

describe('T10: the devices of a contact', () => {
  test('are remembered over a reconnect, so that the Signal session stays', async () => {
    const { connection, session, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.send(bench.outbound(bob, 'one'))
    const asked = bench.wire.bundleRequests(phone)
    expect(asked).toBeGreaterThan(0)
    await connection.close()
    const again = await bench.login(session)
    await again.connection.send(bench.outbound(bob, 'two'))
    expect(bench.wire.bundleRequests(phone)).toBe(asked)
    const lid = bench.lab.world.phone(bob).lid
    const record = JSON.parse(bench.auth.of(session).keys.get(`session/${lid}_1.0`) ?? '{}')
    expect(Object.keys(record._sessions)).toHaveLength(1)

    const stock = await stockAccount(bench)
    const first = await stockLogin(bench, stock.auth)
    await first.sendMessage(`${bob}@s.whatsapp.net`, { text: 'one' })
    const before = bench.wire.bundleRequests(stock.phone)
    await stockEnd(first)
    const second = await stockLogin(bench, stock.auth)
    await second.sendMessage(`${bob}@s.whatsapp.net`, { text: 'two' })
    expect(bench.wire.bundleRequests(stock.phone)).toBeGreaterThan(before)
    await stockEnd(second)
  })

  test('one account does not take over what another left out of its own list', async () => {
    const [one, two] = [await bench.account(), await bench.account()]
    await one.connection.send(bench.outbound(one.phone, 'a note to myself'))
    const message = bench.outbound(one.phone, 'to all your devices')
    await two.connection.send(message)
    const received = await eventually(() => one.sink.messages.find(({ waId }) => waId === message.waId))
    expect(received).toMatchObject({ chat: `${two.phone}@s.whatsapp.net`, fromMe: false })
  })
})

describe('T11: a number without an account', () => {
  test('is told so and nothing is sent; a stock Baileys reports success', async () => {
    const { connection, phone } = await bench.account()
    expect(await connection.send(bench.outbound(NOBODY, 'anybody?'))).toEqual({ kind: 'not_registered' })
    expect(bench.wire.of(phone, 'message')).toEqual([])

    const stock = await stockAccount(bench)
    const sock = await stockLogin(bench, stock.auth)
    expect(await sock.sendMessage(`${NOBODY}@s.whatsapp.net`, { text: 'anybody?' })).toMatchObject({ status: 1 })
    await stockEnd(sock)
  })

  test('is asked about once a day where it exists', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.send(bench.outbound(bob, 'one'))
    const asked = bench.wire.iqs(phone, 'usync/get/usync').length
    await connection.send(bench.outbound(bob, 'two'))
    expect(bench.wire.iqs(phone, 'usync/get/usync')).toHaveLength(asked)
  })
})

describe('numbers that are written in two ways', () => {
  test.each([
    ['Brazil’s ninth digit', '5511987654321', '551187654321'],
    ['Brazil’s missing ninth digit', '552187654322', '5521987654322'],
    ['Mexico’s 1', '525512345678', '5215512345678'],
    ['Mexico’s missing 1', '5215512345679', '525512345679'],
    ['Argentina’s 9', '541123456789', '5491123456789'],
  ])('%s: found, and sent to as WhatsApp knows it', async (_name, asked, known) => {
    const { connection, phone } = await bench.account()
    await bench.control.phone(known)
    expect(await connection.checkNumbers([asked, known, NOBODY])).toMatchObject([
      { phone: asked, exists: true, jid: `${known}@s.whatsapp.net` },
      { phone: known, exists: true, jid: `${known}@s.whatsapp.net` },
      { phone: NOBODY, exists: false },
    ])
    const message = bench.outbound(asked, 'oi')
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
    const shown = await eventually(async () => (await bench.control.inbox(known))[0])
    expect(shown).toMatchObject({ id: message.waId, text: 'oi', copies: 1 })
    expect(bench.wire.of(phone, 'message').map(({ attrs }) => attrs.to)).toEqual([`${known}@s.whatsapp.net`])
  })

  test('a number that was found is not asked about again; one that was not is', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.checkNumbers([bob, NOBODY])
    const asked = () => bench.wire.iqs(phone, 'usync/get/usync').length
    const before = asked()
    await connection.checkNumbers([bob])
    expect(asked()).toBe(before)
    await connection.checkNumbers([bob, NOBODY])
    expect(asked()).toBe(before + 1)
  })
})

describe('T12: the end of a connection', () => {
  test('rejects sends at once, before the login as well as after', async () => {
    const { connection, session } = await bench.account()
    const bob = await bench.contact()
    await connection.close()
    await expect(connection.send(bench.outbound(bob, 'late'))).rejects.toBeInstanceOf(ConnectionLost)
    const early = bench.connect(session)
    await expect(early.connection.send(bench.outbound(bob, 'early'))).rejects.toBeInstanceOf(ConnectionLost)
    await early.connection.close()
  })

  test('rejects a pending query with an error, not with a number', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await bench.control.fault('slow', { session: phone, ms: 2_000 })
    const checking = connection.checkNumbers([bob])
    const sending = connection.send(bench.outbound(bob, 'slow'))
    const lost = [checking, sending].map((call) => expect(call).rejects.toBeInstanceOf(ConnectionLost))
    await bench.control.drop(phone)
    await Promise.all(lost)
    await bench.control.call('DELETE', '/faults')
  })
})

describe('T13: in-flight sends at a drop', () => {
  test('reject, and the same ids sent again arrive once; a stock Baileys reports them sent', async () => {
    const { connection, session, phone } = await bench.account()
    const people = await Promise.all(Array.from({ length: 5 }, () => bench.contact()))
    for (const person of people) await connection.send(bench.outbound(person, 'warm up'))
    const messages = people.map((person) => bench.outbound(person, 'in flight'))
    await bench.control.fault('drop-socket', { session: phone, count: 1 })
    const results = await Promise.allSettled(messages.map((message) => connection.send(message)))
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'ConnectionLost' } })
    const again = await bench.login(session)
    for (const message of messages) expect(await again.connection.send(message)).toMatchObject({ kind: 'acked' })
    for (const person of people) {
      const shown = await eventually(async () => (await bench.control.inbox(person))[1])
      expect(shown).toMatchObject({ text: 'in flight', undecryptable: 0 })
      expect(await bench.control.inbox(person)).toHaveLength(2)
    }

    const stock = await stockAccount(bench)
    const sock = await stockLogin(bench, stock.auth)
    for (const person of people) await sock.sendMessage(`${person}@s.whatsapp.net`, { text: 'warm up' })
    await bench.control.fault('drop-socket', { session: stock.phone, count: 1 })
    const sent = people.map((person) => sock.sendMessage(`${person}@s.whatsapp.net`, { text: 'in flight' }))
    expect((await Promise.allSettled(sent)).some(({ status }) => status === 'fulfilled')).toBe(true)
    for (const person of people) expect(await bench.control.inbox(person)).toHaveLength(3)
  })
})

describe('T3: an account that WhatsApp restricted (463)', () => {
  test('is told so as the outcome of the send, and nothing is tried again', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await bench.control.fault('nack', { session: phone, code: 463 })
    const message = bench.outbound(bob, 'hello')
    expect(await connection.send(message)).toEqual({ kind: 'refused', code: '463', retry: false })
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toHaveLength(1)
    await bench.control.call('DELETE', '/faults')
  })
})

describe('479: stale devices', () => {
  test('are asked for again, and the message is sent once more', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.send(bench.outbound(bob, 'warm up'))
    await bench.control.fault('nack', { session: phone, code: 479, count: 1 })
    const message = bench.outbound(bob, 'hello')
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toHaveLength(2)
    await bench.control.fault('nack', { session: phone, code: 479 })
    expect(await connection.send(message)).toEqual({ kind: 'refused', code: '479', retry: false })
    await bench.control.call('DELETE', '/faults')
  })
})
