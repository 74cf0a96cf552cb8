import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Gateway } from '../gateway.ts'
import { until } from '../messages/test/rig.ts'
import { type Answer, HttpRig } from './test/http-rig.ts'

let rig: HttpRig
/** Runs before each `sessions.create`, in the test's hands. */
let beforeCreate: () => Promise<void> = async () => {}
let creations = 0

function watched(real: Gateway): Gateway {
  const create: Gateway['sessions']['create'] = async (...args) => {
    creations += 1
    await beforeCreate()
    return real.sessions.create(...args)
  }
  const sessions = new Proxy(real.sessions, {
    get: (target, name) => (name === 'create' ? create : Reflect.get(target, name).bind(target)),
  })
  return { ...real, sessions }
}

beforeEach(async () => {
  creations = 0
  beforeCreate = async () => {}
  rig = await HttpRig.open({ gateway: watched })
})
afterEach(() => rig.close())

function post(path: string, idempotencyKey: string, body: unknown, key = rig.admin): Promise<Answer> {
  return rig.call('POST', path, { key, body, headers: { 'idempotency-key': idempotencyKey } })
}

test('a repetition is answered as the first time, byte for byte, and does nothing', async () => {
  const first = await post('/v1/sessions', 'k1', { name: 'No id', metadata: { a: 1, b: [1, { c: 2 }] } })
  expect(first.status).toBe(201)
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  const again = await post('/v1/sessions', 'k1', { metadata: { b: [1, { c: 2 }], a: 1 }, name: 'No id' })
  expect(again).toMatchObject({ status: 201, text: first.text })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
  expect(creations).toBe(1)
})

test('another body or path with the same key is refused', async () => {
  await post('/v1/sessions', 'k1', { id: 'a' })
  for (const [path, body] of [
    ['/v1/sessions', { id: 'b' }],
    ['/v1/sessions', { id: 'a', name: 'x' }],
    ['/v1/tenants', { id: 'a' }],
  ] as const) {
    const answer = await post(path, 'k1', path === '/v1/tenants' ? { ...body, name: 'x' } : body)
    expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_mismatch' } })
  }
  expect(creations).toBe(1)
})

test('keys of different tenants do not meet', async () => {
  await rig.call('POST', '/v1/tenants', { body: { id: 'acme', name: 'Acme' } })
  const other = await rig.key(['manage'], { tenant: 'acme' })
  expect((await post('/v1/sessions', 'k1', { id: 'a' })).body).toMatchObject({ tenant: 'default' })
  expect((await post('/v1/sessions', 'k1', { id: 'a' }, other)).body).toMatchObject({ tenant: 'acme' })
})

test('fifty at once make one thing, and all get its answer', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => post('/v1/sessions', 'k1', { name: 'one' })))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(creations).toBe(1)
  expect((await rig.call('GET', '/v1/sessions')).body.data).toHaveLength(1)
})

test('one that comes while the first is at work waits for it; another body is refused at once', async () => {
  let release = () => {}
  beforeCreate = () => new Promise((resolve) => (release = resolve))
  const first = post('/v1/sessions', 'k1', { id: 'slow' })
  await until('the first is at work', () => creations === 1 || undefined)
  let isSecondDone = false
  const second = post('/v1/sessions', 'k1', { id: 'slow' }).finally(() => {
    isSecondDone = true
  })
  expect((await post('/v1/sessions', 'k1', { id: 'other' })).status).toBe(409)
  expect(isSecondDone).toBe(false)
  release()
  expect((await second).text).toBe((await first).text)
  expect(creations).toBe(1)
})

test('a client that goes away does not block the key', async () => {
  let release = () => {}
  beforeCreate = () => new Promise((resolve) => (release = resolve))
  const gone = new AbortController()
  const lost = fetch(`${rig.url}/v1/sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.admin}`, 'content-type': 'application/json', 'idempotency-key': 'k1' },
    body: '{"id":"lost"}',
    signal: gone.signal,
  }).catch(() => undefined)
  await until('it is at work', () => creations === 1 || undefined)
  gone.abort()
  await lost
  release()
  const again = await post('/v1/sessions', 'k1', { id: 'lost' })
  expect(again).toMatchObject({ status: 201, body: { id: 'lost' } })
  expect(creations).toBe(1)
})

test('what failed or was refused is not kept: the key is free again', async () => {
  const reader = await rig.key(['read'])
  expect((await post('/v1/sessions', 'k1', { id: 7 })).status).toBe(400)
  expect((await post('/v1/sessions', 'k1', { id: 'a' }, reader)).status).toBe(403)
  beforeCreate = () => Promise.reject(new Error('broken'))
  expect((await post('/v1/sessions', 'k1', { id: 'a' })).status).toBe(500)
  beforeCreate = async () => {}
  expect((await post('/v1/sessions', 'k1', { id: 'a' })).status).toBe(201)
  expect((await post('/v1/sessions', 'k2', { id: 'a' })).status).toBe(409)
  expect((await rig.call('DELETE', '/v1/sessions/a')).status).toBe(204)
  expect((await post('/v1/sessions', 'k2', { id: 'a' })).status).toBe(201)
})

test('a key of 1 to 255 characters', async () => {
  expect((await post('/v1/sessions', 'x'.repeat(255), { id: 'a' })).status).toBe(201)
  expect((await post('/v1/sessions', 'x'.repeat(256), { id: 'b' })).status).toBe(400)
  expect((await post('/v1/sessions', '', { id: 'b' })).status).toBe(400)
})

test('what is shown once is not kept', async () => {
  const made = await post('/v1/keys', 'k1', { name: 'shop', scopes: ['read'] })
  const again = await post('/v1/keys', 'k1', { name: 'shop', scopes: ['read'] })
  expect(made.body.key).toMatch(/^kur_/)
  expect(again).toMatchObject({ status: 201, body: { id: made.body.id } })
  expect(again.body).not.toHaveProperty('key')
  expect((await rig.call('GET', '/v1/keys')).body.data).toHaveLength(2)
})

test('an answer survives a restart', async () => {
  const { dataDir } = rig.rig
  const first = await post('/v1/sessions', 'k1', { name: 'kept' })
  await rig.app.close()
  await rig.rig.shutDown()
  const { admin } = rig
  rig = await HttpRig.open({ dataDir, gateway: watched })
  expect(await post('/v1/sessions', 'k1', { name: 'kept' }, admin)).toMatchObject({ status: 201, text: first.text })
  expect(creations).toBe(1)
})

test('a crash between acceptance and the kept answer makes no second message', async () => {
  await rig.rig.connected('shop')
  const { access } = rig.gateway
  const save = access.saveAnswer
  access.saveAnswer = () => Promise.reject(new Error('the process died here'))
  const body = { to: '6281300000001', type: 'text', text: 'once' }
  const first = await post('/v1/sessions/shop/messages', 'k1', body)
  access.saveAnswer = save
  const again = await post('/v1/sessions/shop/messages?wait=5000', 'k1', body)
  expect(first.status).toBe(202)
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id, wa_id: first.body.wa_id } })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect((await post('/v1/sessions/shop/messages', 'k1', body)).text).toBe(again.text)
  expect((await rig.call('GET', '/v1/sessions/shop/messages')).body.data).toHaveLength(1)
  const other = await post('/v1/sessions/shop/messages', 'k1', { ...body, text: 'twice' })
  expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_mismatch' } })
})
