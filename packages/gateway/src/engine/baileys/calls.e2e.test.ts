import { afterAll, beforeAll, expect, test } from 'vitest'
import { phoneJid } from '../../core/jid.ts'
import { Bench, eventually } from './test/harness.ts'

const ALICE = '15550000001'
const CAROL = '15550000003'

let bench: Bench
let alice: Awaited<ReturnType<Bench['pair']>>
beforeAll(async () => {
  bench = await Bench.start()
  await bench.control.phone(CAROL, { name: 'Carol' })
  alice = await bench.pair(ALICE, { name: 'Alice' })
})
afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

const ring = async (video = false) =>
  (await bench.control.call<{ id: string }>('POST', `/phones/${CAROL}/call`, { to: ALICE, video })).id
const stateOf = async (id: string) =>
  (await bench.control.call<{ calls: Record<string, string> }>('GET', `/phones/${CAROL}`)).calls[id]
const told = (id: string) => eventually(() => alice.sink.calls.find((call) => call.id === id))

test('a call is told with both addresses of who calls, and its end is nobody’s news', async () => {
  const id = await ring(true)
  const call = await told(id)
  expect(call).toMatchObject({ from: phoneJid(CAROL), video: true, group: null, offline: false })
  expect(call.fromAlt).toMatch(/@lid$/)
  await bench.control.call('POST', `/phones/${CAROL}/hang-up`, { to: ALICE, id })
  await told(await ring())
  expect(alice.sink.calls.filter((one) => one.id === id)).toHaveLength(1)
})

test('a call is rejected, and the caller sees it', async () => {
  const id = await ring()
  const { from } = await told(id)
  await alice.connection.chatActions.rejectCall(id, from)
  await eventually(async () => (await stateOf(id)) === 'rejected')
})

test('a call that could not be stored, or came while nobody was here, is told at the next login', async () => {
  const { sink } = alice
  const store = sink.onCall.bind(sink)
  let refused = 0
  sink.onCall = async () => {
    refused += 1
    throw new Error('the disk is full')
  }
  const lost = await ring()
  await eventually(() => refused > 0)
  sink.onCall = store
  await alice.connection.close()
  const missed = await ring()
  alice = { ...alice, ...(await bench.login(alice.session)) }
  expect(await told(lost)).toMatchObject({ offline: true })
  expect(await told(missed)).toMatchObject({ offline: true, from: phoneJid(CAROL) })
})
