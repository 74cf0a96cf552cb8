import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
})
afterAll(() => rig.close())

test('pacing is off, is set and taken back, and other settings stay', async () => {
  const pacing = { per_minute: 20, gap_ms: [1_000, 4_000], per_day: 500 }
  const made = await rig.call('POST', '/v1/sessions', { body: { id: 'slow', settings: { pacing } } })
  expect(made).toMatchObject({ status: 201, body: { settings: { pacing, reply_msgs: true } } })
  const change = (settings: object) => rig.call('PATCH', '/v1/sessions/slow', { body: { settings } })
  expect((await change({ reply_msgs: false })).body).toMatchObject({ settings: { pacing, reply_msgs: false } })
  expect((await change({ pacing: { per_day: 3 } })).body).toMatchObject({
    settings: { pacing: { per_day: 3 }, reply_msgs: false },
  })
  expect((await change({ pacing: null })).body).toMatchObject({ settings: { pacing: null, reply_msgs: false } })
  for (const bad of [{}, { per_minute: 0 }, { gap_ms: [5] }, { gap_ms: [5, 1] }, { per_week: 1 }]) {
    expect(await change({ pacing: bad }), JSON.stringify(bad)).toMatchObject({
      ...{ status: 400, body: { code: 'invalid_request' } },
    })
  }
})

test('a session over its daily cap holds what is left, and lets it go when the cap does', async () => {
  await rig.rig.connected('capped')
  const change = (pacing: object | null) => rig.call('PATCH', '/v1/sessions/capped', { body: { settings: { pacing } } })
  const send = (text: string, wait: number) =>
    rig.call('POST', `/v1/sessions/capped/messages?wait=${wait}`, { body: { to: '6281300000001', type: 'text', text } })
  expect((await change({ per_day: 1 })).status).toBe(200)
  expect((await send('first', 5_000)).body).toMatchObject({ status: 'sent' })
  const held = await send('second', 300)
  expect(held).toMatchObject({ status: 202, body: { status: 'accepted', attempts: 0 } })
  expect((await change(null)).status).toBe(200)
  await expect
    .poll(async () => (await rig.call('GET', `/v1/messages/${held.body.id}`)).body.status, { timeout: 8_000 })
    .toBe('sent')
})
