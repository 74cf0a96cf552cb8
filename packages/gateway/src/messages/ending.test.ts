import { afterEach, describe, expect, test } from 'vitest'
import { phoneJid } from '../core/jid.ts'
import { ManualClock, settle } from '../sessions/test/manual-clock.ts'
import { CONTACT, failing, Rig, type RigOptions, TENANT, until, wordsOf } from './test/rig.ts'

let rig: Rig
afterEach(() => rig?.close())

async function connected(options: RigOptions = {}) {
  rig = await Rig.open(options)
  const session = await rig.connected()
  return { session, account: rig.account(session) }
}

describe('a session that is stopped in the middle', () => {
  test('keeps what has no ack and sends it when it runs again, in order, with the same ids', async () => {
    const { account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const messages = [await rig.text('satu'), await rig.text('dua'), await rig.text('tiga')]
    await until('the first is in flight', () => (account.accepted.length === 1 ? true : undefined))
    await rig.sessions.stop(TENANT, 'shop')
    await settle()
    for (const { id } of messages) expect((await rig.messages.get(null, id)).status).toBe('accepted')
    account.answer = () => ({ kind: 'ack' })
    await rig.sessions.start(TENANT, 'shop')
    for (const { id } of messages) await rig.untilMessage(id, 'sent')
    expect(account.accepted.map(({ waId }) => waId)).toEqual([messages[0], ...messages].map((one) => one?.waId))
  })

  test('is restarted without anything sent twice that was acknowledged', async () => {
    const { account } = await connected()
    const chats = Array.from({ length: 6 }, (_, index) => phoneJid(`62813000000${index}`))
    const sent = []
    for (let turn = 0; turn < 10; turn += 1) {
      for (const chat of chats) sent.push(await rig.text(`${turn}`, chat))
      await rig.sessions.restart(TENANT, 'shop')
    }
    for (const { id } of sent) await rig.untilMessage(id, 'sent')
    const copies = new Map<string, number>()
    for (const { waId } of account.accepted) copies.set(waId, (copies.get(waId) ?? 0) + 1)
    expect(copies.size).toBe(60)
    // The scripted server acknowledges at once, so only what was cut off in that very moment comes twice.
    const messages = await Promise.all(sent.map(({ id }) => rig.messages.get(null, id)))
    for (const { waId, attempts } of messages) expect(copies.get(waId)).toBeLessThanOrEqual(attempts)
    for (const chat of chats) {
      const order = account.accepted.filter(({ to }) => to === chat).map((one) => Number(wordsOf(one)))
      expect(order).toEqual([...order].sort((a, b) => a - b))
    }
  })
})

describe('another account under the same session', () => {
  test('ends what was accepted for the former one', async () => {
    const { session, account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const message = await rig.text('dari nomor lama')
    account.unlink()
    await rig.untilStatus('shop', 'logged_out')
    expect((await rig.messages.get(null, message.id)).status).toBe('accepted')
    await rig.sessions.start(TENANT, 'shop')
    await rig.untilStatus('shop', 'qr')
    account.answer = () => ({ kind: 'ack' })
    const before = account.attempted.length
    const other = { phone: '6281200000077', lid: null, pushName: null }
    rig.account(session).scan((await rig.sessions.qr(TENANT, 'shop')).text, other)
    await rig.untilStatus('shop', 'connected')
    const failed = await rig.untilMessage(message.id, 'failed')
    expect(failed.history.at(-1)).toMatchObject({ reason: 'logged_out' })
    await rig.untilMessage((await rig.text('dari nomor baru')).id, 'sent')
    expect(account.attempted.slice(before).map(wordsOf)).toEqual(['dari nomor baru'])
  })

  test('waits until what the former one has sent is stored as such', async () => {
    const clock = new ManualClock()
    let isFailing = false
    const isOutcome = (_: unknown, change: unknown) => isFailing && (change as { status: string }).status === 'sent'
    const { account } = await connected({ clock, messageStore: failing(['advanceStatus'], isOutcome) })
    isFailing = true
    const message = await rig.text('masih dari nomor lama')
    await until('it was sent', () => (account.accepted.length === 1 ? true : undefined))
    account.unlink()
    await rig.untilStatus('shop', 'logged_out')
    await rig.sessions.start(TENANT, 'shop')
    await rig.untilStatus('shop', 'qr')
    account.scan((await rig.sessions.qr(TENANT, 'shop')).text, { phone: '6281200000077', lid: null, pushName: null })
    await settle()
    isFailing = false
    await clock.advance(10_000)
    await rig.untilStatus('shop', 'connected')
    expect((await rig.messages.get(null, message.id)).status).toBe('sent')
  })

  test('the same account again sends what was accepted before', async () => {
    const { session, account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const message = await rig.text('masih nomor yang sama')
    account.unlink()
    await rig.untilStatus('shop', 'logged_out')
    await rig.sessions.start(TENANT, 'shop')
    await rig.untilStatus('shop', 'qr')
    account.answer = () => ({ kind: 'ack' })
    const { phone, lid, pushName } = session
    account.scan((await rig.sessions.qr(TENANT, 'shop')).text, { phone: phone ?? '', lid, pushName })
    await rig.untilMessage(message.id, 'sent')
  })
})

describe('draining', () => {
  test('lets what is in flight end, starts nothing, and answers those who wait', async () => {
    const { account } = await connected()
    account.answer = () => ({ kind: 'withhold' })
    const [flying, waiting] = [
      rig.messages.send(TENANT, 'shop', { to: CONTACT, content: { type: 'text', text: 'satu' } }, patient()),
      rig.messages.send(TENANT, 'shop', { to: CONTACT, content: { type: 'text', text: 'dua' } }, patient()),
    ]
    await until('the first is in flight', () => (account.accepted.length === 1 ? true : undefined))
    const drained = rig.messages.drain()
    await expect(rig.text('tiga')).rejects.toMatchObject({ code: 'unavailable' })
    account.connection.release(account.accepted[0]?.waId ?? '')
    await drained
    expect((await flying).message.status).toBe('sent')
    expect((await waiting).message.status).toBe('accepted')
    expect(account.attempted).toHaveLength(1)
  })

  test('ends at its deadline, and what has no ack stays in the outbox for the next process', async () => {
    const clock = new ManualClock()
    const { session, account } = await connected({ clock })
    account.answer = () => ({ kind: 'withhold' })
    const message = await rig.text('satu')
    await settle()
    const drained = rig.messages.drain(8_000)
    await clock.advance(8_000)
    await drained
    await rig.sessions.drain()
    await settle()
    const outbox = await rig.store.messages.loadOutbox(session.uid, { afterRow: 0, limit: 10 })
    expect(outbox.map(({ id }) => id)).toEqual([message.id])
    await rig.store.close()

    account.answer = () => ({ kind: 'ack' })
    rig = await Rig.open({ dataDir: rig.dataDir, engine: rig.engine, clock })
    await rig.sessions.resume()
    expect(await rig.untilMessage(message.id, 'sent')).toMatchObject({ waId: message.waId })
    expect(account.accepted.map(({ waId }) => waId)).toEqual([message.waId, message.waId])
  })
})

function patient() {
  return { waitMs: 30_000, idempotency: null }
}
