import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeliveryId } from '../../core/ids.ts'
import { Receiver } from '../../webhooks/test/receiver.ts'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
let receiver: Receiver
let status = 204
beforeAll(async () => {
  rig = await HttpRig.open()
  receiver = await Receiver.start((_, response) => response.writeHead(status).end())
  await rig.rig.connected('shop')
  await rig.rig.connected('other')
  return () => receiver.close()
})
afterAll(() => rig.close())

async function webhook(body: object = {}): Promise<{ id: string; secret: string }> {
  const made = await rig.call('POST', '/v1/webhooks', {
    body: { url: receiver.url, events: ['message.sent'], ...body },
  })
  return made.body as { id: string; secret: string }
}

test('a webhook is changed where the change is valid, and what is not named stays', async () => {
  const { id } = await webhook({ headers: { 'X-A': '1' } })
  const changed = await rig.call('PATCH', `/v1/webhooks/${id}`, { body: { events: ['session.*'], disabled: true } })
  expect(changed).toMatchObject({
    status: 200,
    body: { url: receiver.url, events: ['session.*'], headers: { 'X-A': '********' }, disabled_at: expect.any(String) },
  })
  const again = await rig.call('PATCH', `/v1/webhooks/${id}`, { body: { disabled: false, headers: {} } })
  expect(again.body).toMatchObject({ disabled_at: null, headers: {}, format: 'native', previous_secret_until: null })
  for (const [body, code] of [
    [{ url: 'http://10.0.0.1/' }, 'url_not_allowed'],
    [{ events: ['nothing'] }, 'invalid_request'],
    [{ headers: { Host: 'x' } }, 'invalid_request'],
    [{ secret: 'x' }, 'invalid_request'],
    [{}, 'invalid_request'],
  ] as const) {
    expect((await rig.call('PATCH', `/v1/webhooks/${id}`, { body })).body.code, JSON.stringify(body)).toBe(code)
  }
  expect((await rig.call('GET', `/v1/webhooks/${id}`)).body).toMatchObject({ url: receiver.url, events: ['session.*'] })
})

test('a secret is rotated: shown once, and the one before signs for a day', async () => {
  const { id, secret } = await webhook()
  const rotated = await rig.call('POST', `/v1/webhooks/${id}/rotate-secret`)
  const fresh = rotated.body.secret as string
  expect(rotated).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^whsec_/) } })
  expect(fresh).not.toBe(secret)
  const until = Date.parse(rotated.body.previous_secret_until as string) - Date.now()
  expect(until).toBeGreaterThan(23.9 * 3_600_000)
  expect(until).toBeLessThanOrEqual(24 * 3_600_000)
  expect((await rig.call('GET', `/v1/webhooks/${id}`)).text).not.toContain('whsec_')
  const tested = await rig.call('POST', `/v1/webhooks/${id}/test`)
  const hit = receiver.hits.at(-1)
  for (const key of [secret, fresh]) {
    const event = new Webhook(key).verify(hit?.body ?? '', hit?.headers as Record<string, string>)
    expect(event).toMatchObject({ id: tested.body.event, type: 'webhook.test', data: { webhook: id } })
  }
  const own = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
  const chosen = await rig.call('POST', `/v1/webhooks/${id}/rotate-secret`, { body: { secret: own } })
  expect(chosen.body.secret).toBe(own)
  const bad = await rig.call('POST', `/v1/webhooks/${id}/rotate-secret`, { body: { secret: 'whsec_x' } })
  expect(bad.body).toMatchObject({ code: 'invalid_request', errors: [{ field: '/secret' }] })
})

test('a test call tells what the receiver answered', async () => {
  const { id } = await webhook()
  const call = async () => (await rig.call('POST', `/v1/webhooks/${id}/test`)).body
  expect(await call()).toMatchObject({ delivered: true, status: 204, error: null, took_ms: expect.any(Number) })
  status = 503
  expect(await call()).toMatchObject({ delivered: false, status: 503, error: 'http_status' })
  status = 204
  await rig.call('PATCH', `/v1/webhooks/${id}`, { body: { url: 'http://127.0.0.1:9/' } })
  expect(await call()).toMatchObject({ delivered: false, status: null, error: 'connection_failed' })
  expect((await rig.call('GET', `/v1/webhooks/${id}/deliveries`)).body.data).toEqual([])
})

/** One delivery of the webhook, dead. */
async function deadDelivery(id: string): Promise<string> {
  const message = { to: '6281300000001', type: 'text', text: 'x' }
  await rig.call('POST', '/v1/sessions/shop/messages?wait=5000', { body: message })
  const { body } = await rig.call('GET', `/v1/webhooks/${id}/deliveries?limit=1`)
  const [delivery] = body.data as { id: string }[]
  const outcome = { at: Date.now(), status: 500, error: 'http_status', next: { kind: 'dead' } } as const
  await rig.rig.store.webhooks.settleDelivery(delivery?.id as DeliveryId, outcome)
  return delivery?.id ?? ''
}

test('dead letters are listed, made once more, and recovered', async () => {
  const { id } = await webhook()
  const dead = await deadDelivery(id)
  const letters = await rig.call('GET', '/v1/deliveries')
  expect(letters.body.data).toMatchObject([{ id: dead, webhook: id, url: receiver.url, status: 'dead' }])
  expect((await rig.call('GET', '/v1/deliveries?status=delivered')).body.data).toEqual([])
  const once = await rig.call('POST', `/v1/deliveries/${dead}/redeliver`)
  expect(once).toMatchObject({ status: 202, body: { id: dead, status: 'pending', attempts: 0, finished_at: null } })
  const since = new Date(Date.now() - 60_000).toISOString()
  await rig.call('PATCH', `/v1/webhooks/${id}`, { body: { disabled: true } })
  for (const path of [`/v1/deliveries/${dead}/redeliver`, `/v1/webhooks/${id}/recover`]) {
    const refused = await rig.call('POST', path, path.endsWith('recover') ? { body: { since } } : {})
    expect(refused.body).toMatchObject({ code: 'webhook_disabled' })
  }
  await rig.call('PATCH', `/v1/webhooks/${id}`, { body: { disabled: false } })
  const recovered = await rig.call('POST', `/v1/webhooks/${id}/recover`, { body: { since } })
  expect(recovered).toMatchObject({ status: 202, body: { recovered: 1 } })
  const none = await rig.call('POST', `/v1/webhooks/${id}/recover`, { body: { since: '2999-01-01T00:00:00Z' } })
  expect(none.body).toEqual({ recovered: 0 })
  for (const bad of [{}, { since: 'yesterday' }, { since: 5 }]) {
    expect((await rig.call('POST', `/v1/webhooks/${id}/recover`, { body: bad })).status).toBe(400)
  }
})

test('webhooks and deliveries of others do not exist', async () => {
  const { id } = await webhook({ session: 'shop' })
  const dead = await deadDelivery(id)
  await rig.gateway.access.createTenant({ id: 'foreign', name: 'Foreign' })
  const foreign = await rig.key(['manage'], { tenant: 'foreign' })
  const bound = await rig.key(['manage'], { session: 'other' })
  const since = new Date(0).toISOString()
  for (const key of [foreign, bound]) {
    const calls = [
      rig.call('PATCH', `/v1/webhooks/${id}`, { key, body: { disabled: true } }),
      rig.call('POST', `/v1/webhooks/${id}/rotate-secret`, { key }),
      rig.call('POST', `/v1/webhooks/${id}/test`, { key }),
      rig.call('POST', `/v1/webhooks/${id}/recover`, { key, body: { since } }),
      rig.call('POST', `/v1/deliveries/${dead}/redeliver`, { key }),
    ]
    expect((await Promise.all(calls)).map((answer) => answer.status)).toEqual([404, 404, 404, 404, 404])
    expect((await rig.call('GET', '/v1/deliveries', { key })).body.data).toEqual([])
  }
  const own = await rig.key(['manage'], { session: 'shop' })
  expect((await rig.call('GET', '/v1/deliveries', { key: own })).body.data).toMatchObject([{ id: dead }])
  expect((await rig.call('GET', '/v1/deliveries?session=shop', { key: bound })).status).toBe(404)
  const reader = await rig.key(['read'])
  expect((await rig.call('GET', '/v1/deliveries', { key: reader })).status).toBe(403)
})
