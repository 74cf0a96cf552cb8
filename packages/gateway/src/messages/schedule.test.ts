import { afterEach, expect, test } from 'vitest'
import { type Jid, phoneJid } from '../core/jid.ts'
import type { MessageRecord } from '../core/message.ts'
import { ManualClock, settle } from '../sessions/test/manual-clock.ts'
import type { MessageStore } from './ports.ts'
import { CONTACT, Rig, type RigOptions, TENANT, until, wordsOf } from './test/rig.ts'

const MINUTE = 60_000
const OTHER = phoneJid('6281300000002')

let rig: Rig
let clock: ManualClock
afterEach(() => rig?.close())

async function connected(options: RigOptions = {}) {
  clock = new ManualClock()
  rig = await Rig.open({ clock, ...options })
  rig.messages.start()
  const session = await rig.connected()
  return { session, account: rig.account(session) }
}

interface Times {
  sendAt?: number
  expiresAt?: number
  to?: Jid
}

async function send(text: string, { to = CONTACT, ...times }: Times): Promise<MessageRecord> {
  const message = { to, content: { type: 'text', text } as const, ...times }
  return (await rig.messages.send(TENANT, 'shop', message, { waitMs: 0, idempotency: null })).message
}

const status = async ({ id }: MessageRecord) => (await rig.messages.get(null, id)).status
const at = (minutes: number) => clock.now() + minutes * MINUTE

test('a message waits for its time and holds nothing up; those of a chat go by their times', async () => {
  const { account } = await connected()
  const late = await send('ketiga', { sendAt: at(20) })
  const soon = await send('kedua', { sendAt: at(10) })
  const now = await send('pertama', {})
  await rig.untilMessage(now.id, 'sent')
  await clock.advance(9 * MINUTE)
  await settle()
  expect([await status(soon), await status(late)]).toEqual(['accepted', 'accepted'])
  await clock.advance(2 * MINUTE)
  await rig.untilMessage(soon.id, 'sent')
  await clock.advance(10 * MINUTE)
  await rig.untilMessage(late.id, 'sent')
  expect(account.accepted.map(wordsOf)).toEqual(['pertama', 'kedua', 'ketiga'])
  expect(account.attempted).toHaveLength(3)
})

test('a time that is past means at once, in the order of acceptance', async () => {
  const { account } = await connected()
  account.answer = () => ({ kind: 'withhold' })
  const first = await send('satu', {})
  await send('dua', { sendAt: at(-10) })
  account.answer = () => ({ kind: 'ack' })
  await until('the first is there', () => (account.accepted.length > 0 ? true : undefined))
  account.connection.release(first.waId)
  await until('both are there', () => (account.accepted.length === 2 ? true : undefined))
  expect(account.accepted.map(wordsOf)).toEqual(['satu', 'dua'])
})

test('times outlive a restart, also those that passed meanwhile', async () => {
  await connected()
  const message = await send('besok', { sendAt: at(10) })
  const { dataDir, engine } = rig
  await rig.shutDown()
  await clock.advance(60 * MINUTE)
  rig = await Rig.open({ clock, dataDir, engine })
  rig.messages.start()
  expect(await status(message)).toBe('accepted')
  await rig.sessions.start(TENANT, 'shop')
  await rig.untilMessage(message.id, 'sent')
})

test('many that are due at once all go out', async () => {
  const { account } = await connected()
  const when = at(5)
  await Promise.all(Array.from({ length: 450 }, (_, index) => send(String(index), { sendAt: when })))
  await clock.advance(6 * MINUTE)
  await until('all are sent', () => (account.accepted.length === 450 ? true : undefined))
  expect(new Set(account.accepted.map(wordsOf)).size).toBe(450)
})

test('a message that was never handed over expires; one that may be out ends as unknown', async () => {
  const { account } = await connected()
  await rig.sessions.stop(TENANT, 'shop')
  await rig.sessions.start(TENANT, 'shop')
  account.answer = () => ({ kind: 'lose-ack' })
  const maybe = await send('mungkin', { expiresAt: at(30) })
  await until('it was tried', () => (account.attempted.length > 0 ? true : undefined))
  const behind = await send('di belakang', { expiresAt: at(1), to: CONTACT })
  await clock.advance(2 * MINUTE)
  await rig.untilMessage(behind.id, 'expired')
  await clock.advance(40 * MINUTE)
  await rig.untilMessage(maybe.id, 'unknown')
  expect(account.attempted.map(wordsOf)).not.toContain('di belakang')
  const events = (await rig.events()).map(({ type }) => type)
  expect(events).toContain('message.expired')
  expect(events).toContain('message.unknown')
})

test('a proof that comes late turns unknown into what it is', async () => {
  const { account } = await connected()
  account.answer = () => ({ kind: 'lose-ack' })
  const maybe = await send('mungkin', { expiresAt: at(1) })
  await until('it was tried', () => (account.attempted.length > 0 ? true : undefined))
  await clock.advance(10 * MINUTE)
  await rig.untilMessage(maybe.id, 'unknown')
  account.receipt({ waIds: [maybe.waId], chat: CONTACT, status: 'delivered' })
  await rig.untilMessage(maybe.id, 'delivered')
})

test('while the session is away a message expires too', async () => {
  await connected()
  await rig.sessions.stop(TENANT, 'shop')
  await rig.store.sessions.setSessionStatus((await rig.session()).uid, {
    ...{ status: 'disconnected', reason: 'connection_lost', at: clock.now() },
  })
  const message = await send('keburu', { expiresAt: at(1), to: OTHER })
  await clock.advance(2 * MINUTE)
  await rig.untilMessage(message.id, 'expired')
})

test('it can be taken back before its time, and not after', async () => {
  const { account } = await connected()
  const message = await send('jangan', { sendAt: at(10) })
  const cancelled = await rig.messages.cancel(TENANT, message.id)
  expect(cancelled).toMatchObject({ status: 'failed', history: [{}, { status: 'failed', reason: 'cancelled' }] })
  expect(await rig.messages.cancel(TENANT, message.id)).toBeUndefined()
  const sent = await send('biar', {})
  await rig.untilMessage(sent.id, 'sent')
  expect(await rig.messages.cancel(TENANT, sent.id)).toBeUndefined()
  await expect(rig.messages.cancel('other' as never, message.id)).rejects.toMatchObject({ code: 'message_not_found' })
  await clock.advance(20 * MINUTE)
  await settle()
  expect(account.attempted.map(wordsOf)).toEqual(['biar'])
})

test('a message whose time comes while it is being stored goes out', async () => {
  const gate = Promise.withResolvers<void>()
  let isSlow = false
  const { account } = await connected({
    messageStore: (store) =>
      new Proxy(store, {
        get: (target, name: keyof MessageStore) => {
          const method = target[name] as (...call: unknown[]) => Promise<unknown>
          return async (...call: unknown[]) => {
            if (name === 'acceptMessage' && isSlow) await gate.promise
            return method.apply(target, call)
          }
        },
      }),
  })
  const other = await send('sebelumnya', { sendAt: clock.now() + 50, to: OTHER })
  isSlow = true
  const sending = send('sebentar lagi', { sendAt: clock.now() + 20 })
  await clock.advance(MINUTE)
  await rig.untilMessage(other.id, 'sent')
  gate.resolve()
  await rig.untilMessage((await sending).id, 'sent')
  expect(account.attempted.map(wordsOf)).toEqual(['sebelumnya', 'sebentar lagi'])
})
