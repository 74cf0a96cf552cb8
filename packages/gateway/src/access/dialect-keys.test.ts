import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../core/clock.ts'
import { systemClock } from '../core/clock.ts'
import { DEFAULT_TENANT, newId, type TenantId } from '../core/ids.ts'
import { openSqliteStore } from '../store/sqlite/open.ts'
import type { Store } from '../store/store.ts'
import { Access } from './access.ts'
import { unseal } from './seal.ts'
import type { DialectKeys } from './verbs.ts'

const DIALECTS = new Map<string, DialectKeys>([
  ['oauth', { tenant: 'client', session: null }],
  ['plain', { tenant: 'key', session: null }],
  ['pairs', { tenant: 'token', session: 'pair' }],
  ['bound', { tenant: null, session: 'key' }],
  ['lazy', { tenant: 'first-use', session: 'key' }],
])

let dataDir: string
let store: Store
let access: Access
let now: number
const clock: Clock = { ...systemClock, now: () => now }

beforeEach(async () => {
  now = Date.UTC(2026, 10, 21)
  dataDir = await mkdtemp(join(tmpdir(), 'kurir-keys-'))
  await open()
})
afterEach(async () => {
  await store.close()
  await rm(dataDir, { recursive: true })
})

async function open(): Promise<void> {
  store = await openSqliteStore({ dataDir, clock, logger: pino({ level: 'silent' }) })
  access = new Access({ store: store.access, sessions: store.sessions, clock, dialects: DIALECTS })
  await access.bootstrap()
}

async function createSession(id: string): Promise<void> {
  await store.sessions.createSession({
    ...{ uid: newId('ses'), tenant: DEFAULT_TENANT, id, name: null, shouldRun: false, status: 'stopped' },
    ...{
      reason: 'created',
      since: now,
      phone: null,
      lid: null,
      pushName: null,
      metadata: {},
      settings: {},
      restriction: null,
      createdAt: now,
    },
  })
}

async function make(dialect: string, session?: string) {
  const input = { tenant: DEFAULT_TENANT, name: 'x', dialect, ...(session === undefined ? {} : { session }) }
  return access.createDialectKey(input)
}

async function makeText(dialect: string, session?: string): Promise<string> {
  const { shown } = await make(dialect, session)
  if (!('key' in shown)) throw new Error('not one text')
  return shown.key
}

async function makeParts(dialect: string, session?: string): Promise<{ id: string; secret: string }> {
  const { shown } = await make(dialect, session)
  if ('key' in shown) throw new Error('one text')
  return { id: shown.id, secret: shown.secret }
}

test('a key opens its own dialect alone, and not the native API', async () => {
  const text = await makeText('plain')
  expect(await access.authenticateDialect('plain', { kind: 'key', text })).toMatchObject({
    tenant: DEFAULT_TENANT,
    session: null,
    scopes: ['manage', 'send', 'read'],
  })
  expect(await access.authenticateDialect('pairs', { kind: 'key', text })).toBeUndefined()
  expect(await access.authenticate(text)).toBeUndefined()
  const native = await access.createKey({ tenant: DEFAULT_TENANT, name: 'n', scopes: ['send'] })
  expect(await access.authenticateDialect('plain', { kind: 'key', text: native.key })).toBeUndefined()
  for (const wrong of ['', 'x', `${text}x`, text.toLowerCase()]) {
    expect(await access.authenticateDialect('plain', { kind: 'key', text: wrong }), wrong).toBeUndefined()
  }
})

test('a client is exchanged for tokens that live so long, outlive a restart, and go with the client', async () => {
  const client = await makeParts('oauth')
  expect(await access.issueToken('oauth', { ...client, secret: 'wrong' }, 1000)).toBeUndefined()
  expect(await access.issueToken('oauth', { ...client, id: 'nobody' }, 1000)).toBeUndefined()
  expect(await access.issueToken('plain', client, 1000)).toBeUndefined()
  const text = (await access.issueToken('oauth', client, 1000)) ?? ''
  expect(text).toMatch(/^[A-Za-z0-9]{42}$/)
  expect(await access.authenticateDialect('plain', { kind: 'token', text })).toBeUndefined()
  await store.close()
  await open()
  const caller = await access.authenticateDialect('oauth', { kind: 'token', text })
  expect(caller).toMatchObject({ tenant: DEFAULT_TENANT, session: null })
  now += 999
  expect(await access.authenticateDialect('oauth', { kind: 'token', text })).toBeDefined()
  now += 1
  expect(await access.authenticateDialect('oauth', { kind: 'token', text })).toBeUndefined()
  expect((await store.prune(now)).tokens).toBe(1)

  const second = (await access.issueToken('oauth', client, 1000)) ?? ''
  await access.deleteKey(DEFAULT_TENANT, caller?.keyId ?? newId('key'))
  expect(await access.authenticateDialect('oauth', { kind: 'token', text: second })).toBeUndefined()
})

test('a session has one id in a dialect of pairs, however many access tokens, and they can be shown again', async () => {
  await createSession('shop')
  await createSession('other')
  const groups = /^([0-9a-f]{4}-){4}[0-9a-f]{4}$/
  const [first, second, other] = [
    await makeParts('pairs', 'shop'),
    await makeParts('pairs', 'shop'),
    await makeParts('pairs', 'other'),
  ]
  expect([first.id, first.secret, other.id]).toEqual(Array(3).fill(expect.stringMatching(groups)))
  expect(second.id).toBe(first.id)
  expect(other.id).not.toBe(first.id)
  for (const pair of [first, second]) {
    expect(await access.authenticateDialect('pairs', { kind: 'pair', ...pair })).toMatchObject({ session: 'shop' })
  }
  const mixed = { kind: 'pair', id: first.id, secret: other.secret } as const
  expect(await access.authenticateDialect('pairs', mixed)).toBeUndefined()
  expect(await access.sessionCredentials(DEFAULT_TENANT, 'pairs')).toEqual(
    [first, second, other].map((pair, index) => ({
      ...pair,
      session: index < 2 ? 'shop' : 'other',
      createdAt: now,
    })),
  )
  expect(await access.sessionCredentials('nobody' as TenantId, 'pairs')).toEqual([])
})

test('which keys a dialect has is kept to', async () => {
  await createSession('shop')
  const refused: [string, string | undefined, string][] = [
    ['oauth', 'shop', 'invalid_request'],
    ['bound', undefined, 'invalid_request'],
    ['telegraph', undefined, 'invalid_request'],
    ['bound', 'nowhere', 'session_not_found'],
  ]
  for (const [dialect, session, code] of refused) {
    await expect(make(dialect, session), dialect).rejects.toMatchObject({ code })
  }
  const stranger = { tenant: 'nobody' as TenantId, name: 'x', dialect: 'plain' }
  await expect(access.createDialectKey(stranger)).rejects.toMatchObject({ code: 'not_found' })
  const text = await makeText('bound', 'shop')
  expect(await access.authenticateDialect('bound', { kind: 'key', text })).toMatchObject({ session: 'shop' })
})

test('a key is bound to the session of its first use, once', async () => {
  await createSession('first')
  await createSession('second')
  const text = await makeText('lazy')
  const caller = await access.authenticateDialect('lazy', { kind: 'key', text })
  if (!caller) throw new Error('the key is not known')
  const bound = await Promise.all(['first', 'second'].map((id) => access.bindKey(caller, id)))
  expect(bound.map(({ session }) => session)).toEqual(['first', 'first'])
  expect(await access.authenticateDialect('lazy', { kind: 'key', text })).toMatchObject({ session: 'first' })
  await expect(access.bindKey(caller, 'nowhere')).rejects.toMatchObject({ code: 'session_not_found' })
})

describe('number checks', () => {
  const take = (amount: number, tenant = DEFAULT_TENANT, work = async () => 'looked up') =>
    access.countChecks(tenant, amount, work)
  const left = async () => (await access.usage(DEFAULT_TENANT)).quotas.find(({ kind }) => kind === 'number_checks')
  beforeEach(async () => {
    await access.bootstrap()
    await access.updateTenant(DEFAULT_TENANT, { quotas: { numberChecksPerMonth: 10 } })
  })

  test('are counted by month and tenant, and not where they do not suffice or fail', async () => {
    expect(await take(7)).toBe('looked up')
    await expect(take(4)).rejects.toMatchObject({ code: 'quota_exceeded' })
    await expect(take(3, DEFAULT_TENANT, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network')
    expect(await left()).toMatchObject({ used: 7, limit: 10, resetsAt: Date.UTC(2026, 11, 1) })
    await take(3)
    await expect(take(1)).rejects.toMatchObject({ retryAfter: expect.any(Number) })
    await access.createTenant({ id: 'other', name: 'Other' })
    expect(await take(1_000_000, 'other' as TenantId)).toBe('looked up')
    now = Date.UTC(2026, 11, 1)
    expect(await take(10)).toBe('looked up')
  })

  test('50 at once never get more than there is', async () => {
    await access.updateTenant(DEFAULT_TENANT, { quotas: { numberChecksPerMonth: 100 } })
    const taken = await Promise.allSettled(Array.from({ length: 50 }, () => take(3)))
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(33)
  })
})

test('a sealed secret of an unknown form is not taken for the secret', () => {
  expect(() => unseal('v9.abc')).toThrow(/form/)
})
