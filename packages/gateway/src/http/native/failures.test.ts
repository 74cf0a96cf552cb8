import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeliveryId, MessageId } from '../../core/ids.ts'
import { HttpRig } from '../test/http-rig.ts'

const URL = 'http://127.0.0.1:9/hooks'
const HEADERS = { 'x-token': 'the-token-of-the-shop' }

let rig: HttpRig
let messageId: string
let deliveryId: string
beforeAll(async () => {
  rig = await HttpRig.open()
  for (const session of ['shop', 'branch']) await rig.rig.connected(session)
  await rig.call('POST', '/v1/webhooks', { body: { url: URL, events: ['message.*'], headers: HEADERS } })
  const body = { to: '6281311110001', type: 'text', text: 'the-token-of-the-shop is not shown' }
  messageId = String((await rig.call('POST', '/v1/sessions/shop/messages?wait=5000', { body })).body.id)
  const { body: listed } = await rig.call('GET', `/v1/deliveries?message=${messageId}`)
  deliveryId = String((listed.data as { id: string }[])[0]?.id)
})
afterAll(() => rig.close())

test('a message shows the deliveries of its news, whatever became of them', async () => {
  const { body } = await rig.call('GET', `/v1/deliveries?message=${messageId}`)
  expect(body.data).toMatchObject([{ type: 'message.sent', status: 'pending', url: URL }])
  expect((await rig.call('GET', `/v1/deliveries?message=${messageId}&status=dead`)).body.data).toEqual([])
  expect((await rig.call('GET', '/v1/deliveries?message=msg_x')).body.data).toEqual([])
  expect((await rig.call('GET', '/v1/deliveries')).body.data).toEqual([])
})

test('a delivery shows what it posts and how the answer began, without the secrets of the webhook', async () => {
  await rig.rig.store.webhooks.settleDelivery(deliveryId as DeliveryId, {
    ...{ at: 1, status: 503, error: 'http_status', answer: '{"error":"full"}' },
    next: { kind: 'retry', dueAt: Date.now() + 60_000 },
  })
  const { body } = await rig.call('GET', `/v1/deliveries/${deliveryId}`)
  expect(body).toMatchObject({ id: deliveryId, last_status: 503, answer: '{"error":"full"}' })
  const { content_type: type, body: posted } = body.request as { content_type: string; body: string }
  expect(type).toBe('application/json')
  expect(JSON.parse(posted)).toMatchObject({
    type: 'message.sent',
    data: { id: messageId, text: '******** is not shown' },
  })
})

test('a key that may not read messages sees what became of a delivery, not what it says', async () => {
  const key = await rig.key(['manage'])
  const { status, body } = await rig.call('GET', `/v1/deliveries/${deliveryId}`, { key })
  expect([status, body.request, body.last_status]).toEqual([200, null, 503])
})

test('messages that failed are listed over all sessions, and for a bound key of its own alone', async () => {
  const later = new Date(Date.now() + 3_600_000).toISOString()
  const accept = async (session: string) => {
    const body = { to: '6281311110002', type: 'text', text: session, send_at: later }
    return String((await rig.call('POST', `/v1/sessions/${session}/messages`, { body })).body.id)
  }
  const [shop, branch] = [await accept('shop'), await accept('branch')]
  for (const id of [shop, branch]) {
    const change = { status: 'failed', at: Date.now(), reason: 'rejected' } as const
    await rig.rig.store.messages.advanceStatus(id as MessageId, change)
  }
  const list = async (query = '', key = rig.admin) => {
    const { body } = await rig.call('GET', `/v1/messages${query}`, { key })
    return (body.data as { id: string }[]).map(({ id }) => id)
  }
  expect(await list()).toEqual([branch, shop])
  expect(await list('?session=shop')).toEqual([shop])
  expect(await list('?status=expired')).toEqual([])
  const { body: first } = await rig.call('GET', '/v1/messages?limit=1')
  expect(first).toMatchObject({ data: [{ id: branch, session: 'branch', status: 'failed', from: expect.any(String) }] })
  expect(await list(`?limit=1&cursor=${first.next_cursor}`)).toEqual([shop])
  const { body: bound } = await rig.call('POST', '/v1/keys', {
    body: { name: 'bound', scopes: ['read'], session: 'shop' },
  })
  expect(await list('', String(bound.key))).toEqual([shop])
  expect((await rig.call('GET', '/v1/messages?session=branch', { key: String(bound.key) })).status).toBe(404)
})
