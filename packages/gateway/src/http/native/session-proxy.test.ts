import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
})
afterAll(() => rig.close())

const PROXY = 'socks5://joe:very-secret@127.0.0.1:1080'

test('a session has a proxy, whose password is never shown', async () => {
  const made = await rig.call('POST', '/v1/sessions', { body: { id: 'far', proxy: PROXY } })
  expect(made).toMatchObject({ status: 201, body: { proxy: 'socks5://joe@127.0.0.1:1080' } })
  await rig.rig.untilStatus('far', 'qr')
  expect((await rig.rig.session('far')).settings).toEqual({ proxy: PROXY })

  const body = { proxy: 'http://127.0.0.1:3128/' }
  expect((await rig.call('PATCH', '/v1/sessions/far', { body })).body).toMatchObject({
    ...{ proxy: 'http://127.0.0.1:3128', status: 'connecting', reason: 'requested' },
  })
  await rig.rig.untilStatus('far', 'qr')
  const { since } = await rig.rig.session('far')
  // The same proxy, and another name, leave the connection alone.
  await rig.call('PATCH', '/v1/sessions/far', { body: { ...body, name: 'Far away' } })
  expect(await rig.rig.session('far')).toMatchObject({ since, status: 'qr', name: 'Far away' })
  expect((await rig.call('PATCH', '/v1/sessions/far', { body: { proxy: null } })).body).toMatchObject({ proxy: null })
  expect((await rig.rig.session('far')).settings).toEqual({})

  for (const path of ['/v1/sessions/far', '/v1/sessions', '/v1/events']) {
    expect((await rig.call('GET', path)).text, path).not.toContain('very-secret')
  }
})

test('a proxy of the inside, or of another kind, is refused', async () => {
  const urls = [
    'http://10.0.0.1:3128',
    'socks5://192.168.0.1',
    'socks5://0xa.1:1080',
    'socks5://169.254.169.254:80',
    'socks5://[::ffff:10.0.0.1]:1080',
    'socks5://router:1080',
    'socks5://redis.internal:1080',
    'socks4://127.0.0.1:1080',
    'ftp://127.0.0.1',
    'http://127.0.0.1/path',
    'socks5:127.0.0.1:1080',
    'http://%zz@127.0.0.1',
    'nothing',
  ]
  for (const proxy of urls) {
    const made = await rig.call('POST', '/v1/sessions', { body: { id: 'inside', proxy } })
    expect(made, proxy).toMatchObject({ status: 400, body: { code: 'url_not_allowed', errors: [{ field: '/proxy' }] } })
  }
  expect((await rig.call('GET', '/v1/sessions/inside')).status).toBe(404)
  expect((await rig.call('PATCH', '/v1/sessions/far', { body: { proxy: urls[0] } })).body.code).toBe('url_not_allowed')
})
