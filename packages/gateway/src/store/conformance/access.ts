import { describe, expect, test } from 'vitest'
import type { KeyRecord, StoredAnswer, Tenant } from '../../access/ports.ts'
import { DEFAULT_TENANT, type KeyId, newId, type TenantId } from '../../core/ids.ts'
import type { MediaRecord } from '../../media/ports.ts'
import { DAY, HOUR, only, START, type Use } from './world.ts'

const OTHER = 'other' as TenantId

/** What {@link AccessStore} promises. */
export function accessConformance(use: Use): void {
  describe('access', () => {
    tenants(use)
    keys(use)
    boundKeys(use)
    dialectKeys(use)
    tokens(use)
    usage(use)
    answers(use)
  })
}

function tenants(use: Use): void {
  test('a tenant is made once and found', async () => {
    const { access } = use().store
    const tenant = makeTenant('shop')
    expect(await access.createTenant(tenant)).toBe(true)
    expect(await access.createTenant({ ...tenant, name: 'again' })).toBe(false)
    expect(await access.getTenant(tenant.id)).toEqual(tenant)
    expect(await access.getTenant(OTHER)).toBeUndefined()
  })

  test('tenants are listed by id, page by page', async () => {
    const { access } = use().store
    for (const id of ['c', 'a', 'b']) await access.createTenant(makeTenant(id))
    const [first, second] = await access.listTenants({ limit: 2 })
    expect([first?.id, second?.id]).toEqual(['a', 'b'])
    expect(only(await access.listTenants({ limit: 2, cursor: 'b' as TenantId })).id).toBe('c')
  })
}

function keys(use: Use): void {
  test('a key is found as it was stored', async () => {
    const { access } = use().store
    const key = makeKey({ scopes: ['send', 'read'] })
    await access.createKey(key)
    expect(await access.getKey(key.id)).toEqual(key)
    expect(await access.getKey('key_x' as KeyId)).toBeUndefined()
  })

  test('keys are listed by creation, page by page, of a tenant or of all', async () => {
    const { access } = use().store
    const made = [makeKey(), makeKey({ tenant: OTHER }), makeKey()]
    for (const key of made) await access.createKey(key)
    const [a, b, c] = made.map(({ id }) => id)
    const list = async (tenant: TenantId | null, page: { limit: number; cursor?: KeyId }) =>
      (await access.listKeys(tenant, page)).map(({ id }) => id)
    expect(await list(DEFAULT_TENANT, { limit: 9 })).toEqual([a, c])
    expect(await list(null, { limit: 2 })).toEqual([a, b])
    expect(await list(null, { limit: 2, ...(b && { cursor: b }) })).toEqual([c])
  })

  test('only its tenant deletes a key, or one who may touch all', async () => {
    const { access } = use().store
    const [a, b] = [makeKey(), makeKey()]
    for (const key of [a, b]) await access.createKey(key)
    expect(await access.deleteKey(OTHER, a.id)).toBe(false)
    expect(await access.getKey(a.id)).toEqual(a)
    expect(await access.deleteKey(DEFAULT_TENANT, a.id)).toBe(true)
    expect(await access.deleteKey(null, b.id)).toBe(true)
    expect(await access.deleteKey(null, b.id)).toBe(false)
    expect(await access.getKey(a.id)).toBeUndefined()
  })

  test('the store knows whether an admin key exists', async () => {
    const { access } = use().store
    await access.createKey(makeKey({ scopes: ['manage', 'send', 'read'] }))
    expect(await access.hasAdminKey()).toBe(false)
    const admin = makeKey({ scopes: ['admin'] })
    await access.createKey(admin)
    expect(await access.hasAdminKey()).toBe(true)
    await access.deleteKey(null, admin.id)
    expect(await access.hasAdminKey()).toBe(false)
  })
}

function boundKeys(use: Use): void {
  test('a key that is bound to a session goes with it, so that it opens no later one of the same id', async () => {
    const world = use()
    const session = await world.session({ id: 'shop' })
    const bound = makeKey({ sessionUid: session.uid, session: session.id })
    const free = makeKey()
    for (const key of [bound, free]) await world.store.access.createKey(key)
    expect(await world.store.access.getKey(bound.id)).toEqual(bound)
    await world.store.sessions.deleteSession(session.uid)
    await world.session({ id: 'shop' })
    expect(await world.store.access.getKey(bound.id)).toBeUndefined()
    expect(await world.store.access.getKey(free.id)).toEqual(free)
  })
}

function dialectKeys(use: Use): void {
  test('keys of a dialect are found by the name that they share, and listed by tenant', async () => {
    const { access } = use().store
    const pair = { dialect: 'bots', alias: 'ab-cd' }
    const made = [
      makeKey({ ...pair, sealed: 'v0.secret' }),
      makeKey(pair),
      makeKey({ ...pair, dialect: 'oauth' }),
      makeKey({ ...pair, alias: 'other', tenant: OTHER }),
      makeKey(),
    ]
    for (const key of made) await access.createKey(key)
    expect(await access.findDialectKeys('bots', 'ab-cd')).toEqual(made.slice(0, 2))
    expect(await access.findDialectKeys('bots', 'nobody')).toEqual([])
    expect(await access.listDialectKeys(DEFAULT_TENANT, 'bots')).toEqual(made.slice(0, 2))
    expect(await access.listDialectKeys(OTHER, 'bots')).toEqual(made.slice(3, 4))
  })

  test('a key is bound once, whoever asks first', async () => {
    const world = use()
    const { access } = world.store
    const [first, second] = [await world.session({ id: 'first' }), await world.session({ id: 'second' })]
    const key = makeKey({ dialect: 'lazy' })
    await access.createKey(key)
    const bound = await Promise.all([first, second].map(({ uid, id }) => access.bindKey(key.id, { uid, id })))
    expect(bound.map((record) => record?.session)).toEqual(['first', 'first'])
    expect(await access.bindKey('key_x' as KeyId, second)).toBeUndefined()
    await world.store.sessions.deleteSession(first.uid)
    expect(await access.getKey(key.id)).toBeUndefined()
  })
}

function tokens(use: Use): void {
  test('a token stands for its key until it expires, and goes with the key', async () => {
    const world = use()
    const { access } = world.store
    const key = makeKey({ dialect: 'oauth', alias: 'client' })
    await access.createKey(key)
    await access.saveToken({ hash: 'aa', key: key.id, expiresAt: START + HOUR })
    await access.saveToken({ hash: 'bb', key: key.id, expiresAt: START + DAY })
    expect(await access.getTokenKey('aa', START + HOUR - 1)).toEqual(key)
    expect(await access.getTokenKey('aa', START + HOUR)).toBeUndefined()
    expect(await access.getTokenKey('cc', START)).toBeUndefined()
    expect((await world.store.prune(START + HOUR)).tokens).toBe(1)
    expect(await access.getTokenKey('bb', START)).toEqual(key)
    await access.deleteKey(null, key.id)
    expect(await access.getTokenKey('bb', START)).toBeUndefined()
  })

  test('a token can be ended, and no other ends with it', async () => {
    const { access } = use().store
    const key = makeKey()
    await access.createKey(key)
    for (const hash of ['aa', 'bb']) await access.saveToken({ hash, key: key.id, expiresAt: START + HOUR })
    await access.deleteToken('aa')
    await access.deleteToken('cc')
    expect(await access.getTokenKey('aa', START)).toBeUndefined()
    expect(await access.getTokenKey('bb', START)).toEqual(key)
  })
}

function usage(use: Use): void {
  test('a counter never goes over its limit nor below nothing, and is its tenant’s and month’s alone', async () => {
    const { access } = use().store
    const counter = { tenant: DEFAULT_TENANT, what: 'number_checks', period: '2026-11' } as const
    const parallel = await Promise.all(Array.from({ length: 20 }, () => access.countUsage(counter, 3, 20)))
    expect(parallel.filter(({ taken }) => taken)).toHaveLength(6)
    expect(await access.countUsage(counter, 3, 20)).toEqual({ used: 18, taken: false })
    expect(await access.countUsage({ ...counter, period: '2026-12' }, 3, 20)).toEqual({ used: 3, taken: true })
    expect(await access.countUsage({ ...counter, tenant: OTHER }, 3, 20)).toEqual({ used: 3, taken: true })
    await access.uncountUsage(counter, 100)
    expect(await access.countUsage(counter, 20, 20)).toEqual({ used: 20, taken: true })
  })

  test('what a tenant uses is told by period, with its sessions and the bytes of its files', async () => {
    const world = use()
    const { access, media } = world.store
    await world.session()
    await world.session({ tenant: OTHER })
    await access.countUsage({ tenant: DEFAULT_TENANT, what: 'messages', period: '2026-01' }, 3, 9)
    await access.countUsage({ tenant: DEFAULT_TENANT, what: 'messages', period: '2026-01-01' }, 2, 9)
    await access.countUsage({ tenant: DEFAULT_TENANT, what: 'messages', period: '2025-12' }, 7, 9)
    await access.countUsage({ tenant: OTHER, what: 'messages', period: '2026-01' }, 5, 9)
    await media.createMedia(makeFile(), 0)
    const usage = await access.readUsage(DEFAULT_TENANT, ['2026-01', '2026-01-01'])
    expect(usage).toMatchObject({ sessions: 1, mediaBytes: 12 })
    expect(usage.counters).toHaveLength(2)
    expect(usage.counters).toEqual(
      expect.arrayContaining([
        { what: 'messages', period: '2026-01', used: 3 },
        { what: 'messages', period: '2026-01-01', used: 2 },
      ]),
    )
  })

  test('a tenant is changed in what is named; a quota of null goes', async () => {
    const { access } = use().store
    const tenant = { ...makeTenant('changing'), quotas: { messagesPerDay: 5, messagesPerMonth: 9 } }
    await access.createTenant(tenant)
    const patch = { timeZone: 'Asia/Makassar', quotas: { messagesPerDay: null, numberChecksPerMonth: 0 } }
    const after = { ...tenant, timeZone: 'Asia/Makassar', quotas: { messagesPerMonth: 9, numberChecksPerMonth: 0 } }
    expect(await access.updateTenant(tenant.id, patch)).toEqual(after)
    expect(await access.getTenant(tenant.id)).toEqual(after)
    expect(await access.updateTenant('nobody' as TenantId, patch)).toBeUndefined()
  })
}

function answers(use: Use): void {
  test('an answer is given again for 72 hours, to its tenant', async () => {
    const world = use()
    const { access } = world.store
    const answer = makeAnswer({ at: world.now })
    await access.saveAnswer(DEFAULT_TENANT, 'k', answer)
    world.now += 72 * HOUR - 1
    expect(await access.getAnswer(DEFAULT_TENANT, 'k')).toEqual(answer)
    expect(await access.getAnswer(OTHER, 'k')).toBeUndefined()
    expect(await access.getAnswer(DEFAULT_TENANT, 'other')).toBeUndefined()
    world.now += 1
    expect(await access.getAnswer(DEFAULT_TENANT, 'k')).toBeUndefined()
    const later = makeAnswer({ at: world.now, body: 'later' })
    await access.saveAnswer(DEFAULT_TENANT, 'k', later)
    expect(await access.getAnswer(DEFAULT_TENANT, 'k')).toEqual(later)
  })

  test('the janitor deletes expired answers, however many, and no other', async () => {
    const world = use()
    const { access } = world.store
    const old = makeAnswer({ at: START - 4 * DAY })
    await Promise.all(Array.from({ length: 1_100 }, (_, n) => access.saveAnswer(DEFAULT_TENANT, `old-${n}`, old)))
    await access.saveAnswer(DEFAULT_TENANT, 'young', makeAnswer({ at: START }))
    expect((await world.store.prune(START)).answers).toBe(1_100)
    expect((await world.store.prune(START)).answers).toBe(0)
    expect(await access.getAnswer(DEFAULT_TENANT, 'young')).toBeDefined()
  })
}

function makeFile(): MediaRecord {
  const facts = { mimetype: 'text/plain', size: 12, fileName: null, sha256: 'aa', remote: null }
  const times = { attempts: 0, createdAt: START, usedAt: START }
  return {
    id: newId('med'),
    tenant: DEFAULT_TENANT,
    sessionUid: null,
    session: null,
    state: 'here',
    ...facts,
    ...times,
  }
}

function makeTenant(id: string): Tenant {
  return {
    id: id as TenantId,
    name: `Shop ${id}`,
    countryCode: '62',
    timeZone: 'Asia/Jakarta',
    quotas: {},
    createdAt: START,
  }
}

function makeKey(over: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: newId('key'),
    tenant: DEFAULT_TENANT,
    name: 'a key',
    secretHash: 'ab'.repeat(32),
    scopes: ['send'],
    sessionUid: null,
    session: null,
    dialect: null,
    alias: null,
    sealed: null,
    createdAt: START,
    ...over,
  }
}

function makeAnswer(over: Partial<StoredAnswer>): StoredAnswer {
  return { requestHash: 'aa', status: 202, body: '{"id":"x"}', contentType: 'application/json', at: START, ...over }
}
