import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
  await rig.rig.connected('shop')
})
afterAll(() => rig.close())

const URL = 'http://127.0.0.1:9/hook'

test('a webhook is made with its secret, and shown without secret and header values', async () => {
  const body = { url: URL, events: ['message.*'], session: 'shop', headers: { 'X-Token': 'canary' } }
  const made = await rig.call('POST', '/v1/webhooks', { body })
  expect(made).toMatchObject({
    status: 201,
    body: {
      url: URL,
      events: ['message.*'],
      session: 'shop',
      secret: expect.stringMatching(/^whsec_/),
      disabled_at: null,
    },
  })
  const seen = await rig.call('GET', `/v1/webhooks/${made.body.id}`)
  expect(seen.body).not.toHaveProperty('secret')
  expect(seen.body.headers).toEqual({ 'X-Token': '********' })
  const list = await rig.call('GET', '/v1/webhooks')
  expect(list.text).not.toMatch(/canary|whsec_/)
  expect((await rig.call('DELETE', `/v1/webhooks/${made.body.id}`)).status).toBe(204)
  expect(await rig.call('DELETE', `/v1/webhooks/${made.body.id}`)).toMatchObject({
    status: 404,
    body: { code: 'webhook_not_found' },
  })
})

test.each([
  [{ url: 'ftp://example.com/' }, 'url_not_allowed'],
  [{ url: 'http://10.0.0.1/' }, 'url_not_allowed'],
  [{ url: URL, events: ['message.nothing'] }, 'invalid_request'],
  [{ url: URL, headers: { 'Bad Name': 'x' } }, 'invalid_request'],
  [{ url: URL, headers: { 'X-A': 'a\r\nb' } }, 'invalid_request'],
  [{ url: URL, headers: { 'X-A': 7 } }, 'invalid_request'],
  [{ url: URL, secret: 'whsec_short' }, 'invalid_request'],
  [{ url: URL, session: 'nowhere' }, 'session_not_found'],
  [{}, 'invalid_request'],
])('%j is refused as %s', async (body, code) => {
  expect((await rig.call('POST', '/v1/webhooks', { body })).body.code).toBe(code)
})

test('deliveries are listed with their state', async () => {
  const { body } = await rig.call('POST', '/v1/webhooks', { body: { url: URL, events: ['message.sent'] } })
  const message = { to: '6281300000001', type: 'text', text: 'x' }
  await rig.call('POST', '/v1/sessions/shop/messages?wait=5000', { body: message })
  const pending = await rig.call('GET', `/v1/webhooks/${body.id}/deliveries?status=pending`)
  expect(pending.body.data).toMatchObject([
    { webhook: body.id, type: 'message.sent', status: 'pending', attempts: 0, last_status: null, finished_at: null },
  ])
  expect((await rig.call('GET', `/v1/webhooks/${body.id}/deliveries?status=dead`)).body.data).toEqual([])
  expect((await rig.call('GET', `/v1/webhooks/${body.id}/deliveries?status=lost`)).status).toBe(400)
})

test('events are listed in order, by session, type, seq and cursor', async () => {
  const all = (await rig.call('GET', '/v1/events?limit=200')).body.data as { id: string; seq: number; type: string }[]
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
  const typed = await rig.call('GET', '/v1/events?types=message.sent,session.qr')
  expect(new Set((typed.body.data as { type: string }[]).map(({ type }) => type))).toEqual(
    new Set(['message.sent', 'session.qr']),
  )
  const after = await rig.call('GET', '/v1/events?session=shop&after=2&limit=1')
  expect(after.body.data).toMatchObject([{ seq: 3 }])
  const next = await rig.call('GET', `/v1/events?session=shop&limit=1&cursor=${after.body.next_cursor}`)
  expect(next.body.data).toMatchObject([{ seq: 4 }])
  for (const query of ['after=2', 'types=nothing', 'session=shop&after=-1', 'cursor=abc', 'session=nowhere&limit=0']) {
    expect((await rig.call('GET', `/v1/events?${query}`)).status, query).toBe(400)
  }
})
