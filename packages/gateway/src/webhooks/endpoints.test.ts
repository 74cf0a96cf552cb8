import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { EVENT_TYPES } from '../core/event.ts'
import { DEFAULT_TENANT, type EndpointId, type SessionUid, type TenantId } from '../core/ids.ts'
import { UrlGuard } from '../safe-fetch/guard.ts'
import { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import { BodyFormats } from './body.ts'
import { Endpoints } from './endpoints.ts'
import { openTestStore, silent, type TestStore } from './test/store.ts'
import type { CreateEndpoint, WebhookVerbs } from './verbs.ts'

const URL_OK = 'https://receiver.example/hook'
const OTHER_TENANT = 'ten_other' as TenantId

let store: TestStore
let webhooks: WebhookVerbs
let sessionUid: SessionUid

beforeAll(async () => {
  store = await openTestStore()
  sessionUid = await store.createSession('sales')
  const guard = new UrlGuard()
  webhooks = new Endpoints({
    ...{ store: store.webhooks, sessions: store.sessions, guard, clock: systemClock, renderer: new BodyFormats() },
    call: {
      http: new SafeFetch({ guard }),
      clock: systemClock,
      logger: silent,
      userAgent: 'Kurir/0',
      timeoutMs: 5_000,
    },
  })
  return () => store.close()
})

afterEach(async () => {
  for (const { id } of await webhooks.list(null, { limit: 100 })) await webhooks.remove(DEFAULT_TENANT, id)
})

const create = (input: Partial<CreateEndpoint> = {}) => webhooks.create(DEFAULT_TENANT, { url: URL_OK, ...input })

/** Code and named fields of the rejection. */
async function refusal(promise: Promise<unknown>): Promise<[string, ...string[]]> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof KurirError)) return [`no refusal but ${String(error)}`]
  return [error.code, ...error.fields.map(({ field }) => field)]
}

describe('creating an endpoint', () => {
  it('stores it, with all events and a new secret unless told otherwise', async () => {
    const endpoint = await create()
    expect(endpoint).toMatchObject({ url: URL_OK, events: ['*'], session: null, sessionUid: null, headers: {} })
    expect(endpoint.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await webhooks.get(DEFAULT_TENANT, endpoint.id)).toEqual(endpoint)
    expect(await webhooks.list(DEFAULT_TENANT, { limit: 10 })).toEqual([endpoint])
    expect(await webhooks.list(OTHER_TENANT, { limit: 10 })).toEqual([])
    expect(await webhooks.list(null, { limit: 10 })).toEqual([endpoint])
    expect(await webhooks.deliveries(DEFAULT_TENANT, endpoint.id, { limit: 10 })).toEqual([])
  })

  it('keeps what was asked for', async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    const headers = { Authorization: 'Bearer x', 'X-Shop': 'café', 'user-agent': 'ours' }
    const events = ['message.received', 'session.*', 'message.received']
    const endpoint = await create({ events, session: 'sales', headers, secret })
    expect(endpoint).toMatchObject({ session: 'sales', sessionUid, headers, secret })
    expect(endpoint.events).toEqual(['message.received', 'session.*'])
  })

  it('knows every event and every family', async () => {
    const families = ['message.*', 'session.*', 'group.*', 'contact.*', 'call.*', '*']
    expect((await create({ events: [...EVENT_TYPES, ...families] })).events).toHaveLength(EVENT_TYPES.length + 6)
  })

  it.each([
    [{ events: [] }, '/events'],
    [{ events: ['message.received', 'message.eaten'] }, '/events/1'],
    [{ events: ['*.*'] }, '/events/0'],
    [{ events: ['message*'] }, '/events/0'],
    [{ secret: 'secret' }, '/secret'],
    [{ secret: 'whsec_c2hvcnQ=' }, '/secret'],
  ])('refuses %j', async (input, field) => {
    expect(await refusal(create(input))).toEqual(['invalid_request', field])
    expect(await webhooks.list(null, { limit: 10 })).toEqual([])
  })

  it.each([
    ['x: y', 'v'],
    ['x\r\ny', 'v'],
    ['x y', 'v'],
    ['', 'v'],
    ['ü', 'v'],
    ['x'.repeat(129), 'v'],
    ['x', 'a\r\nb: c'],
    ['x', 'a\nb'],
    ['x', 'a\rb'],
    ['x', 'a\u0000b'],
    ['x', 'a\u007fb'],
    ['x', '☕'],
    ['x', 'v'.repeat(4097)],
    ['Host', 'inside'],
    ['content-length', '0'],
    ['Content-Type', 'text/plain'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'close'],
    ['keep-alive', '1'],
    ['upgrade', 'h2c'],
    ['TE', 'trailers'],
    ['trailer', 'x'],
    ['proxy-authorization', 'x'],
    ['Expect', '100-continue'],
    ['webhook-id', 'evt_1'],
    ['Webhook-Signature', 'v1,x'],
    ['webhook-timestamp', '1'],
    ['webhook-anything', '1'],
  ])('refuses the header %j: %j', async (name, value) => {
    expect(await refusal(create({ headers: { [name]: value } }))).toEqual(['invalid_request', `/headers/${name}`])
  })

  it('refuses a header twice, and too many', async () => {
    expect(await refusal(create({ headers: { 'X-A': '1', 'x-a': '2' } }))).toEqual(['invalid_request', '/headers'])
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, '1']))
    expect(await refusal(create({ headers: many }))).toEqual(['invalid_request', '/headers'])
  })

  it.each([
    'http://127.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'https://u:p@receiver.example/',
    'ftp://x.example/',
    'x',
  ])('refuses the URL %s', async (url) => {
    expect(await refusal(create({ url }))).toEqual(['url_not_allowed', '/url'])
  })

  it('refuses a session that the tenant does not have', async () => {
    expect(await refusal(create({ session: 'none' }))).toEqual(['session_not_found'])
    expect(await refusal(webhooks.create(OTHER_TENANT, { url: URL_OK, session: 'sales' }))).toEqual([
      'session_not_found',
    ])
  })
})

describe('an endpoint of somebody else, or of nobody', () => {
  it('does not exist', async () => {
    const { id } = await create()
    const none = 'end_none' as EndpointId
    for (const [tenant, endpoint] of [
      [OTHER_TENANT, id],
      [DEFAULT_TENANT, none],
    ] as const) {
      expect(await refusal(webhooks.get(tenant, endpoint))).toEqual(['webhook_not_found'])
      expect(await refusal(webhooks.deliveries(tenant, endpoint, { limit: 1 }))).toEqual(['webhook_not_found'])
      expect(await refusal(webhooks.remove(tenant, endpoint))).toEqual(['webhook_not_found'])
    }
    await webhooks.remove(DEFAULT_TENANT, id)
    expect(await refusal(webhooks.get(DEFAULT_TENANT, id))).toEqual(['webhook_not_found'])
    expect(await refusal(webhooks.remove(DEFAULT_TENANT, id))).toEqual(['webhook_not_found'])
  })
})
