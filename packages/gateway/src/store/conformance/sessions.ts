import { describe, expect, test } from 'vitest'
import type { SessionUid, TenantId } from '../../core/ids.ts'
import { ANI, only, type Use } from './world.ts'

const OTHER = 'other' as TenantId

/** What {@link SessionStore} promises. */
export function sessionConformance(use: Use): void {
  describe('sessions', () => {
    records(use)
    pages(use)
    news(use)
    deletion(use)
  })
}

function records(use: Use): void {
  test('a session is found by tenant and id, and by uid, as it was stored', async () => {
    const { store, session } = await withSession(use)
    expect(await store.sessions.getSession(session.tenant, session.id)).toEqual(session)
    expect(await store.sessions.getSessionByUid(session.uid)).toEqual(session)
    expect(await store.sessions.getSession(OTHER, session.id)).toBeUndefined()
  })

  test('a tenant has an id once, another tenant may have it too', async () => {
    const { store, session } = await withSession(use)
    const again = { ...session, uid: 'ses_again' as SessionUid, name: 'again' }
    expect(await store.sessions.createSession(again)).toBe(false)
    expect(await store.sessions.getSession(session.tenant, session.id)).toEqual(session)
    expect(await store.sessions.createSession({ ...again, tenant: OTHER })).toBe(true)
  })

  test('a patch changes what it names and nothing else', async () => {
    const { store, session } = await withSession(use)
    const settings = { proxy: 'socks5://a:b@proxy.example:1080' }
    await store.sessions.updateSession(session.uid, { name: 'Toko', shouldRun: false, metadata: { a: [1] }, settings })
    const changed = { ...session, name: 'Toko', shouldRun: false, metadata: { a: [1] }, settings }
    expect(await store.sessions.getSessionByUid(session.uid)).toEqual(changed)
    await store.sessions.updateSession(session.uid, { name: null, phone: '62811', lid: ANI, pushName: 'Toko' })
    const paired = { ...changed, name: null, phone: '62811', lid: ANI, pushName: 'Toko' }
    expect(await store.sessions.getSessionByUid(session.uid)).toEqual(paired)
  })

  test('a session that is not there cannot be changed', async () => {
    const { sessions } = use().store
    const uid = 'ses_nobody' as SessionUid
    const missing = { code: 'session_not_found' }
    await expect(sessions.updateSession(uid, { name: 'x' })).rejects.toMatchObject(missing)
    const change = { status: 'connected', reason: 'resumed', at: 1 } as const
    await expect(sessions.setSessionStatus(uid, change)).rejects.toMatchObject(missing)
    await expect(sessions.recordQr(uid, { text: 'x', expiresAt: 1, at: 1 })).rejects.toMatchObject(missing)
  })
}

function pages(use: Use): void {
  test('lists are by id, page by page', async () => {
    const world = use()
    for (const id of ['b', 'a', 'd', 'c']) await world.session({ id })
    await world.session({ id: 'a', tenant: OTHER })
    const list = (page: { limit: number; cursor?: string }) =>
      world.store.sessions.listSessions('default' as TenantId, page).then((found) => found.map(({ id }) => id))
    expect(await list({ limit: 3 })).toEqual(['a', 'b', 'c'])
    expect(await list({ limit: 3, cursor: 'c' })).toEqual(['d'])
    expect(await list({ limit: 3, cursor: 'd' })).toEqual([])
  })

  test('over all tenants no session is lost between two pages', async () => {
    const world = use()
    const tenants = ['t1', 't2', 't3'] as TenantId[]
    for (const tenant of tenants) {
      for (const id of ['main', 'second']) await world.session({ id, tenant })
    }
    const found: string[] = []
    let cursor: string | undefined
    for (;;) {
      const page = await world.store.sessions.listSessions(
        null,
        cursor === undefined ? { limit: 2 } : { limit: 2, cursor },
      )
      found.push(...page.map(({ tenant, id }) => `${id} ${tenant}`))
      const last = page.at(-1)
      if (!last) break
      cursor = `${last.id}/${last.uid}`
    }
    expect(found.sort()).toEqual(['main t1', 'main t2', 'main t3', 'second t1', 'second t2', 'second t3'])
  })

  test('runnable sessions come oldest first', async () => {
    const world = use()
    await world.session({ id: 'new', createdAt: 30 })
    await world.session({ id: 'off', createdAt: 20, shouldRun: false })
    await world.session({ id: 'old', createdAt: 10 })
    expect((await world.store.sessions.listRunnable()).map(({ id }) => id)).toEqual(['old', 'new'])
  })
}

function news(use: Use): void {
  test('a new status is stored and told', async () => {
    const { world, store, session } = await withSession(use)
    await store.sessions.setSessionStatus(session.uid, { status: 'connected', reason: 'resumed', at: 1_000 })
    expect(await store.sessions.getSessionByUid(session.uid)).toMatchObject({
      status: 'connected',
      reason: 'resumed',
      since: 1_000,
    })
    expect(only(await world.events(session.uid))).toMatchObject({
      seq: 1,
      type: 'session.status',
      session: session.id,
      tenant: session.tenant,
      timestamp: 1_000,
      lane: 'session',
      metadata: session.metadata,
      data: { id: session.id, status: 'connected', reason: 'resumed', since: '1970-01-01T00:00:01.000Z' },
    })
  })

  test('the same status again is no news, the same status for another reason is', async () => {
    const { world, store, session } = await withSession(use)
    const set = (reason: 'created' | 'connection_lost', at: number) =>
      store.sessions.setSessionStatus(session.uid, { status: 'connecting', reason, at })
    await set('created', session.since + 5)
    expect(await world.events(session.uid)).toEqual([])
    expect(await store.sessions.getSessionByUid(session.uid)).toEqual(session)
    await set('connection_lost', session.since + 6)
    expect(await world.events(session.uid)).toHaveLength(1)
  })

  test('a QR is told with the time it ends', async () => {
    const { world, store, session } = await withSession(use)
    await store.sessions.recordQr(session.uid, { text: '2@abc', expiresAt: 60_000, at: 40_000 })
    expect(only(await world.events(session.uid))).toMatchObject({
      type: 'session.qr',
      timestamp: 40_000,
      data: { qr: '2@abc', expires_at: '1970-01-01T00:01:00.000Z' },
    })
  })
}

function deletion(use: Use): void {
  test('a deleted session takes all its rows along, and leaves those of others', async () => {
    const world = use()
    const { store } = world
    const [gone, stays] = [await world.session(), await world.session()]
    for (const session of [gone, stays]) {
      await store.auth.saveCreds(session.uid, '{}')
      const keys = [{ type: 'pre-key', id: '1', value: 'x' }]
      await store.auth.commit(session.uid, { keys, journal: [] })
      await world.endpoint({ sessionUid: session.uid, session: session.id })
      await world.accept(session)
      await world.receive(session)
    }
    await store.sessions.deleteSession(gone.uid)
    await store.sessions.createSession({ ...gone, uid: gone.uid })
    expect(await store.auth.loadCreds(gone.uid)).toBeUndefined()
    expect((await store.auth.getKeys(gone.uid, 'pre-key', ['1'])).size).toBe(0)
    expect(await store.messages.listMessages(gone.uid, { limit: 9 })).toEqual([])
    expect(await world.events(gone.uid)).toEqual([])
    expect(only(await store.webhooks.listEndpoints(null, { limit: 9 })).sessionUid).toBe(stays.uid)
    expect(await store.auth.loadCreds(stays.uid)).toBe('{}')
    expect(await store.messages.listMessages(stays.uid, { limit: 9 })).toHaveLength(2)
    expect(only(await world.due()).event.sessionUid).toBe(stays.uid)
  })

  test('deleting twice is as good as once', async () => {
    const { store, session } = await withSession(use)
    await store.sessions.deleteSession(session.uid)
    await store.sessions.deleteSession(session.uid)
    expect(await store.sessions.getSessionByUid(session.uid)).toBeUndefined()
  })
}

async function withSession(use: Use) {
  const world = use()
  return { world, store: world.store, session: await world.session({ metadata: { shop: 7 } }) }
}
