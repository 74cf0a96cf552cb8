import type { WAMessage, WASocket } from 'baileys'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Bench, eventually } from './test/harness.ts'
import { stockAccount, stockEnd, stockLogin, stockSocket, updated } from './test/stock.ts'

let bench: Bench

function upserts(sock: WASocket): { type: string; message: WAMessage }[] {
  const seen: { type: string; message: WAMessage }[] = []
  sock.ev.on('messages.upsert', ({ type, messages }) => seen.push(...messages.map((message) => ({ type, message }))))
  return seen
}

/** At the account's next login the server hands over what it kept, then falls silent before it says that this was all. */
function swallowOfflineEnd(phone: string): Promise<void> {
  const companion = bench.companion(phone)
  const original = companion.queue.stanzas.bind(companion.queue)
  return new Promise((resolve) => {
    companion.queue.stanzas = () => {
      companion.queue.stanzas = original
      const { link } = companion
      if (!link) throw new Error('nobody is there')
      const send = link.send.bind(link)
      link.send = (stanza) => {
        const [child] = Array.isArray(stanza.content) ? stanza.content : []
        if (stanza.tag === 'ib' && child?.tag === 'offline') resolve()
        else send(stanza)
      }
      return original()
    }
  })
}

beforeAll(async () => {
  bench = await Bench.start()
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

describe('T4: receipts that come together', () => {
  test('are told one by one, in order; a stock Baileys merges them into its own message', async () => {
    const { connection, sink } = await bench.account()
    const bob = await bench.contact({ autoRead: true })
    const message = bench.outbound(bob, 'hello')
    await connection.send(message)
    await eventually(() => sink.receipts.length === 2)
    expect(sink.receipts).toMatchObject([
      { waIds: [message.waId], status: 'delivered', participant: null },
      { waIds: [message.waId], status: 'read', participant: null },
    ])

    const stock = await stockAccount(bench)
    const sock = await stockLogin(bench, stock.auth)
    const statuses: unknown[] = []
    sock.ev.on('messages.update', (updates) => statuses.push(...updates.map(({ update }) => update.status)))
    const sent = await sock.sendMessage(`${bob}@s.whatsapp.net`, { text: 'hello' })
    await eventually(() => bench.wire.of(stock.phone, 'ack', { class: 'receipt', id: sent?.key.id ?? '' }).length === 2)
    await sock.query({ tag: 'iq', attrs: { xmlns: 'w:p', type: 'get', to: '@s.whatsapp.net' } })
    expect(statuses).not.toEqual([3, 4])
    await stockEnd(sock)
  })

  test('wait on the server until they are stored', async () => {
    const { connection, sink, session, phone } = await bench.account()
    const bob = await bench.contact()
    const message = bench.outbound(bob, 'hello')
    let tries = 0
    sink.beforeReceipt = () => {
      tries += 1
      throw new Error('the disk is full')
    }
    await connection.send(message)
    await eventually(() => tries === 1)
    await connection.ping(5_000)
    expect(bench.wire.of(phone, 'ack', { class: 'receipt' })).toEqual([])
    await connection.close()
    const again = await bench.login(session)
    await eventually(() => again.sink.receipts.find(({ waIds }) => waIds.includes(message.waId)))
    await eventually(() => bench.wire.of(phone, 'ack', { class: 'receipt', id: message.waId }).length === 1)
  })
})

describe('T5: a receipt by LID for a message sent to a phone number', () => {
  test('names the message', async () => {
    const { connection, sink, phone } = await bench.account()
    const bob = await bench.contact()
    const message = bench.outbound(bob, 'hello')
    await connection.send(message)
    const lid = bench.lab.world.phone(bob).lidJid()
    const t = String(Math.floor(Date.now() / 1000))
    const attrs = { id: message.waId, from: lid, type: 'read', t }
    bench.companion(phone).deliver({ tag: 'receipt', attrs })
    const receipt = await eventually(() => sink.receipts.find(({ status }) => status === 'read'))
    expect(receipt).toMatchObject({ waIds: [message.waId], chat: lid })
  })
})

describe('T18: a process that dies after the receipt', () => {
  test('offers the message again at the next start, before it connects', async () => {
    const { sink, session, phone } = await bench.account()
    const bob = await bench.contact()
    sink.beforeStore = () => new Promise(() => {})
    const id = await bench.control.text(bob, phone, 'do not lose me')
    await eventually(() => bench.wire.of(phone, 'receipt', { id })[0])
    const { sink: next } = await bench.login(session, bench.newEngine())
    expect(next.messages).toMatchObject([
      {
        waId: id,
        content: { type: 'text', text: 'do not lose me' },
        chat: `${bob}@s.whatsapp.net`,
        pushName: `Phone ${bob}`,
      },
    ])
    expect(bench.wire.of(phone, 'receipt', { id })).toHaveLength(1)
  })
})

describe('T19: a drop while the kept messages come in', () => {
  test('loses nothing; a stock Baileys has confirmed them and never tells', async () => {
    const { connection, session, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.close()
    const ids = [await bench.control.text(bob, phone, 'one'), await bench.control.text(bob, phone, 'two')]
    const silent = swallowOfflineEnd(phone)
    const cut = bench.connect(session)
    await silent
    await eventually(() => bench.wire.of(phone, 'receipt', { id: ids[1] })[0])
    await bench.control.drop(phone)
    await eventually(() => cut.sink.closed)
    const again = await bench.login(session)
    const told = [...cut.sink.messages, ...again.sink.messages].map(({ waId }) => waId)
    expect(told).toEqual(ids)

    const stock = await stockAccount(bench)
    const lost = [await bench.control.text(bob, stock.phone, 'one'), await bench.control.text(bob, stock.phone, 'two')]
    const silentAgain = swallowOfflineEnd(stock.phone)
    const sock = stockSocket(bench, stock.auth)
    const closed = updated(sock, ({ connection }) => connection === 'close')
    const first = upserts(sock)
    await silentAgain
    await eventually(() => bench.wire.of(stock.phone, 'receipt', { id: lost[1] })[0])
    await bench.control.drop(stock.phone)
    await closed
    const next = await stockLogin(bench, stock.auth)
    expect([...first, ...upserts(next)]).toEqual([])
    await stockEnd(next)
  })
})

describe('T20, T21: what waited on the server', () => {
  test('comes at once at the first login, in order, as live traffic does', async () => {
    const [phone, bob] = [await bench.contact(), await bench.contact()]
    const { session } = await bench.scan(phone)
    const ids: string[] = []
    for (let n = 0; n < 30; n += 1) ids.push(await bench.control.text(bob, phone, `waiting ${n}`))
    const before = Date.now()
    const { sink } = await bench.login(session)
    expect(Date.now() - before).toBeLessThan(5_000)
    expect(sink.messages.map(({ waId }) => waId)).toEqual(ids)
    expect(sink.messages.every(({ offline }) => offline)).toBe(true)
    expect(sink.told).toEqual(['open', 'drained'])
  })

  test('is not overtaken by what comes while it is being read', async () => {
    const { connection, session, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.close()
    const ids: string[] = []
    for (let n = 0; n < 20; n += 1) ids.push(await bench.control.text(bob, phone, `waiting ${n}`))
    bench.auth.onCommit = () => new Promise((resolve) => setTimeout(resolve, 20))
    const { sink } = bench.connect(session)
    await eventually(() => sink.messages.length > 0)
    for (let n = 0; n < 5; n += 1) ids.push(await bench.control.text(bob, phone, `live ${n}`))
    expect(sink.messages.length).toBeLessThan(20)
    await eventually(() => sink.messages.length === ids.length)
    bench.auth.onCommit = () => {}
    expect(sink.messages.map(({ waId }) => waId)).toEqual(ids)
  })
})

describe('T22: the same ciphertext again', () => {
  test('is confirmed again and told once; a stock Baileys cannot read it any more', async () => {
    const { connection, sink, phone } = await bench.account()
    const bob = await bench.contact()
    await bench.control.fault('redeliver', { session: phone, count: 1 })
    const opening = await bench.control.text(bob, phone, 'opens a session')
    await eventually(() => bench.wire.of(phone, 'receipt', { id: opening }).length === 2)
    await connection.send(bench.outbound(bob, 'now the session is established'))
    await bench.control.fault('redeliver', { session: phone, count: 1 })
    const second = await bench.control.text(bob, phone, 'uses it')
    await eventually(() => bench.wire.of(phone, 'receipt', { id: second }).length === 2)
    expect(sink.messages.map(({ waId }) => waId)).toEqual([opening, second])
    expect(sink.undecryptable).toEqual([])
    expect(bench.wire.of(phone, 'receipt', { type: 'retry' })).toEqual([])
    expect(bench.wire.of(phone, 'ack', { class: 'message' })).toEqual([])

    const stock = await stockAccount(bench)
    const sock = await stockLogin(bench, stock.auth)
    await bench.control.fault('redeliver', { session: stock.phone, count: 1 })
    const lost = await bench.control.text(bob, stock.phone, 'opens a session')
    const nack = await eventually(() => bench.wire.of(stock.phone, 'ack', { class: 'message', id: lost })[0])
    expect(nack.attrs.error).toBe('487')
    await stockEnd(sock)
  })

  test('in a group as well', async () => {
    const { sink, phone } = await bench.account()
    const bob = await bench.contact()
    const group = await bench.group('Friends', bob, [phone])
    await bench.control.text(bob, group, 'hands out the key')
    await eventually(() => sink.messages.length === 1)
    await bench.control.fault('redeliver', { session: phone, count: 1 })
    const id = await bench.control.text(bob, group, 'twice')
    await eventually(() => bench.wire.of(phone, 'receipt', { id }).length === 2)
    expect(sink.messages).toHaveLength(2)
    expect(sink.messages[1]).toMatchObject({ waId: id, chat: group, senderAlt: `${bob}@s.whatsapp.net` })
    expect(sink.messages[1]?.participant).toMatch(/@lid$/)
    expect(bench.wire.of(phone, 'receipt', { type: 'retry' })).toEqual([])
  })
})

describe('a message that cannot be read', () => {
  test('is told, asked for again, and told when it can be', async () => {
    const { connection, session, sink, phone } = await bench.account()
    const bob = await bench.contact()
    await bench.control.text(bob, phone, 'readable')
    await eventually(() => sink.messages.length === 1)
    await connection.send(bench.outbound(bob, 'now the session is established'))
    await connection.close()
    const { keys } = bench.auth.of(session)
    for (const key of [...keys.keys()]) if (key.startsWith('session/')) keys.delete(key)
    const { sink: next } = await bench.login(session)
    const id = await bench.control.text(bob, phone, 'read me later')
    await eventually(() => next.messages.find(({ waId }) => waId === id))
    expect(next.undecryptable).toMatchObject([{ waId: id, chat: `${bob}@s.whatsapp.net`, fromMe: false }])
    expect(bench.wire.of(phone, 'receipt', { type: 'retry', id })).toHaveLength(1)
  })
})

describe('what the own phone sends', () => {
  test('comes as our own, in the chat it was sent to', async () => {
    const { sink, phone } = await bench.account()
    const bob = await bench.contact()
    const id = await bench.control.text(phone, bob, 'from my phone')
    const message = await eventually(() => sink.messages.find(({ waId }) => waId === id))
    expect(message).toMatchObject({ chat: `${bob}@s.whatsapp.net`, fromMe: true, content: { text: 'from my phone' } })
  })
})

describe('one person by phone number and by LID', () => {
  test('is one chat', async () => {
    const { sink, phone } = await bench.account()
    const bob = await bench.contact()
    await bench.control.text(bob, phone, 'by number')
    await bench.control.text(bob, phone, 'by LID', { addressing: 'lid' })
    await eventually(() => sink.messages.length === 2)
    const lid = bench.lab.world.phone(bob).lidJid()
    for (const message of sink.messages)
      expect(message).toMatchObject({ chat: `${bob}@s.whatsapp.net`, senderAlt: lid })
  })
})
