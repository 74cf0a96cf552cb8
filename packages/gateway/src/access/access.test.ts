import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { DEFAULT_TENANT, newId, type TenantId } from '../core/ids.ts'
import type { SessionRecord } from '../core/session.ts'
import { openSqliteStore } from '../store/sqlite/open.ts'
import type { Store } from '../store/store.ts'
import { Access } from './access.ts'
import { formatKey, hashSecret, newSecret } from './key-format.ts'

let dataDir: string
let store: Store
let access: Access

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kurir-access-'))
  store = await openSqliteStore({ dataDir, clock: systemClock, logger: pino({ level: 'silent' }) })
  access = open()
})

afterEach(async () => {
  await store.close()
  await rm(dataDir, { recursive: true })
})

function open(adminKey?: string): Access {
  const given = adminKey === undefined ? {} : { adminKey }
  return new Access({ store: store.access, sessions: store.sessions, clock: systemClock, ...given })
}

async function createSession(tenant: TenantId, id: string): Promise<SessionRecord> {
  const at = systemClock.now()
  const session: SessionRecord = {
    ...{ uid: newId('ses'), tenant, id, name: null, shouldRun: false, status: 'stopped', reason: 'created' },
    ...{
      since: at,
      phone: null,
      lid: null,
      pushName: null,
      metadata: {},
      settings: {},
      restriction: null,
      createdAt: at,
    },
  }
  await store.sessions.createSession(session)
  return session
}

test('the first start makes the default tenant and one admin key, later starts none', async () => {
  const key = await access.bootstrap()
  expect(key).toMatch(/^kur_[0-9A-Z]{26}_[A-Za-z0-9_-]{43}$/)
  expect(await access.authenticate(key ?? '')).toMatchObject({
    tenant: DEFAULT_TENANT,
    scopes: ['admin'],
    session: null,
  })
  expect(await access.getTenant(DEFAULT_TENANT)).toMatchObject({ id: 'default', countryCode: '62' })
  expect(await access.bootstrap()).toBeUndefined()
})

test('a key that the operator gives is valid while it is configured, and no other is made', async () => {
  const given = newSecret()
  const configured = open(given)
  expect(await configured.bootstrap()).toBeUndefined()
  expect(await configured.authenticate(` ${given} `)).toMatchObject({ tenant: DEFAULT_TENANT, scopes: ['admin'] })
  expect(await configured.authenticate(`${given}x`)).toBeUndefined()
  expect(await access.authenticate(given)).toBeUndefined()
})

test('the store holds a hash, never the key', async () => {
  await access.bootstrap()
  const { key, record } = await access.createKey({ tenant: DEFAULT_TENANT, name: 'shop', scopes: ['send'] })
  const secret = key.slice(-43)
  expect(record.secretHash).toBe(hashSecret(secret))
  expect(JSON.stringify(await access.listKeys(null, { limit: 10 }))).not.toContain(secret)
})

test('unknown, malformed and mistyped keys are refused', async () => {
  await access.bootstrap()
  const { key, record } = await access.createKey({ tenant: DEFAULT_TENANT, name: 'shop', scopes: ['send'] })
  expect(await access.authenticate(key)).toMatchObject({ keyId: record.id })
  const last = key.at(-2) === 'A' ? 'B' : 'A'
  const wrong = [
    `${key.slice(0, -2)}${last}${key.at(-1)}`,
    formatKey(newId('key'), key.slice(-43)),
    key.toLowerCase(),
    key.slice(0, -1),
    `${key}A`,
    key.replace('kur_', ''),
    '',
    'kur__',
    'x'.repeat(100_000),
  ]
  for (const presented of wrong) expect(await access.authenticate(presented), presented.slice(0, 90)).toBeUndefined()
})

test('a deleted key is refused at once', async () => {
  await access.bootstrap()
  const { key, record } = await access.createKey({ tenant: DEFAULT_TENANT, name: 'shop', scopes: ['send'] })
  expect(await access.authenticate(key)).toBeDefined()
  await expect(access.deleteKey('other' as TenantId, record.id)).rejects.toMatchObject({ code: 'not_found' })
  await access.deleteKey(DEFAULT_TENANT, record.id)
  expect(await access.authenticate(key)).toBeUndefined()
  await expect(access.deleteKey(null, record.id)).rejects.toMatchObject({ code: 'not_found' })
})

test('a key bound to a session dies with it, also when another session gets the same id', async () => {
  await access.bootstrap()
  const session = await createSession(DEFAULT_TENANT, 'shop')
  const bound = await access.createKey({ tenant: DEFAULT_TENANT, name: 'b', scopes: ['send'], session: 'shop' })
  expect(await access.authenticate(bound.key)).toMatchObject({ session: 'shop' })
  await store.sessions.deleteSession(session.uid)
  expect(await access.authenticate(bound.key)).toBeUndefined()
  await createSession(DEFAULT_TENANT, 'shop')
  expect(await access.authenticate(bound.key)).toBeUndefined()
})

test('keys need a tenant, a known scope and an existing session, and an admin key takes none', async () => {
  await access.bootstrap()
  const base = { tenant: DEFAULT_TENANT, name: 'x' }
  const refusals: [Parameters<Access['createKey']>[0], string][] = [
    [{ ...base, tenant: 'nobody' as TenantId, scopes: ['send'] }, 'not_found'],
    [{ ...base, scopes: [] }, 'invalid_request'],
    [{ ...base, scopes: ['root' as 'admin'] }, 'invalid_request'],
    [{ ...base, scopes: ['send'], session: 'nowhere' }, 'session_not_found'],
    [{ ...base, scopes: ['admin'], session: 'nowhere' }, 'invalid_request'],
  ]
  for (const [input, code] of refusals) await expect(access.createKey(input)).rejects.toMatchObject({ code })
})

test('tenants have plain ids, once each', async () => {
  const made = await access.createTenant({ name: 'No id', countryCode: '49' })
  expect(made.id).toMatch(/^ten_/)
  expect(await access.getTenant(made.id)).toMatchObject({ name: 'No id', countryCode: '49' })
  await access.createTenant({ id: 'acme', name: 'Acme' })
  await expect(access.createTenant({ id: 'acme', name: 'Again' })).rejects.toMatchObject({ code: 'tenant_exists' })
  await expect(access.createTenant({ id: '../x', name: 'X' })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(access.getTenant('nobody' as TenantId)).rejects.toMatchObject({ code: 'not_found' })
})
