import { describe, expect, test } from 'vitest'
import type { WaMessageId } from '../../core/ids.ts'
import type { KeyWrite } from '../../engine/baileys/auth-port.ts'
import { DAY, only, type Use } from './world.ts'

/** What {@link AuthStore} promises. */
export function authConformance(use: Use): void {
  describe('credentials, keys and journal', () => {
    credentials(use)
    keys(use)
    journal(use)
    journalAge(use)
    sentProtos(use)
  })
}

function credentials(use: Use): void {
  test('credentials are kept per session and replaced as a whole', async () => {
    const { auth, session, other } = await start(use)
    expect(await auth.loadCreds(session.uid)).toBeUndefined()
    await auth.saveCreds(session.uid, '{"a":1}')
    await auth.saveCreds(session.uid, '{"a":2}')
    expect(await auth.loadCreds(session.uid)).toBe('{"a":2}')
    expect(await auth.loadCreds(other.uid)).toBeUndefined()
  })

  test('wiping deletes credentials, keys and journal of one session', async () => {
    const { auth, session, other } = await start(use)
    for (const { uid } of [session, other]) {
      await auth.saveCreds(uid, '{}')
      await auth.commit(uid, { keys: [write('session', 'a', 'x')], journal: [entry('j')] })
    }
    await auth.wipe(session.uid)
    expect(await auth.loadCreds(session.uid)).toBeUndefined()
    expect((await auth.getKeys(session.uid, 'session', ['a'])).size).toBe(0)
    expect(await auth.findJournal(session.uid, 'j')).toBeUndefined()
    expect(await auth.loadCreds(other.uid)).toBe('{}')
    expect((await auth.getKeys(other.uid, 'session', ['a'])).size).toBe(1)
    expect(await auth.findJournal(other.uid, 'j')).toBeDefined()
  })

  test('nothing is kept for a session that is not there', async () => {
    const { world, auth, session } = await start(use)
    await world.store.sessions.deleteSession(session.uid)
    await expect(auth.saveCreds(session.uid, '{}')).rejects.toThrow()
    await expect(auth.commit(session.uid, { keys: [write('a', 'b', 'c')], journal: [] })).rejects.toThrow()
    expect(await auth.loadCreds(session.uid)).toBeUndefined()
  })
}

function keys(use: Use): void {
  test('keys are found by session, type and id; those that do not exist are left out', async () => {
    const { auth, session, other } = await start(use)
    await auth.commit(session.uid, { keys: [write('session', 'a', '1'), write('pre-key', 'a', '2')], journal: [] })
    expect([...(await auth.getKeys(session.uid, 'session', ['a', 'b']))]).toEqual([['a', '1']])
    expect([...(await auth.getKeys(session.uid, 'pre-key', ['a']))]).toEqual([['a', '2']])
    expect((await auth.getKeys(other.uid, 'session', ['a'])).size).toBe(0)
    expect((await auth.getKeys(session.uid, 'session', [])).size).toBe(0)
  })

  test('the last write of a key wins, within a batch too, and null deletes', async () => {
    const { auth, session } = await start(use)
    const writes = [write('s', 'a', '1'), write('s', 'b', '1'), write('s', 'a', '2'), write('s', 'b', null)]
    await auth.commit(session.uid, { keys: writes, journal: [] })
    expect([...(await auth.getKeys(session.uid, 's', ['a', 'b']))]).toEqual([['a', '2']])
    await auth.commit(session.uid, { keys: [write('s', 'a', null), write('s', 'x', null)], journal: [] })
    expect((await auth.getKeys(session.uid, 's', ['a'])).size).toBe(0)
  })

  test('hundreds of keys are read and written at once, and survive a restart', async () => {
    const { world, session } = await start(use)
    const ids = Array.from({ length: 812 }, (_, n) => String(n))
    await world.store.auth.commit(session.uid, { keys: ids.map((id) => write('pre-key', id, `v${id}`)), journal: [] })
    await world.restart()
    const found = await world.store.auth.getKeys(session.uid, 'pre-key', ids)
    expect([...found]).toEqual(ids.map((id) => [id, `v${id}`]))
  })
}

function journal(use: Use): void {
  test('keys and journal rows are stored together', async () => {
    const { world, session } = await start(use)
    await world.store.auth.commit(session.uid, { keys: [write('session', 'a', '1')], journal: [entry('j', 5)] })
    await world.restart()
    const { auth } = world.store
    expect([...((await auth.findJournal(session.uid, 'j')) ?? [])]).toEqual([5])
    const pending = only(await auth.pendingJournal(session.uid))
    expect({ ...pending, plaintext: [...pending.plaintext] }).toEqual({ key: 'j', plaintext: [5], envelope: '{"j":1}' })
    expect(await auth.findJournal(session.uid, 'other')).toBeUndefined()
  })

  test('pending rows come in order of arrival; a consumed one answers redeliveries but pends no more', async () => {
    const { auth, session } = await start(use)
    for (const key of ['z', 'a', 'm']) await auth.commit(session.uid, { keys: [], journal: [entry(key)] })
    await auth.consumeJournal(session.uid, ['a', 'unknown'])
    expect((await auth.pendingJournal(session.uid)).map(({ key }) => key)).toEqual(['z', 'm'])
    expect(await auth.findJournal(session.uid, 'a')).toBeDefined()
  })

  test('a row that is there already stays as it is, consumed or not', async () => {
    const { auth, session } = await start(use)
    await auth.commit(session.uid, { keys: [], journal: [entry('j', 1)] })
    await auth.consumeJournal(session.uid, ['j'])
    await auth.commit(session.uid, { keys: [write('s', 'a', '1')], journal: [entry('j', 2)] })
    expect([...((await auth.findJournal(session.uid, 'j')) ?? [])]).toEqual([1])
    expect(await auth.pendingJournal(session.uid)).toEqual([])
    expect((await auth.getKeys(session.uid, 's', ['a'])).size).toBe(1)
  })

  test('sessions have journals of their own', async () => {
    const { auth, session, other } = await start(use)
    await auth.commit(session.uid, { keys: [], journal: [entry('j')] })
    await auth.consumeJournal(other.uid, ['j'])
    expect(await auth.findJournal(other.uid, 'j')).toBeUndefined()
    expect(await auth.pendingJournal(session.uid)).toHaveLength(1)
  })
}

function journalAge(use: Use): void {
  test('the janitor deletes consumed rows after 14 days, and never one that no message has consumed', async () => {
    const { world, auth, session } = await start(use)
    await auth.commit(session.uid, { keys: [], journal: [entry('done'), entry('pending')] })
    await auth.consumeJournal(session.uid, ['done'])
    expect((await world.store.prune(world.now + 14 * DAY)).journal).toBe(0)
    expect((await world.store.prune(world.now + 14 * DAY + 1)).journal).toBe(1)
    expect(await auth.findJournal(session.uid, 'done')).toBeUndefined()
    expect(only(await auth.pendingJournal(session.uid)).key).toBe('pending')
  })
}

function sentProtos(use: Use): void {
  test('the bytes of a sent message are found for 14 days', async () => {
    const { world, auth, session, other } = await start(use)
    const { message } = await world.accept(session)
    expect([...((await auth.findSentProto(session.uid, message.waId)) ?? [])]).toEqual([1, 2, 3])
    expect(await auth.findSentProto(other.uid, message.waId)).toBeUndefined()
    expect(await auth.findSentProto(session.uid, 'UNKNOWN')).toBeUndefined()
    world.now += 14 * DAY - 1
    expect(await auth.findSentProto(session.uid, message.waId)).toBeDefined()
    world.now += 1
    expect(await auth.findSentProto(session.uid, message.waId)).toBeUndefined()
  })

  test('what was received or not prepared yet has none', async () => {
    const { world, auth, session } = await start(use)
    await world.receive(session, { waId: 'IN' as WaMessageId })
    await world.receive(session, { waId: 'PHONE' as WaMessageId, fromMe: true })
    const { message } = await world.accept(session, { proto: null })
    for (const waId of ['IN', 'PHONE', message.waId]) {
      expect(await auth.findSentProto(session.uid, waId)).toBeUndefined()
    }
  })
}

async function start(use: Use) {
  const world = use()
  return { world, auth: world.store.auth, session: await world.session(), other: await world.session() }
}

function write(type: string, id: string, value: string | null): KeyWrite {
  return { type, id, value }
}

function entry(key: string, byte = 1) {
  return { key, plaintext: new Uint8Array([byte]), envelope: `{"${key}":1}` }
}
