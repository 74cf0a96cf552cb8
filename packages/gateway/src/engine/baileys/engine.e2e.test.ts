import { afterAll, beforeAll, expect, test } from 'vitest'
import { Bench, eventually } from './test/harness.ts'

const ALICE = '15550000001'
const BOB = '15550000002'

let bench: Bench
let alice: Awaited<ReturnType<Bench['pair']>>

beforeAll(async () => {
  bench = await Bench.start()
  await bench.control.phone(BOB, { name: 'Bob' })
  alice = await bench.pair(ALICE, { name: 'Alice' })
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

test('pairs by QR, closes for a restart, logs in', async () => {
  expect(alice.pairing.paired).toMatchObject({ phone: ALICE })
  expect(alice.pairing.told).toEqual(['paired', 'closed restart_required'])
  expect(alice.sink.told).toEqual(['open', 'drained'])
  expect(alice.sink.identity).toMatchObject({ phone: ALICE, pushName: 'Alice' })
  expect(await bench.engine.isPaired(alice.session)).toBe(true)
})

test('a text goes out, is acknowledged and confirmed', async () => {
  const message = bench.outbound(BOB, 'hello Bob')
  const outcome = await alice.connection.send(message)
  expect(outcome).toEqual({ kind: 'acked', at: expect.any(Number) })
  const shown = await eventually(async () => (await bench.control.inbox(BOB)).find((one) => one.id === message.waId))
  expect(shown).toMatchObject({ type: 'text', text: 'hello Bob', copies: 1, undecryptable: 0 })
  const receipt = await eventually(() => alice.sink.receipts.find((one) => one.waIds.includes(message.waId)))
  expect(receipt.status).toBe('delivered')
})

test('a text comes in', async () => {
  const id = await bench.control.text(BOB, ALICE, 'hello Alice')
  const message = await eventually(() => alice.sink.messages.find((one) => one.waId === id))
  expect(message).toMatchObject({
    chat: `${BOB}@s.whatsapp.net`,
    content: { type: 'text', text: 'hello Alice' },
    fromMe: false,
    pushName: 'Bob',
    offline: false,
    participant: null,
  })
  expect(message.senderAlt).toMatch(/@lid$/)
})
