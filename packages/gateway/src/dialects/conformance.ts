import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NO_QUOTAS } from '../core/quota.ts'
import { TENANT, until } from '../messages/test/rig.ts'
import type { Dialect } from './dialect.ts'
import { DialectWorld, type RawAnswer, type RawRequest, SECRETS } from './test/world.ts'

/** What goes wrong in the same way in every dialect. */
type Situation =
  | 'noCredential'
  | 'badCredential'
  | 'foreignSession'
  | 'badBody'
  | 'notConnected'
  | 'notRegistered'
  | 'badMedia'
  | 'timeout'
  | 'internal'

/** A request with its credential, and the answer that the dialect's document has for it. */
interface Expectation {
  request: RawRequest
  status: number
  /** The whole body; may hold matchers. */
  body: unknown
}

/** What the suite needs to know of a dialect. */
export interface DialectSample {
  /** A request that succeeds. */
  good(world: DialectWorld): Promise<Expectation>
  /** A text message to `REGISTERED`; null where the dialect sends nothing. */
  send: ((world: DialectWorld) => Promise<Expectation>) | null
  /** Null: the dialect has no such situation. */
  situations: Record<Situation, ((world: DialectWorld) => Promise<Expectation>) | null>
  /** The body of any other error, by HTTP status; may hold matchers. */
  error(status: number): unknown
  /** A path of the dialect that no endpoint has. */
  unknownPath: string
}

/** The suite that every dialect passes: its errors are its own, tell nothing, and send nothing. */
export function dialectConformance(dialect: Dialect, sample: DialectSample): void {
  describe(`dialect conformance: ${dialect.name}`, () => {
    let world: DialectWorld
    beforeAll(async () => {
      world = await DialectWorld.open([dialect])
    })
    afterAll(() => world.close())
    const use = () => world

    test('a good request is answered as documented, also with a slash at the end of its path', async () => {
      const { request, status, body } = await sample.good(world)
      expectAnswer(await world.call(request), status, body)
      const [path = '', query] = request.path.split('?', 2)
      const slashed = { ...request, path: query === undefined ? `${path}/` : `${path}/?${query}` }
      expect((await world.call(slashed)).status).toBe(status)
    })
    for (const situation of Object.keys(sample.situations) as Situation[]) situationTest(situation, sample, use)
    frameworkTests(sample, use)
    if (sample.send) sendTests(sample.send, sample, use)
    if (sample.send) quotaTests(sample.send, sample, use)
  })
  switchedOffTests(dialect, sample)
}

function situationTest(situation: Situation, sample: DialectSample, use: () => DialectWorld): void {
  const expected = sample.situations[situation]
  if (!expected) return
  test(`${situation}: in its own shape, nothing sent, nothing told`, async () => {
    const world = use()
    const { request, status, body } = await expected(world)
    const before = await world.sent()
    const account = world.http.rig.account(await world.http.rig.session('shop'))
    if (situation === 'timeout') account.answer = () => ({ kind: 'withhold' })
    world.isBroken = situation === 'internal'
    try {
      expectAnswer(await world.call(request), status, body)
    } finally {
      world.isBroken = false
      account.answer = () => ({ kind: 'ack' })
    }
    if (situation !== 'timeout') return expect(await world.sent()).toBe(before)
    // The message stays in the outbox: it is at the network once, and its late ack is taken.
    await until('the message went out', async () => (await world.sent()) === before + 1 || undefined)
    const { waId } = account.attempted.at(-1) ?? {}
    account.connection.release(waId ?? '')
    await until('its ack counts', async () => {
      const messages = await world.gateway.messages.list(TENANT, 'shop', { limit: 200 })
      return messages.some((message) => message.waId === waId && message.status === 'sent') || undefined
    })
    expect(await world.sent()).toBe(before + 1)
  })
}

function frameworkTests(sample: DialectSample, use: () => DialectWorld): void {
  test('an unknown path and a wrong method are answered in its shape', async () => {
    expectAnswer(await use().call({ method: 'GET', path: sample.unknownPath }), 404, sample.error(404))
    const { request } = await sample.good(use())
    expectAnswer(await use().call({ ...request, body: undefined, method: 'PATCH' }), 405, sample.error(405))
  })

  test('a body that is too large, and one that is no body, are refused in its shape', async () => {
    const { request } = await (sample.send ?? sample.good)(use())
    if (request.method === 'GET') return
    const large = { ...request, body: { text: 'x'.repeat(1024 * 1024 + 1) } }
    expectAnswer(await use().call(large), 413, sample.error(413))
    const headers = { ...request.headers, 'content-type': 'application/xml' }
    expectAnswer(await use().call({ ...request, headers, body: '<a/>' }), 415, sample.error(415))
  })
}

function sendTests(send: NonNullable<DialectSample['send']>, sample: DialectSample, use: () => DialectWorld): void {
  test('a message is sent once for its Idempotency-Key, however often and however many at once', async () => {
    const world = use()
    const { request, status, body } = await send(world)
    const before = await world.sent()
    const key = `key-${Math.random()}`
    const once = { ...request, headers: { ...request.headers, 'idempotency-key': key } }
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.call(once)))
    for (const answer of answers) expectAnswer(answer, status, body)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(await world.sent()).toBe(before + 1)
    const other = { ...once, body: { ...(request.body as object), unheardOf: 1 } }
    expectAnswer(await world.call(other), 409, sample.error(409))
    expect(await world.sent()).toBe(before + 1)
  })

  test('too many requests are told with the time to wait', async () => {
    const world = use()
    const limited = await DialectWorld.open(world.dialects, { rateLimit: { perSecond: 0.1, burst: 1 } })
    try {
      const { request } = await send(limited)
      await limited.call(request)
      const answer = await limited.call(request)
      expectAnswer(answer, 429, sample.error(429))
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer.headers.get('ratelimit-limit')).toBe('1')
    } finally {
      await limited.close()
    }
  })
}

function quotaTests(send: NonNullable<DialectSample['send']>, sample: DialectSample, use: () => DialectWorld): void {
  test('over the tenant’s quota of messages nothing is sent, and the time to wait is told', async () => {
    const quotas = { ...NO_QUOTAS, messagesPerMonth: 1 }
    const limited = await DialectWorld.open(use().dialects, {}, { quotas })
    try {
      const { request, status } = await send(limited)
      const once = { ...request, headers: { ...request.headers, 'idempotency-key': 'within' } }
      expect((await limited.call(once)).status).toBe(status)
      const answer = await limited.call(request)
      expectAnswer(answer, 429, sample.error(429))
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await limited.call(once)).headers.get('idempotency-replayed')).toBe('true')
      expect(await limited.sent()).toBe(1)
    } finally {
      await limited.close()
    }
  })
}

function switchedOffTests(dialect: Dialect, sample: DialectSample): void {
  test(`dialect conformance: ${dialect.name}: switched off, its paths are unknown and it has no keys`, async () => {
    const world = await DialectWorld.open([])
    try {
      const answer = await world.call({ method: 'GET', path: sample.unknownPath })
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toMatch(/problem\+json/)
      await expect(world.key(dialect.name)).rejects.toMatchObject({ code: 'invalid_request' })
    } finally {
      await world.close()
    }
  })
}

function expectAnswer(answer: RawAnswer, status: number, body: unknown): void {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(JSON.parse(answer.text)).toEqual(body)
  for (const secret of [...SECRETS, 'hidden shop', 'stranger', 'node_modules', '.ts:']) {
    expect(answer.text).not.toContain(secret)
  }
}
