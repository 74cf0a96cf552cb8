import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
})
afterAll(() => rig.close())

test('a session is created, looked at, changed, stopped, started and deleted', async () => {
  const made = await rig.call('POST', '/v1/sessions', { body: { id: 'Shop_1', name: 'The shop', metadata: { n: 7 } } })
  expect(made).toMatchObject({
    status: 201,
    body: { id: 'Shop_1', tenant: 'default', name: 'The shop', phone: null, metadata: { n: 7 } },
  })
  expect(made.headers.get('location')).toBe(`${rig.url}/v1/sessions/Shop_1`)
  await rig.rig.untilStatus('Shop_1', 'qr')
  const seen = await rig.call('GET', '/v1/sessions/Shop_1')
  expect(seen.body).toMatchObject({ status: 'qr', reason: 'pairing', since: expect.stringMatching(/^\d{4}-.*Z$/) })

  const changed = await rig.call('PATCH', '/v1/sessions/Shop_1', { body: { name: null, metadata: { m: [1] } } })
  expect(changed).toMatchObject({ status: 200, body: { name: null, metadata: { m: [1] } } })
  expect((await rig.call('PATCH', '/v1/sessions/Shop_1', { body: {} })).status).toBe(400)

  expect((await rig.call('POST', '/v1/sessions/Shop_1/stop')).body).toMatchObject({ status: 'stopped' })
  const refused = await rig.call('POST', '/v1/sessions/Shop_1/messages', {
    body: { to: '6281300000001', type: 'text', text: 'x' },
  })
  expect(refused).toMatchObject({ status: 409, body: { code: 'session_not_ready' } })
  expect((await rig.call('POST', '/v1/sessions/Shop_1/start')).status).toBe(200)
  expect((await rig.call('POST', '/v1/sessions/Shop_1/restart')).status).toBe(200)
  expect((await rig.call('POST', '/v1/sessions/Shop_1/logout')).body).toMatchObject({ status: 'logged_out' })
  const gone = await rig.call('DELETE', '/v1/sessions/Shop_1')
  expect(gone).toMatchObject({ status: 204, text: '' })
  expect((await rig.call('GET', '/v1/sessions/Shop_1')).status).toBe(404)
})

test('ids are made where none is given, and are once each', async () => {
  const made = await rig.call('POST', '/v1/sessions', { body: {} })
  expect(made.body.id).toMatch(/^[0-9a-f-]{36}$/)
  const again = await rig.call('POST', '/v1/sessions', { body: { id: made.body.id } })
  expect(again).toMatchObject({ status: 409, body: { code: 'session_exists' } })
  expect((await rig.call('DELETE', `/v1/sessions/${made.body.id}`)).status).toBe(204)
})

test('lists go page by page', async () => {
  for (const id of ['c', 'a', 'b']) await rig.call('POST', '/v1/sessions', { body: { id } })
  const ids: unknown[] = []
  let path = '/v1/sessions?limit=2'
  const sizes: number[] = []
  for (let cursor: unknown = ''; cursor !== null; ) {
    const { body } = await rig.call('GET', path)
    const data = body.data as { id: string }[]
    sizes.push(data.length)
    ids.push(...data.map(({ id }) => id))
    cursor = body.next_cursor
    path = `/v1/sessions?limit=2&cursor=${cursor}`
  }
  expect(ids).toEqual(['a', 'b', 'c'])
  expect(sizes).toEqual([2, 1])
  expect((await rig.call('GET', '/v1/sessions?limit=3')).body.next_cursor).toBeNull()
})
