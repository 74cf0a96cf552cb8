import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../core/ids.ts'
import { Bench, eventually } from './test/harness.ts'
import { stockAuth, stockEnd, stockLogin, stockPair, stockSocket, updated } from './test/stock.ts'

let bench: Bench

beforeAll(async () => {
  bench = await Bench.start()
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

describe('T25: several accounts and one contact', () => {
  test('at once, over a slow store: nothing is lost, and every plaintext lies with its ratchet', async () => {
    const bob = await bench.contact()
    const phones = [bench.newNumber(), bench.newNumber(), bench.newNumber()]
    const accounts = await Promise.all(phones.map((phone) => bench.pair(phone)))
    const rowsWithoutRatchet: string[] = []
    bench.auth.onCommit = async ({ keys, journal }) => {
      const ratchet = keys.some(({ type }) => type === 'session')
      if (journal.length > 0 && !ratchet) rowsWithoutRatchet.push(...journal.map(({ key }) => key))
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    const texts = Array.from({ length: 8 }, (_, n) => `number ${n}`)
    const sending = accounts.flatMap(({ connection }) =>
      texts.map((text) => connection.send(bench.outbound(bob, text))),
    )
    const receiving = phones.flatMap((phone) => texts.map((text) => bench.control.text(bob, phone, text)))
    for (const outcome of await Promise.all(sending)) expect(outcome).toMatchObject({ kind: 'acked' })
    await Promise.all(receiving)
    for (const { sink } of accounts) await eventually(() => sink.messages.length === texts.length)
    bench.auth.onCommit = () => {}
    expect(rowsWithoutRatchet).toEqual([])
    const shown = await eventually(async () => {
      const rows = (await bench.control.inbox(bob)).filter(({ from }) => phones.includes(from))
      return rows.length === phones.length * texts.length && rows
    })
    for (const row of shown) expect(row.undecryptable).toBe(0)
    for (const { sink } of accounts) expect(sink.undecryptable).toEqual([])
  })
})

describe('T26: presence', () => {
  test('says unavailable under the name of the account; a stock Baileys says nothing', async () => {
    const phone = bench.newNumber()
    const bob = await bench.contact()
    await bench.pair(phone, { name: 'Alice' })
    const presence = await eventually(() => bench.wire.of(phone, 'presence')[0])
    expect(presence.attrs).toMatchObject({ type: 'unavailable', name: 'Alice' })
    expect(bench.wire.of(phone, 'presence', { type: 'available' })).toEqual([])
    const id = await bench.control.text(bob, phone, 'two ticks?')
    const receipt = await eventually(() => bench.wire.of(phone, 'receipt', { id })[0])
    expect(receipt.attrs.type).toBe('inactive')
    await eventually(() => bench.lab.world.ledger.find(bob, id)?.delivered)
    expect(bench.wire.of(phone, 'receipt', { type: 'read' })).toEqual([])

    const other = bench.newNumber()
    const sock = await stockLogin(bench, await stockPair(bench, other))
    await sock.query({ tag: 'iq', attrs: { xmlns: 'w:p', type: 'get', to: '@s.whatsapp.net' } })
    expect(bench.wire.of(other, 'presence')).toEqual([])
    await stockEnd(sock)
  })
})

describe('T27: a pairing code that nobody typed', () => {
  test('leaves no account behind: the next connection shows a QR; a stock Baileys is refused', async () => {
    const session = newId('ses')
    const phone = await bench.contact()
    const first = bench.connect(session)
    await eventually(() => first.sink.qrs[0])
    expect(await first.connection.requestPairingCode(phone)).toMatch(/^[A-Z0-9]{8}$/)
    await bench.control.drop()
    expect(await eventually(() => first.sink.closed)).toMatchObject({ kind: 'lost' })
    expect(JSON.parse(bench.auth.of(session).creds ?? '')).not.toHaveProperty('me')
    expect(await bench.engine.isPaired(session)).toBe(false)
    const second = bench.connect(session)
    await eventually(() => second.sink.qrs[0])
    await second.connection.close()

    const auth = stockAuth()
    const sock = stockSocket(bench, auth)
    await updated(sock, ({ qr }) => qr)
    await sock.requestPairingCode(phone)
    await stockEnd(sock)
    const again = stockSocket(bench, auth)
    const { lastDisconnect } = await updated(again, ({ connection }) => connection === 'close')
    expect(lastDisconnect?.error).toMatchObject({ output: { statusCode: 401 } })
  })
})

describe('a group whose first message was lost', () => {
  test('gets the sender key with the next one', async () => {
    const phone = bench.newNumber()
    const bob = bench.newNumber()
    const { session, connection } = await bench.pair(phone)
    await bench.control.phone(bob)
    const group = await bench.group('Friends', bob, [phone])
    await bench.control.fault('drop-socket', { session: phone, count: 1 })
    const message = bench.outbound(group, 'lost on the way')
    await expect(connection.send(message)).rejects.toMatchObject({ name: 'ConnectionLost' })
    const again = await bench.login(session)
    await again.connection.send(message)
    const shown = await eventually(async () => (await bench.control.inbox(bob))[0])
    expect(shown).toMatchObject({ id: message.waId, text: 'lost on the way', undecryptable: 0 })
  })
})

describe('groups', () => {
  test('are asked for their members once, and again when these change', async () => {
    const phone = bench.newNumber()
    const [bob, carol] = [bench.newNumber(), bench.newNumber()]
    const { connection } = await bench.pair(phone)
    await bench.control.phone(bob)
    await bench.control.phone(carol)
    const group = await bench.group('Friends', bob, [phone])
    const asked = () => bench.wire.iqs(phone, 'w:g2/get/query').length
    await connection.send(bench.outbound(group, 'one'))
    const once = asked()
    await connection.send(bench.outbound(group, 'two'))
    expect(asked()).toBe(once)
    await bench.control.call('POST', `/groups/${group}/participants`, { add: [carol] })
    await eventually(() => bench.wire.of(phone, 'ack', { class: 'notification' })[0])
    const message = bench.outbound(group, 'hello Carol')
    await connection.send(message)
    expect(asked()).toBe(once + 1)
    const shown = await eventually(async () => (await bench.control.inbox(carol))[0])
    expect(shown).toMatchObject({ id: message.waId, undecryptable: 0 })
  })
})

describe('T29: a recipient that could not read', () => {
  test('is sent the same again, also after a restart', async () => {
    const phone = bench.newNumber()
    const bob = await bench.contact()
    const { session, connection } = await bench.pair(phone)
    await bench.control.call('POST', `/phones/${bob}/offline`)
    await bench.control.fault('retry-receipt', { session: phone, count: 1 })
    const message = bench.outbound(bob, 'original words')
    await connection.send(message)
    await connection.close()
    await bench.control.call('POST', `/phones/${bob}/online`)
    await bench.login(session, bench.newEngine())
    const shown = await eventually(async () => (await bench.control.inbox(bob))[0])
    expect(shown).toMatchObject({ id: message.waId, text: 'original words' })
  })

  test('is sent again as often as a device may ask, five times', async () => {
    const [phone, bob] = [bench.newNumber(), bench.newNumber()]
    await bench.control.phone(bob)
    const { connection, session } = await bench.pair(phone)
    await bench.control.fault('retry-receipt', { session: phone, count: 5 })
    const message = bench.outbound(bob, 'sixth time lucky')
    await connection.send(message)
    const shown = await eventually(async () => (await bench.control.inbox(bob))[0])
    expect(shown).toMatchObject({ id: message.waId, text: 'sixth time lucky', copies: 6 })
    // Baileys counts each answer twice.
    expect(bench.auth.of(session).keys.get('note/retry-counts')).toMatch(new RegExp(`${message.waId}[^}]*"count":10`))
  })
})
