import { afterEach, describe, expect, test } from 'vitest'
import { KurirError } from '../core/errors.ts'
import { OWN, Rig, type RigOptions, TENANT, until } from '../messages/test/rig.ts'
import { ManualClock, settle } from './test/manual-clock.ts'

let rig: Rig
afterEach(() => rig?.close())

/** A process that had these sessions connected and was killed, and the next one on the same directory. */
async function afterCrash(ids: string[], options: RigOptions = {}): Promise<Rig> {
  const before = await Rig.open()
  for (const [index, id] of ids.entries()) await before.connected(id, { ...OWN, phone: `62812${index}00000` })
  // Closing the store first is what a kill looks like: nothing can be written any more.
  await before.store.close()
  await before.sessions.drain()
  await before.messages.drain(0)
  const after = await Rig.open({ ...options, dataDir: before.dataDir, engine: before.engine })
  return after
}

describe('resuming', () => {
  test('connects what should run, and tells how far it has come', async () => {
    rig = await afterCrash(['a', 'b', 'c'])
    await rig.sessions.resume()
    expect(rig.sessions.readiness().total).toBe(3)
    for (const id of ['a', 'b', 'c']) {
      expect(await rig.untilStatus(id, 'connected')).toMatchObject({ reason: 'resumed' })
    }
    expect(rig.sessions.readiness()).toEqual({ resumed: 3, total: 3 })
  })

  test('leaves alone what was stopped', async () => {
    const first = await Rig.open()
    const session = await first.connected('a')
    await first.sessions.stop(TENANT, 'a')
    await first.shutDown()
    rig = await Rig.open({ dataDir: first.dataDir, engine: first.engine })
    await rig.sessions.resume()
    await settle()
    expect(rig.sessions.readiness()).toEqual({ resumed: 0, total: 0 })
    expect(rig.account(session).connects).toBe(2)
  })

  test('makes at most so many connections at once, the oldest sessions first', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `s${String(index).padStart(2, '0')}`)
    rig = await afterCrash(ids, { handshakes: 3 })
    const records = await Promise.all(ids.map((id) => rig.session(id)))
    for (const record of records) rig.account(record).opensItself = false
    const waiting = () => records.filter((record) => rig.account(record).live).map(({ id }) => id)
    await rig.sessions.resume()
    await settle()
    expect(waiting()).toEqual(ids.slice(0, 3))
    expect(rig.sessions.readiness()).toEqual({ resumed: 0, total: 12 })
    for (let opened = 1; opened <= 12; opened += 1) {
      rig.account(records[opened - 1]!).connection.open()
      await until('the next one is let in', () => (waiting().length === Math.min(12, opened + 3) ? true : undefined))
      await until('it counts', () => (rig.sessions.readiness().resumed === opened ? true : undefined))
    }
  })

  test('a session that cannot be reached does not keep the process from being ready', async () => {
    rig = await afterCrash(['a'])
    rig.engine.reachable = false
    await rig.sessions.resume()
    await rig.untilStatus('a', 'disconnected')
    await until('it counts', () => (rig.sessions.readiness().resumed === 1 ? true : undefined))
  })

  test('finishes a coming to rest that was cut short', async () => {
    rig = await afterCrash(['a'])
    const { uid } = await rig.session('a')
    await rig.store.sessions.setSessionStatus(uid, { status: 'stopped', reason: 'replaced', at: 1 })
    await rig.sessions.resume()
    expect(await rig.session('a')).toMatchObject({ status: 'stopped', reason: 'replaced', shouldRun: false })
    expect(rig.sessions.readiness()).toEqual({ resumed: 1, total: 1 })
  })
})

test('credentials that a crash left behind in a logged out session go at its start', async () => {
  rig = await afterCrash(['a'])
  const { uid } = await rig.session('a')
  rig.engine.account(uid).unlink()
  await rig.store.sessions.setSessionStatus(uid, { status: 'logged_out', reason: 'unlinked', at: 1 })
  await rig.sessions.resume()
  expect(await rig.session('a')).toMatchObject({ status: 'logged_out', shouldRun: false })
  await rig.sessions.start(TENANT, 'a')
  await rig.untilStatus('a', 'qr')
})

describe('draining', () => {
  test('closes all connections, tells nobody, and takes nothing new', async () => {
    rig = await Rig.open()
    const session = await rig.connected()
    const before = await rig.events()
    await rig.sessions.drain()
    expect(rig.account(session).live).toBeNull()
    expect(await rig.events()).toEqual(before)
    expect(await rig.session()).toMatchObject({ status: 'connected', shouldRun: true })
    await expect(rig.sessions.create(TENANT, {})).rejects.toMatchObject({ code: 'unavailable' })
    await expect(rig.sessions.start(TENANT, 'shop')).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('ends after its deadline even if a connection does not close', async () => {
    const clock = new ManualClock()
    rig = await Rig.open({ clock })
    const session = await rig.connected()
    const { connection } = rig.account(session)
    connection.close = () => new Promise(() => {})
    const drained = rig.sessions.drain(5_000)
    await clock.advance(5_000)
    await drained
    connection.end({ kind: 'stopped' })
  })
})

test('a status is told only when it is stored, and stored as soon as the store takes it', async () => {
  const clock = new ManualClock()
  let isFailing = false
  rig = await Rig.open({
    clock,
    sessionStore: (store) =>
      Object.assign(Object.create(store) as typeof store, {
        setSessionStatus: async (...call: Parameters<typeof store.setSessionStatus>) => {
          if (isFailing) throw new KurirError('unavailable')
          return store.setSessionStatus(...call)
        },
      }),
  })
  const session = await rig.connected()
  await clock.advance(10_000)
  const news: string[] = []
  await rig.sessions.watchPairing(TENANT, 'shop', (one) => news.push(one.kind === 'qr' ? 'qr' : one.session.status))
  isFailing = true
  rig.account(session).drop()
  await clock.advance(20_000)
  expect(news).toEqual([])
  expect(await rig.session()).toMatchObject({ status: 'connected' })
  isFailing = false
  await clock.advance(5_000)
  await rig.untilStatus('shop', 'connected')
  await settle()
  expect(news).toEqual(['disconnected', 'connected'])
})
