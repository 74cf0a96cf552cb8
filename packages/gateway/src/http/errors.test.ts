import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ERRORS, KurirError } from '../core/errors.ts'
import { problemOf } from './error-envelope.ts'
import { type Answer, HttpRig } from './test/http-rig.ts'

let rig: HttpRig
const logged: string[] = []
let failure: (() => Error) | null = null

beforeAll(async () => {
  rig = await HttpRig.open({
    logger: pino({ level: 'debug' }, { write: (line) => logged.push(line) }),
    gateway: (real) => {
      const list: typeof real.sessions.list = (...args) => {
        if (failure) return Promise.reject(failure())
        return real.sessions.list(...args)
      }
      const sessions = new Proxy(real.sessions, {
        get: (target, name) => (name === 'list' ? list : Reflect.get(target, name).bind(target)),
      })
      return { ...real, sessions }
    },
  })
})
afterAll(() => rig.close())
afterEach(() => {
  failure = null
  logged.length = 0
})

function expectProblem(answer: Answer, code: keyof typeof ERRORS): void {
  const { status, title } = ERRORS[code]
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(answer.body).toMatchObject({
    type: `urn:kurir:error:${code}`,
    title,
    status,
    code,
    detail: expect.any(String),
  })
  expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
}

test('the page of errors and the table of errors agree both ways', () => {
  const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.+?) \| .{10,} \|$/gm)]
  const documented = Object.fromEntries(
    rows.map(([, code, status, title]) => [code, { status: Number(status), title }]),
  )
  expect(documented).toEqual(ERRORS)
})

test('every error has the same shape', () => {
  for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[]) {
    const problem = problemOf(new KurirError(code, 'why', { fields: [{ field: '/a', message: 'is b' }] }))
    expect(problem).toEqual({
      type: `urn:kurir:error:${code}`,
      ...ERRORS[code],
      detail: 'why',
      code,
      errors: [{ field: '/a', message: 'is b' }],
    })
  }
})

test('a body is refused with every field that is at fault', async () => {
  const answer = await rig.call('POST', '/v1/keys', { body: { scopes: [], name: 7, nickname: 'x' } })
  expectProblem(answer, 'invalid_request')
  const fields = (answer.body.errors as { field: string }[]).map(({ field }) => field)
  expect(fields.sort()).toEqual(['/name', '/nickname', '/scopes'])
  const missing = await rig.call('POST', '/v1/sessions/shop/messages', { body: { to: '628111111111', type: 'text' } })
  expect(missing.body.errors).toEqual([{ field: '/text', message: 'is missing' }])
})

test('nothing in a body is converted, and no unknown field is let through anywhere', async () => {
  for (const body of [{ id: 7 }, { id: null }, { ID: 'x' }, [], 'null', '"text"', { metadata: 'x' }]) {
    expectProblem(await rig.call('POST', '/v1/sessions', { body }), 'invalid_request')
  }
  expectProblem(await rig.call('GET', '/v1/sessions?limit=0'), 'invalid_request')
  expectProblem(await rig.call('GET', '/v1/sessions?limit=201'), 'invalid_request')
  expectProblem(await rig.call('GET', '/v1/sessions?limit=ten'), 'invalid_request')
  expectProblem(await rig.call('GET', '/v1/sessions?order=up'), 'invalid_request')
  expect((await rig.call('GET', '/v1/sessions?limit=7')).status).toBe(200)
})

test('bodies that are no JSON, poisoned, too large or of another type', async () => {
  for (const body of [
    '{"id": 3',
    '{"__proto__": {"polluted": 1}}',
    '{"metadata": {"constructor": {"prototype": {}}}}',
  ]) {
    expectProblem(await rig.call('POST', '/v1/sessions', { body }), 'invalid_request')
  }
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
  const empty = { headers: { 'content-type': 'application/json' } }
  expectProblem(await rig.call('POST', '/v1/sessions', empty), 'invalid_request')
  expectProblem(await rig.call('POST', '/v1/sessions', { body: ' '.repeat(1024 * 1024 + 1) }), 'payload_too_large')
  const form = { body: 'id=shop', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  expectProblem(await rig.call('POST', '/v1/sessions', form), 'unsupported_media_type')
})

test('unknown paths, unknown methods and broken URLs', async () => {
  for (const key of [rig.admin, null]) {
    expectProblem(await rig.call('GET', '/v1/nothing', { key }), 'not_found')
    const wrong = await rig.call('PUT', '/v1/sessions/shop', { key })
    expectProblem(wrong, 'method_not_allowed')
    expect(wrong.headers.get('allow')).toBe('GET, PATCH, DELETE')
  }
  expectProblem(await rig.call('GET', '/v1/sessions/%zz'), 'invalid_request')
  expectProblem(await rig.call('GET', `/v1/sessions/${'x'.repeat(65)}`), 'invalid_request')
})

test('names that leave their place are nobody’s', async () => {
  for (const name of [
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e',
    '..%5c..',
    '%00',
    'a%00b',
    '%F0%9F%98%80',
    '%0d%0aX-A:%20b',
  ]) {
    const answer = await rig.call('GET', `/v1/sessions/${name}`)
    expect([400, 404], `${name}: ${answer.text}`).toContain(answer.status)
    expectProblem(await rig.call('POST', '/v1/sessions', { body: { id: decodeURIComponent(name) } }), 'invalid_request')
  }
})

test('what is no HTTP is answered in the same shape', async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(rig.url).port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ code: 'invalid_request' })
})

test('an unknown error is logged with the request’s id, and the caller learns nothing of it', async () => {
  failure = () => new TypeError('cannot read the secret of undefined')
  const answer = await rig.call('GET', '/v1/sessions')
  expectProblem(answer, 'internal')
  expect(answer.text).not.toMatch(/secret|TypeError|at /)
  const id = answer.headers.get('x-request-id')
  const line = logged.map((text) => JSON.parse(text)).find((entry) => entry.msg === 'request failed')
  expect(line).toMatchObject({ reqId: id, err: { type: 'TypeError', message: 'cannot read the secret of undefined' } })
})

test('while the store fails the answer is 503 with a time to come back', async () => {
  failure = () => new KurirError('unavailable')
  const answer = await rig.call('GET', '/v1/sessions')
  expectProblem(answer, 'unavailable')
  expect(answer.headers.get('retry-after')).toBe('2')
})

test('no log line holds a key, a query or a body', async () => {
  const key = await rig.key(['manage', 'send', 'read'])
  await rig.call('POST', '/v1/sessions', { key, body: { id: 'canary-session', name: 'canary-name' } })
  await rig.call('GET', '/v1/events?session=canary-session&types=canary-query', { key })
  await rig.call('POST', '/v1/sessions/canary-session/messages', {
    key,
    body: { to: '6281300000001', type: 'text', text: 'canary-text' },
    headers: { 'idempotency-key': 'canary-idempotency' },
  })
  await rig.call('GET', '/v1/sessions', { key: 'canary-key' })
  await rig.call('GET', '/healthz')
  const text = logged.join('')
  expect(logged.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThanOrEqual(5)
  expect(text).toContain('"path":"/v1/events"')
  expect(text).toContain(`"keyId":"key_`)
  expect(text).not.toMatch(/canary-(name|query|text|idempotency|key)/)
  expect(text).not.toContain(key.slice(-43))
})

test('every answer has the security headers, and no CORS', async () => {
  for (const answer of [await rig.call('GET', '/v1/sessions'), await rig.call('GET', '/nowhere')]) {
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  }
})
