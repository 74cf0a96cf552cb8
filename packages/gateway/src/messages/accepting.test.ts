import { afterEach, describe, expect, test } from 'vitest'
import type { MessageId } from '../core/ids.ts'
import { ManualClock, settle } from '../sessions/test/manual-clock.ts'
import { CONTACT, Rig, type RigOptions, TENANT, until, wordsOf } from './test/rig.ts'

let rig: Rig
afterEach(() => rig?.close())

const halo = { to: CONTACT, content: { type: 'text', text: 'halo' } } as const
const claim = (key: string, requestHash = 'a'.repeat(64)) => ({ key, requestHash })

async function connected(options: RigOptions = {}) {
  rig = await Rig.open(options)
  const session = await rig.connected()
  return { session, account: rig.account(session) }
}

describe('accepting', () => {
  test('is on disk before the answer, with the id and the bytes that go out', async () => {
    const { session, account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const message = await rig.text('halo')
    expect(message).toMatchObject({ status: 'accepted', direction: 'out', fromMe: true, chat: CONTACT, attempts: 0 })
    const [row] = await rig.store.messages.loadOutbox(session.uid, { afterRow: 0, limit: 10 })
    await until('it is in flight', () => (account.accepted.length === 1 ? true : undefined))
    expect(account.accepted[0]).toEqual({ waId: row?.waId, to: row?.chat, content: row?.content, proto: row?.proto })
    expect(row?.waId).toBe(message.waId)
  })

  test('depends on the status of the session alone', async () => {
    await connected()
    await rig.unpaired('unpaired')
    const options = { waitMs: 0, idempotency: null }
    await expect(rig.messages.send(TENANT, 'nobody', halo, options)).rejects.toMatchObject({
      code: 'session_not_found',
    })
    await expect(rig.messages.send(TENANT, 'unpaired', halo, options)).rejects.toMatchObject({
      code: 'session_not_ready',
    })
    await rig.sessions.stop(TENANT, 'shop')
    await expect(rig.messages.send(TENANT, 'shop', halo, options)).rejects.toMatchObject({ code: 'session_not_ready' })
    rig.engine.reachable = false
    await rig.sessions.start(TENANT, 'shop')
    await rig.untilStatus('shop', 'disconnected')
    expect((await rig.messages.send(TENANT, 'shop', halo, options)).message.status).toBe('accepted')
    await rig.sessions.logout(TENANT, 'shop')
    await expect(rig.messages.send(TENANT, 'shop', halo, options)).rejects.toMatchObject({ code: 'session_not_ready' })
  })

  test('what was accepted while disconnected goes out when the session is back', async () => {
    const { account } = await connected()
    rig.engine.reachable = false
    account.drop()
    await rig.untilStatus('shop', 'disconnected')
    const messages = [await rig.text('satu'), await rig.text('dua')]
    rig.engine.reachable = true
    for (const { id } of messages) await rig.untilMessage(id, 'sent')
    expect(account.accepted.map(wordsOf)).toEqual(['satu', 'dua'])
  })

  test('messages and sessions are read by tenant', async () => {
    await connected()
    const { id } = await rig.text('halo')
    expect((await rig.messages.get(TENANT, id)).id).toBe(id)
    await expect(rig.messages.get('ten_other' as typeof TENANT, id)).rejects.toMatchObject({
      code: 'message_not_found',
    })
    await expect(rig.messages.get(null, 'msg_none' as MessageId)).rejects.toMatchObject({ code: 'message_not_found' })
    await expect(rig.messages.list(TENANT, 'nobody', { limit: 1 })).rejects.toMatchObject({
      code: 'session_not_found',
    })
  })
})

describe('waiting for the ack', () => {
  test('answers as soon as the message is settled, sent or failed', async () => {
    const { account } = await connected({ clock: new ManualClock() })
    account.answer = (message) =>
      wordsOf(message) === 'halo' ? { kind: 'ack' } : { kind: 'refuse', code: '463', retry: false }
    const options = { waitMs: 60_000, idempotency: null }
    expect((await rig.messages.send(TENANT, 'shop', halo, options)).message.status).toBe('sent')
    const bad = { ...halo, content: { type: 'text', text: 'tidak' } } as const
    expect((await rig.messages.send(TENANT, 'shop', bad, options)).message.status).toBe('failed')
  })

  test('answers with the present state at the deadline', async () => {
    const clock = new ManualClock()
    const { account } = await connected({ clock })
    account.answer = () => ({ kind: 'withhold' })
    let answered = false
    const sending = rig.messages.send(TENANT, 'shop', halo, { waitMs: 3_000, idempotency: null }).then((result) => {
      answered = true
      return result
    })
    await clock.advance(2_999)
    expect(answered).toBe(false)
    await clock.advance(1)
    expect((await sending).message.status).toBe('accepted')
  })

  test('a receipt that overtakes the ack answers as well', async () => {
    const { account } = await connected()
    account.answer = (message) => {
      setImmediate(() => account.receipt({ waIds: [message.waId], status: 'delivered' }))
      return { kind: 'withhold' }
    }
    const { message } = await rig.messages.send(TENANT, 'shop', halo, { waitMs: 5_000, idempotency: null })
    expect(message.status).toBe('delivered')
  })
})

describe('the same Idempotency-Key', () => {
  test('answers with the first message, and nothing is sent twice', async () => {
    const { account } = await connected()
    const first = await rig.messages.send(TENANT, 'shop', halo, { waitMs: 5_000, idempotency: claim('k1') })
    const again = await rig.messages.send(TENANT, 'shop', halo, { waitMs: 5_000, idempotency: claim('k1') })
    expect(again).toEqual({ message: first.message, replayed: true })
    expect(account.accepted).toHaveLength(1)
  })

  test('fifty times at once makes one message, and all wait for its ack', async () => {
    const { account } = await connected()
    const send = () => rig.messages.send(TENANT, 'shop', halo, { waitMs: 5_000, idempotency: claim('k2') })
    const results = await Promise.all(Array.from({ length: 50 }, send))
    expect(new Set(results.map(({ message }) => message.id)).size).toBe(1)
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(results.map(({ message }) => message.status))).toEqual(new Set(['sent']))
    expect(account.accepted).toHaveLength(1)
  })

  test('with another request is a mismatch', async () => {
    const { account } = await connected()
    await rig.messages.send(TENANT, 'shop', halo, { waitMs: 0, idempotency: claim('k3') })
    const other = rig.messages.send(TENANT, 'shop', halo, { waitMs: 100, idempotency: claim('k3', 'b'.repeat(64)) })
    await expect(other).rejects.toMatchObject({ code: 'idempotency_mismatch' })
    await until('the first is sent', () => (account.accepted.length === 1 ? true : undefined))
  })

  test('a replay that waits is answered when the first message settles', async () => {
    const { account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const first = await rig.messages.send(TENANT, 'shop', halo, { waitMs: 0, idempotency: claim('k4') })
    await until('it is in flight', () => (account.accepted.length === 1 ? true : undefined))
    const replay = rig.messages.send(TENANT, 'shop', halo, { waitMs: 5_000, idempotency: claim('k4') })
    await settle()
    account.connection.release(first.message.waId)
    expect(await replay).toMatchObject({ replayed: true, message: { status: 'sent' } })
  })
})
