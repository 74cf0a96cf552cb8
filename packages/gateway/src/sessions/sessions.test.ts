import { afterEach, describe, expect, test } from 'vitest'
import type { SessionStatus, StatusReason } from '../core/session.ts'
import { OWN, Rig, type RigOptions, TENANT, until } from '../messages/test/rig.ts'
import { ManualClock, settle } from './test/manual-clock.ts'
import type { PairingNews } from './verbs.ts'

let rig: Rig
afterEach(() => rig?.close())

async function open(options: RigOptions = {}): Promise<Rig> {
  rig = await Rig.open(options)
  return rig
}

/** The statuses that were told as events, in order, with their reasons. */
async function told(): Promise<[SessionStatus, StatusReason][]> {
  const events = await rig.events('session.status')
  return events.map(({ data }) => {
    const { status, reason } = data as { status: SessionStatus; reason: StatusReason }
    return [status, reason]
  })
}

describe('creating', () => {
  test('stores the session, starts it, and shows a QR code', async () => {
    await open()
    const created = await rig.sessions.create(TENANT, { id: 'Toko_1', name: 'Toko', metadata: { branch: 7 } })
    expect(created).toMatchObject({ id: 'Toko_1', status: 'connecting', reason: 'created', shouldRun: true })
    const shown = await rig.untilStatus('Toko_1', 'qr')
    expect(shown).toMatchObject({ name: 'Toko', metadata: { branch: 7 }, phone: null })
    expect(await rig.sessions.qr(TENANT, 'Toko_1')).toMatchObject({ text: rig.account(shown).connection.shownQr })
  })

  test('makes an id where none is given, and refuses a bad one and a second of the same', async () => {
    await open()
    const { id } = await rig.sessions.create(TENANT, {})
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    await rig.sessions.create(TENANT, { id: 'shop' })
    await expect(rig.sessions.create(TENANT, { id: 'shop' })).rejects.toMatchObject({ code: 'session_exists' })
    await expect(rig.sessions.create(TENANT, { id: '../etc' })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(rig.sessions.get(TENANT, 'nobody')).rejects.toMatchObject({ code: 'session_not_found' })
  })
})

describe('pairing', () => {
  test('by QR code: restart, connected, and nothing told twice', async () => {
    await open()
    const session = await rig.connected()
    expect(session).toMatchObject({ phone: OWN.phone, lid: OWN.lid, pushName: OWN.pushName, shouldRun: true })
    expect(rig.account(session).connects).toBe(2)
    expect(await told()).toEqual([
      ['qr', 'pairing'],
      ['connecting', 'pairing'],
      ['connected', 'pairing'],
    ])
    await expect(rig.sessions.qr(TENANT, 'shop')).rejects.toMatchObject({ code: 'already_connected' })
    await expect(rig.sessions.pairingCode(TENANT, 'shop', OWN.phone)).rejects.toMatchObject({
      code: 'already_connected',
    })
  })

  test('by pairing code', async () => {
    await open()
    const session = await rig.unpaired()
    const code = await rig.sessions.pairingCode(TENANT, 'shop', OWN.phone)
    rig.account(session).enterCode(code, OWN)
    expect(await rig.untilStatus('shop', 'connected')).toMatchObject({ phone: OWN.phone })
  })

  test('a watcher sees the present code, each new one and every status, until it stops watching', async () => {
    const clock = new ManualClock()
    await open({ clock, scripted: { qrMs: 20_000, qrCount: 3 } })
    const session = await rig.unpaired()
    const news: string[] = []
    const say = (one: PairingNews) => news.push(one.kind === 'qr' ? one.qr.text : one.session.status)
    const stop = await rig.sessions.watchPairing(TENANT, 'shop', say)
    await clock.advance(20_000)
    rig.account(session).scan((await rig.sessions.qr(TENANT, 'shop')).text, OWN)
    await rig.untilStatus('shop', 'connected')
    await settle()
    expect(news).toEqual(['scripted-qr,1,1', 'scripted-qr,1,2', 'connecting', 'connected'])
    stop()
    await rig.sessions.stop(TENANT, 'shop')
    expect(news).toHaveLength(4)
    expect(await rig.events('session.qr')).toHaveLength(2)
  })

  test('nobody scans: the session stops and says why, and a start shows a code again', async () => {
    const clock = new ManualClock()
    await open({ clock, scripted: { qrMs: 20_000, qrCount: 2 } })
    await rig.unpaired()
    await clock.advance(40_000)
    expect(await rig.session()).toMatchObject({ status: 'stopped', reason: 'pairing_timeout', shouldRun: false })
    await expect(rig.sessions.qr(TENANT, 'shop')).rejects.toMatchObject({ code: 'qr_not_ready' })
    await rig.sessions.start(TENANT, 'shop')
    expect(await rig.untilStatus('shop', 'qr')).toMatchObject({ shouldRun: true })
  })
})

describe('a connection that ends', () => {
  test('after it was healthy is followed at once by the next', async () => {
    const clock = new ManualClock()
    await open({ clock })
    const session = await rig.connected()
    await clock.advance(10_000)
    rig.account(session).drop()
    await rig.untilStatus('shop', 'connected')
    await settle()
    expect(clock.pending()).not.toContain(0)
    expect(rig.account(session).connects).toBe(3)
    expect((await told()).slice(3)).toEqual([
      ['disconnected', 'connection_lost'],
      ['connected', 'resumed'],
    ])
  })

  test('again and again is followed by longer and longer waits, told once', async () => {
    const clock = new ManualClock()
    await open({ clock })
    const session = await rig.connected()
    await clock.advance(10_000)
    rig.engine.reachable = false
    rig.account(session).drop()
    await rig.untilStatus('shop', 'disconnected')
    const waits: number[] = []
    for (let turn = 0; turn < 8; turn += 1) {
      await settle()
      const [next = 0] = clock.pending()
      waits.push(next)
      await clock.advance(next)
    }
    // The rig draws 0.5: half of 1, 2, 4 … 60 s, after one reconnect at once for the healthy connection.
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    rig.engine.reachable = true
    await clock.advance(30_000)
    expect(await rig.session()).toMatchObject({ status: 'connected', reason: 'resumed' })
    expect((await told()).slice(3)).toEqual([
      ['disconnected', 'connection_lost'],
      ['disconnected', 'network_unreachable'],
      ['connected', 'resumed'],
    ])
  })

  test('because another took over: stops, does not fight, and is not resumed', async () => {
    await open()
    const session = await rig.connected()
    rig.account(session).drop({ kind: 'replaced' })
    expect(await rig.untilStatus('shop', 'stopped')).toMatchObject({ reason: 'replaced' })
    await until('it should not run', async () => (await rig.session()).shouldRun === false || undefined)
    expect(rig.account(session).connects).toBe(2)
    await rig.sessions.start(TENANT, 'shop')
    expect(await rig.untilStatus('shop', 'connected')).toMatchObject({ reason: 'requested', shouldRun: true })
  })

  test('because the phone removed the device: keys are gone, and another phone may be paired', async () => {
    await open()
    const session = await rig.connected()
    rig.account(session).unlink()
    expect(await rig.untilStatus('shop', 'logged_out')).toMatchObject({ reason: 'unlinked' })
    await until('the keys are gone', () => !rig.account(session).isPaired || undefined)
    await rig.sessions.start(TENANT, 'shop')
    await rig.untilStatus('shop', 'qr')
    const other = { phone: '6281200000099', lid: null, pushName: null }
    rig.account(session).scan((await rig.sessions.qr(TENANT, 'shop')).text, other)
    // Nothing of the former account is left in the record.
    expect(await rig.untilStatus('shop', 'connected')).toMatchObject(other)
  })

  test('a silent line that does not answer a ping is closed and replaced', async () => {
    const clock = new ManualClock()
    await open({ clock })
    const session = await rig.connected()
    await clock.advance(44_000)
    expect(rig.account(session).connects).toBe(2)
    await clock.advance(60_000)
    expect(rig.account(session).connects).toBe(2)
    rig.account(session).connection.answersPings = false
    await clock.advance(45_000 + 10_000)
    await rig.untilStatus('shop', 'connected')
    expect(rig.account(session).connects).toBe(3)
    expect((await told()).slice(3)).toEqual([
      ['disconnected', 'unresponsive'],
      ['connected', 'resumed'],
    ])
  })
})

describe('stop, start, restart', () => {
  test('stop closes, is remembered, and may be repeated; start connects again', async () => {
    await open()
    const session = await rig.connected()
    expect(await rig.sessions.stop(TENANT, 'shop')).toMatchObject({
      status: 'stopped',
      reason: 'requested',
      shouldRun: false,
    })
    expect(rig.account(session).live).toBeNull()
    await rig.sessions.stop(TENANT, 'shop')
    expect(await rig.sessions.start(TENANT, 'shop')).toMatchObject({ status: 'connecting', reason: 'requested' })
    await rig.untilStatus('shop', 'connected')
    await rig.sessions.start(TENANT, 'shop')
    expect(rig.account(session).connects).toBe(3)
  })

  test('stop ends the wait between connections', async () => {
    const clock = new ManualClock()
    await open({ clock })
    rig.engine.reachable = false
    await rig.sessions.create(TENANT, { id: 'shop' })
    await rig.untilStatus('shop', 'disconnected')
    await settle()
    expect(clock.pending()).not.toEqual([])
    expect(await rig.sessions.stop(TENANT, 'shop')).toMatchObject({ status: 'stopped' })
    expect(clock.pending()).toEqual([])
  })

  test('restart makes a new connection', async () => {
    await open()
    const session = await rig.connected()
    const before = rig.account(session).live
    await rig.sessions.restart(TENANT, 'shop')
    await rig.untilStatus('shop', 'connected')
    expect(rig.account(session).live).not.toBe(before)
    expect((await told()).slice(3)).toEqual([
      ['connecting', 'requested'],
      ['connected', 'requested'],
    ])
  })

  test('many verbs at once leave one connection or none', async () => {
    await open()
    const session = await rig.connected()
    const { sessions } = rig
    await Promise.all([
      sessions.restart(TENANT, 'shop'),
      sessions.stop(TENANT, 'shop'),
      sessions.start(TENANT, 'shop'),
      sessions.restart(TENANT, 'shop'),
    ])
    await rig.untilStatus('shop', 'connected')
    expect(rig.account(session).live).not.toBeNull()
    expect(await told()).not.toContainEqual(['stopped', 'replaced'])
  })
})

describe('logout and removal', () => {
  test('logout unlinks the device, wipes its keys and says so', async () => {
    await open()
    const session = await rig.connected()
    expect(await rig.sessions.logout(TENANT, 'shop')).toMatchObject({
      status: 'logged_out',
      reason: 'logout',
      shouldRun: false,
    })
    expect(rig.account(session).isPaired).toBe(false)
    expect((await told()).slice(3)).toEqual([['logged_out', 'logout']])
    expect(await rig.sessions.stop(TENANT, 'shop')).toMatchObject({ status: 'logged_out' })
    await rig.sessions.start(TENANT, 'shop')
    await rig.untilStatus('shop', 'qr')
  })

  test('removal logs out and leaves nothing', async () => {
    await open()
    const session = await rig.connected()
    await rig.sessions.remove(TENANT, 'shop')
    expect(rig.account(session)).toMatchObject({ isPaired: false, live: null })
    await expect(rig.session()).rejects.toMatchObject({ code: 'session_not_found' })
    await expect(rig.sessions.remove(TENANT, 'shop')).rejects.toMatchObject({ code: 'session_not_found' })
    await rig.unpaired()
  })
})

describe('queries', () => {
  test('go over the connection, and are refused without one', async () => {
    await open()
    await rig.unpaired()
    await expect(rig.sessions.checkNumbers(TENANT, 'shop', ['62811'])).rejects.toMatchObject({
      code: 'session_not_connected',
    })
    rig.engine.unregistered.add('62811')
    await rig.connected('other')
    expect(await rig.sessions.checkNumbers(TENANT, 'other', ['62811'])).toMatchObject([{ exists: false }])
    expect(await rig.sessions.groups(TENANT, 'other')).toEqual([])
  })
})
