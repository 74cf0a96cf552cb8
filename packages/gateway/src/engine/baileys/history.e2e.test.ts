import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { phoneJid } from '../../core/jid.ts'
import { Bench, eventually } from './test/harness.ts'

const DAY_SECONDS = 86_400
let bench: Bench

/** A phone that hands its messages to devices that are linked later. */
function phoneWithPast(): Promise<string> {
  return bench.contact({ history: true })
}

/** How many pieces of history the session has journalled and not dealt with. */
function open(session: Parameters<Bench['auth']['of']>[0]): number {
  return [...bench.auth.of(session).journal.values()].filter(({ consumed }) => !consumed).length
}

beforeAll(async () => {
  bench = await Bench.start({ historyDays: 7 })
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  expect(bench.lab.world.violations).toEqual([])
  await bench.close()
})

describe('the history of a phone', () => {
  test('is taken piece by piece, as far back as was asked for, in order, and not as messages that come in', async () => {
    const phone = await phoneWithPast()
    const bob = await bench.contact()
    const group = await bench.group('Friends', bob, [phone])
    await bench.control.text(bob, phone, 'too old', { age: 8 * DAY_SECONDS })
    for (let n = 0; n < 60; n += 1) await bench.control.text(bob, phone, `from Bob ${n}`, { age: 3_000 - n })
    for (let n = 0; n < 60; n += 1) await bench.control.text(phone, bob, `to Bob ${n}`, { age: 2_000 - n })
    await bench.control.text(bob, group, 'to all', { age: 100 })
    const { sink, session } = await bench.link(phone)
    await eventually(() => sink.history.length >= 121)
    await eventually(() => open(session) === 0)
    expect(sink.history).toHaveLength(121)
    const texts = sink.history.map(({ content }) => (content.type === 'text' ? content.text : content.type))
    expect(new Set(texts).size).toBe(121)
    expect(texts).not.toContain('too old')
    const one = sink.history.find(({ content }) => content.type === 'text' && content.text === 'from Bob 7')
    const lid = bench.lab.world.phone(bob).lidJid()
    expect(one).toMatchObject({ chat: phoneJid(bob), senderAlt: lid, fromMe: false, participant: null })
    expect(Date.now() - (one?.timestamp ?? 0)).toBeGreaterThan(2_900_000)
    const own = sink.history.find(({ content }) => content.type === 'text' && content.text === 'to Bob 7')
    expect(own).toMatchObject({ chat: phoneJid(bob), fromMe: true })
    expect(sink.history.find(({ chat }) => chat === group)).toMatchObject({
      participant: lid,
      senderAlt: phoneJid(bob),
      fromMe: false,
    })
    expect(sink.messages).toEqual([])
    // Within a batch the older comes first.
    const times = sink.history.slice(0, 50).map(({ timestamp }) => timestamp)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    await bench.control.text(bob, phone, 'and now')
    await eventually(() => sink.messages.length === 1)
  })

  test('does not hold up what comes in', async () => {
    const phone = await phoneWithPast()
    const bob = await bench.contact()
    for (let n = 0; n < 60; n += 1) await bench.control.text(bob, phone, `past ${n}`, { age: 100 })
    const { session } = await bench.scan(phone)
    const { sink } = bench.connect(session)
    const { promise: stuck, resolve: go } = Promise.withResolvers<void>()
    sink.beforeHistory = () => stuck
    await eventually(() => sink.drained)
    await bench.control.text(bob, phone, 'live')
    await eventually(() => sink.messages.length === 1)
    expect(sink.history).toEqual([])
    go()
    await eventually(() => sink.history.length === 60)
  })

  test('is read again at the next login where a connection ended before it was stored', async () => {
    const phone = await phoneWithPast()
    const bob = await bench.contact()
    for (let n = 0; n < 60; n += 1) await bench.control.text(bob, phone, `past ${n}`, { age: 100 })
    const { session } = await bench.scan(phone)
    const { sink, connection } = bench.connect(session)
    sink.beforeHistory = () => {
      throw new Error('the disk is full')
    }
    await eventually(() => open(session) === 2)
    await connection.close()
    const { sink: next } = await bench.login(session, bench.newEngine({ historyDays: 7 }))
    await eventually(() => open(session) === 0)
    expect(next.history).toHaveLength(60)
    expect(next.messages).toEqual([])
  })

  test('is left out where its file is gone, and the rest is taken', async () => {
    const phone = await phoneWithPast()
    const bob = await bench.contact()
    for (let n = 0; n < 60; n += 1) await bench.control.text(bob, phone, `past ${n}`, { age: 1_000 - n })
    await bench.control.fault('media-error', { code: 404 })
    const { sink, session } = await bench.link(phone)
    await eventually(() => sink.history.length === 50)
    await eventually(() => open(session) === 0)
    await bench.control.call('DELETE', '/faults')
    expect(sink.history).toHaveLength(50)
  })

  test('is not taken by default', async () => {
    const phone = await phoneWithPast()
    const bob = await bench.contact()
    await bench.control.text(bob, phone, 'past', { age: 100 })
    const { sink, session } = await bench.link(phone, bench.newEngine())
    await eventually(() => bench.wire.of(phone, 'receipt', { type: 'hist_sync' })[0])
    await bench.control.text(bob, phone, 'now')
    await eventually(() => sink.messages.length === 1)
    expect(sink.history).toEqual([])
    expect(open(session)).toBe(0)
  })
})
