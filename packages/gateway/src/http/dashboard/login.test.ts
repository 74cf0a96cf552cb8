import { afterEach, expect, test } from 'vitest'
import { hashSecret, newSecret } from '../../access/key-format.ts'
import { Logins } from '../../access/logins.ts'
import { DEFAULT_TENANT, type KeyId } from '../../core/ids.ts'
import { type CallOptions, HttpRig, type HttpRigOptions } from '../test/http-rig.ts'

let rig: HttpRig
afterEach(() => rig.close())

const MARK = { 'x-kurir-dashboard': '1' }

async function open(options: HttpRigOptions = {}): Promise<void> {
  rig = await HttpRig.open(options)
}

/** Logs in with a key, as the dashboard does, and answers the cookie as a browser sends it. */
async function logIn(key: string): Promise<string> {
  const answer = await rig.call('POST', '/dashboard/login', { key: null, headers: MARK, body: { key } })
  expect(answer.status).toBe(200)
  return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
}

function withCookie(method: string, path: string, cookie: string, more: CallOptions = {}) {
  return rig.call(method, path, { key: null, ...more, headers: { cookie, ...more.headers } })
}

test('a login is a cookie that scripts and other sites cannot use, and opens the API to its own pages', async () => {
  await open()
  const answer = await rig.call('POST', '/dashboard/login', { key: null, headers: MARK, body: { key: rig.admin } })
  expect(answer.body).toEqual({ tenant: 'default', scopes: ['admin'], session: null, phone_page: null })
  const set = answer.headers.get('set-cookie') ?? ''
  expect(set).toMatch(/^kurir_login=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
  const cookie = set.split(';', 1)[0] ?? ''
  expect((await withCookie('GET', '/v1/sessions', cookie)).status).toBe(200)
  expect((await withCookie('GET', '/dashboard/me', cookie)).body).toMatchObject({ scopes: ['admin'] })
  const made = await withCookie('POST', '/v1/sessions', cookie, { body: { id: 'shop' }, headers: MARK })
  expect(made.status).toBe(201)
})

test('behind https the cookie goes over https alone, and only below the base path', async () => {
  await open({ config: { publicUrl: 'https://wa.example/gate', basePath: '/gate' } })
  const headers = { ...MARK, origin: 'https://wa.example' }
  const answer = await rig.call('POST', '/dashboard/login', { key: null, headers, body: { key: rig.admin } })
  expect(answer.headers.get('set-cookie')).toMatch(/Path=\/gate; HttpOnly; SameSite=Strict; Secure$/)
})

test('a call that another page makes with the cookie is refused, and so is one that does not say whence', async () => {
  await open()
  const cookie = await logIn(rig.admin)
  const refused: CallOptions['headers'][] = [
    {},
    { ...MARK, origin: 'https://evil.example' },
    { ...MARK, origin: 'null' },
    { ...MARK, 'sec-fetch-site': 'cross-site' },
    { ...MARK, 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of refused) {
    const answer = await withCookie('POST', '/v1/sessions', cookie, { body: { id: 'x' }, headers: headers ?? {} })
    expect(answer.status, JSON.stringify(headers)).toBe(403)
  }
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    expect((await withCookie('GET', '/v1/sessions', cookie, { headers })).status).toBe(403)
  }
  const own = { ...MARK, origin: rig.url, 'sec-fetch-site': 'same-origin' }
  expect((await withCookie('POST', '/v1/sessions', cookie, { body: { id: 'x' }, headers: own })).status).toBe(201)
  const foreign = { ...MARK, origin: 'https://evil.example' }
  const login = await rig.call('POST', '/dashboard/login', { key: null, headers: foreign, body: { key: rig.admin } })
  expect(login.status).toBe(403)
})

test('a login ends by logging out, and with its key', async () => {
  await open()
  const [first, second] = [await logIn(rig.admin), await logIn(rig.admin)]
  const out = await withCookie('POST', '/dashboard/logout', first, { headers: MARK })
  expect(out.status).toBe(204)
  expect(out.headers.get('set-cookie')).toMatch(/^kurir_login=; Max-Age=0/)
  expect((await withCookie('GET', '/v1/sessions', first)).status).toBe(401)
  expect((await withCookie('GET', '/v1/sessions', second)).status).toBe(200)

  const made = await rig.call('POST', '/v1/keys', { body: { name: 'm', scopes: ['manage'] } })
  const third = await logIn(String(made.body.key))
  expect((await withCookie('GET', '/v1/keys', third)).status).toBe(403)
  await rig.call('DELETE', `/v1/keys/${made.body.id}`)
  expect((await withCookie('GET', '/v1/sessions', third)).body).toMatchObject({ code: 'unauthorized' })
})

test('only keys that may manage log in, and no other text is taken for a login', async () => {
  await open()
  const tries: [string, number][] = [
    [await rig.key(['read', 'send']), 403],
    ['kur_wrong', 401],
    [newSecret(), 401],
  ]
  for (const [key, status] of tries) {
    const answer = await rig.call('POST', '/dashboard/login', { key: null, headers: MARK, body: { key } })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([status, null])
  }
  for (const text of [newSecret(), 'x', rig.admin, '']) {
    expect((await withCookie('GET', '/v1/sessions', `kurir_login=${text}`)).status).toBe(401)
  }
})

test('an address that tries too many logins has to wait', async () => {
  await open({ config: { rateLimit: { perSecond: 100, burst: 100 } } })
  const statuses: number[] = []
  for (let index = 0; index < 12; index += 1) {
    const body = { key: `kur_guess_${index}` }
    statuses.push((await rig.call('POST', '/dashboard/login', { key: null, headers: MARK, body })).status)
  }
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401))
  expect(statuses.slice(10)).toEqual([429, 429])
})

test('logins with the configured key end when another one is configured', async () => {
  await open()
  const { store, clock } = rig.rig
  const caller = { tenant: DEFAULT_TENANT, keyId: 'key_configured' as KeyId, scopes: ['admin' as const], session: null }
  const logins = (key: string) =>
    new Logins({ store: store.access, clock, configured: { caller, hash: hashSecret(key) } })
  const token = await logins('one').open(caller, 1_000_000)
  expect(await logins('one').callerOf(token)).toEqual(caller)
  expect(await logins('two').callerOf(token)).toBeUndefined()
  expect(await new Logins({ store: store.access, clock, configured: null }).callerOf(token)).toBeUndefined()
  await logins('two').open(caller, 1_000_000)
  expect(await logins('one').callerOf(token)).toBeUndefined()
  const rows = await store.access.listKeys(null, { limit: 10 })
  expect(rows.filter(({ dialect }) => dialect === 'dashboard')).toHaveLength(1)
})
