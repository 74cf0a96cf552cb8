import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../messages/test/rig.ts'
import { HttpRig } from './test/http-rig.ts'

let rig: HttpRig
/** Keys of the tenant that owns nothing, of the owner, and one bound to the session `other`. */
let stranger: string
let owner: string
let bound: string
let messageId: string
let webhookId: string
let ruleId: string
let deliveryId: string
let mediaId: string
const GROUP = '120363000000000001@g.us'
const CHAT = '6281300000009'
const ALL = ['manage', 'send', 'read'] as const

beforeAll(async () => {
  rig = await HttpRig.open()
  await rig.call('POST', '/v1/tenants', { body: { id: 'acme', name: 'Acme' } })
  stranger = await rig.key([...ALL], { tenant: 'acme' })
  owner = await rig.key([...ALL])
  await rig.rig.connected('shop')
  await rig.rig.unpaired('other')
  bound = await rig.key([...ALL], { session: 'other' })
  const hook = await rig.call('POST', '/v1/webhooks', { key: owner, body: { url: 'http://127.0.0.1:9/' } })
  webhookId = String(hook.body.id)
  const sent = await rig.call('POST', '/v1/sessions/shop/messages?wait=5000', {
    key: owner,
    body: { to: '6281300000001', type: 'text', text: 'private' },
  })
  messageId = String(sent.body.id)
  const action = { type: 'reply', messages: [{ type: 'text', text: 'private' }] }
  const rule = await rig.call('POST', '/v1/sessions/shop/rules', { key: owner, body: { keyword: 'a', action } })
  ruleId = String(rule.body.id)
  const deliveries = await rig.call('GET', `/v1/webhooks/${webhookId}/deliveries`, { key: owner })
  deliveryId = String((deliveries.body.data as { id: string }[])[0]?.id)
  const media = await rig.call('POST', '/v1/media', { key: owner, body: { private: true } })
  mediaId = String(media.body.id)
})
afterAll(() => rig.close())

/** Every call that names something of the session `shop`, with a body that would do. */
function calls(): [method: string, path: string, body?: unknown][] {
  const session = '/v1/sessions/shop'
  return [
    ['GET', session],
    ['PATCH', session, { name: 'stolen' }],
    ['DELETE', session],
    ['POST', `${session}/start`],
    ['POST', `${session}/stop`],
    ['POST', `${session}/restart`],
    ['POST', `${session}/logout`],
    ['DELETE', `${session}/restriction`],
    ['GET', `${session}/qr`],
    ['GET', `${session}/qr/stream`],
    ['POST', `${session}/pairing-code`, { phone: '6281200000001' }],
    ['POST', `${session}/messages`, { to: '6281300000001', type: 'text', text: 'x' }],
    ['GET', `${session}/messages`],
    ['POST', `${session}/numbers/check`, { numbers: ['6281300000001'] }],
    ['GET', `${session}/groups`],
    ['POST', `${session}/groups`, { subject: 'x', participants: ['6281300000001'] }],
    ['GET', `${session}/groups/${GROUP}`],
    ['PATCH', `${session}/groups/${GROUP}`, { subject: 'x' }],
    ['POST', `${session}/groups/${GROUP}/participants`, { action: 'remove', participants: ['6281300000001'] }],
    ['GET', `${session}/groups/${GROUP}/invite`],
    ['POST', `${session}/groups/${GROUP}/invite`],
    ['POST', `${session}/groups/${GROUP}/leave`],
    ['GET', `${session}/chats`],
    ['POST', `${session}/chats/${CHAT}/read`],
    ['POST', `${session}/chats/${CHAT}/typing`, { state: 'composing' }],
    ['POST', `${session}/chats/${CHAT}/presence`],
    ['GET', `${session}/contacts`],
    ['GET', `${session}/contacts/${CHAT}`],
    ['GET', `${session}/contacts/${CHAT}/export`],
    ['DELETE', `${session}/contacts/${CHAT}`],
    ['POST', `${session}/contacts/${CHAT}/block`],
    ['POST', `${session}/contacts/${CHAT}/unblock`],
    ['GET', `${session}/blocked`],
    ['GET', `${session}/rules`],
    ['POST', `${session}/rules`, { match: 'any', action: { type: 'webhook', url: 'http://127.0.0.1:9/' } }],
    ['POST', `${session}/rules/try`, { text: 'a' }],
    ['PATCH', `${session}/rules/${ruleId}`, { enabled: false }],
    ['DELETE', `${session}/rules/${ruleId}`],
    ['GET', `/v1/messages/${messageId}`],
    ['PATCH', `/v1/messages/${messageId}`, { text: 'other' }],
    ['DELETE', `/v1/messages/${messageId}`],
    ['GET', `/v1/webhooks/${webhookId}`],
    ['PATCH', `/v1/webhooks/${webhookId}`, { events: ['message.sent'] }],
    ['POST', `/v1/webhooks/${webhookId}/rotate-secret`],
    ['POST', `/v1/webhooks/${webhookId}/test`],
    ['POST', `/v1/webhooks/${webhookId}/recover`, { since: '2026-01-01T00:00:00Z' }],
    ['GET', `/v1/deliveries/${deliveryId}`],
    ['POST', `/v1/deliveries/${deliveryId}/redeliver`],
    ['GET', '/v1/messages?session=shop'],
    ['GET', '/v1/deliveries?session=shop'],
    ['GET', `/v1/media/${mediaId}`],
    ['DELETE', `/v1/webhooks/${webhookId}`],
    ['GET', `/v1/webhooks/${webhookId}/deliveries`],
    ['POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/', session: 'shop' }],
    ['GET', '/v1/events?session=shop'],
  ]
}

/** Routes for admins, who read every tenant; `auth.test.ts` walks over the scopes. */
const FOR_ADMINS = ['/v1/keys/{id}', '/v1/tenants/{tenant}']

test('the calls cover every route that names a thing', async () => {
  const document = (await rig.call('GET', '/openapi.json')).body as { paths: Record<string, Record<string, unknown>> }
  const named = Object.entries(document.paths).flatMap(([path, methods]) =>
    path.includes('{') && !FOR_ADMINS.includes(path) ? Object.keys(methods).map((method) => `${method} ${path}`) : [],
  )
  const covered = new Set(
    calls().map(([method, path]) => {
      const plain = path
        .replace('shop', '{session}')
        .replace(messageId, '{id}')
        .replace(webhookId, '{id}')
        .replace(deliveryId, '{id}')
        .replace(mediaId, '{id}')
        .replace(ruleId, '{rule}')
        .replace(GROUP, '{group}')
        .replace(`contacts/${CHAT}`, 'contacts/{contact}')
        .replace(CHAT, '{chat}')
      return `${method.toLowerCase()} ${plain}`
    }),
  )
  expect(named.filter((route) => !covered.has(route))).toEqual([])
})

test('what belongs to another tenant does not exist', async () => {
  for (const [method, path, body] of calls()) {
    const answer = await rig.call(method, path, { key: stranger, ...(body ? { body } : {}) })
    expect(answer.status, `${method} ${path} ${answer.text}`).toBe(404)
  }
})

test('what belongs to another session does not exist for a key that is bound to one', async () => {
  // A file that a client gave is the tenant's; `media.test.ts` has the received ones.
  for (const [method, path, body] of calls().filter(([, path]) => !path.startsWith('/v1/media/'))) {
    const answer = await rig.call(method, path, { key: bound, ...(body ? { body } : {}) })
    expect(answer.status, `${method} ${path} ${answer.text}`).toBe(404)
  }
})

test('nothing of that had an effect', async () => {
  expect(await rig.rig.session('shop')).toMatchObject({ status: 'connected', name: null })
  expect((await rig.call('GET', `/v1/webhooks/${webhookId}`, { key: owner })).status).toBe(200)
  expect((await rig.call('GET', '/v1/sessions/shop/messages', { key: owner })).body.data).toHaveLength(1)
  const rules = await rig.call('GET', '/v1/sessions/shop/rules', { key: owner })
  expect(rules.body.data).toMatchObject([{ id: ruleId, enabled: true }])
  const account = rig.rig.account(await rig.rig.session('shop'))
  expect([account.deeds, account.groups]).toEqual([[], []])
})

test('lists hold one’s own alone', async () => {
  for (const path of ['/v1/sessions', '/v1/webhooks', '/v1/events']) {
    expect((await rig.call('GET', path, { key: stranger })).body, path).toEqual({ data: [], next_cursor: null })
  }
  const sessions = await rig.call('GET', '/v1/sessions', { key: bound })
  expect(sessions.body.data).toMatchObject([{ id: 'other' }])
  expect((await rig.call('GET', '/v1/webhooks', { key: bound })).body.data).toEqual([])
  const events = (await rig.call('GET', '/v1/events', { key: bound })).body.data as { session: string }[]
  expect(new Set(events.map(({ session }) => session))).toEqual(new Set(['other']))
})

test('a bound key makes webhooks for its session only, and no sessions', async () => {
  const made = await rig.call('POST', '/v1/webhooks', { key: bound, body: { url: 'http://127.0.0.1:9/' } })
  expect(made).toMatchObject({ status: 201, body: { session: 'other' } })
  expect((await rig.call('GET', '/v1/webhooks', { key: bound })).body.data).toMatchObject([{ id: made.body.id }])
  const session = await rig.call('POST', '/v1/sessions', { key: bound, body: { id: 'third' } })
  expect(session).toMatchObject({ status: 403, body: { code: 'forbidden' } })
})

test('an admin reads another tenant by name, others only their own', async () => {
  await rig.gateway.sessions.create('acme' as never, { id: 'theirs' })
  await until(
    'it is there',
    async () => (await rig.call('GET', '/v1/sessions/theirs?tenant=acme')).status === 200 || undefined,
  )
  expect((await rig.call('GET', '/v1/sessions?tenant=acme')).body.data).toMatchObject([
    { id: 'theirs', tenant: 'acme' },
  ])
  expect((await rig.call('GET', '/v1/sessions/theirs')).status).toBe(404)
  expect((await rig.call('GET', '/v1/sessions?tenant=acme', { key: owner })).status).toBe(404)
  expect((await rig.call('GET', '/v1/sessions?tenant=default', { key: owner })).status).toBe(200)
  expect((await rig.call('GET', '/v1/sessions/shop?tenant=default', { key: stranger })).status).toBe(404)
})

test('a key that may only send sees what was sent and not what came in', async () => {
  const sender = await rig.key(['send'])
  expect((await rig.call('GET', `/v1/messages/${messageId}`, { key: sender })).status).toBe(200)
  const { inbound } = await import('../messages/test/rig.ts')
  rig.rig.account(await rig.rig.session('shop')).deliver(inbound('IN1', 'hello'))
  const list = await until('it is stored', async () => {
    const { data } = (await rig.call('GET', '/v1/sessions/shop/messages?direction=in')).body as {
      data: { id: string }[]
    }
    return data.length ? data : undefined
  })
  expect((await rig.call('GET', `/v1/messages/${list[0]?.id}`)).body).toMatchObject({ text: 'hello', direction: 'in' })
  expect((await rig.call('GET', `/v1/messages/${list[0]?.id}`, { key: sender })).status).toBe(404)
})

test('QR codes in the list of events are for managers', async () => {
  const reader = await rig.key(['read'])
  const typesFor = async (key: string) => {
    const { data } = (await rig.call('GET', '/v1/events?session=other', { key })).body as { data: { type: string }[] }
    return new Set(data.map(({ type }) => type))
  }
  expect(await typesFor(owner)).toContain('session.qr')
  expect(await typesFor(reader)).not.toContain('session.qr')
  expect((await rig.call('GET', '/v1/events?types=session.qr', { key: reader })).body.data).toEqual([])
})
