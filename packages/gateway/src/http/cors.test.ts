import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sessions } from '../dialects/sessions/dialect.ts'
import { HttpRig } from './test/http-rig.ts'

const PAGE = 'https://shop.example'
const PATHS = ['/v1/sessions', '/v1/messages/msg_1', '/api/number-checker', '/nowhere', '/healthz']
const PREFLIGHT = {
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'authorization,content-type',
}

function corsOf(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
}

describe('with named origins', () => {
  let rig: HttpRig
  beforeAll(async () => {
    rig = await HttpRig.open({
      config: { corsOrigins: [PAGE, 'http://localhost:5173'], basePath: '/wa' },
      dialects: [sessions],
    })
  })
  afterAll(() => rig.close())

  test('a preflight is answered without a key', async () => {
    for (const path of PATHS) {
      const answer = await rig.call('OPTIONS', path, { key: null, headers: { origin: PAGE, ...PREFLIGHT } })
      expect(answer.status, path).toBe(204)
      expect(corsOf(answer.headers)).toEqual({
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'authorization,content-type',
        'access-control-max-age': '600',
      })
      expect(answer.headers.get('vary')).toBe('Origin, Access-Control-Request-Headers')
    }
  })

  test('a page reads answers and refusals, never with credentials', async () => {
    const headers = { origin: 'http://localhost:5173' }
    const right = await rig.call('GET', '/v1/sessions', { headers })
    const wrong = await rig.call('GET', '/v1/sessions', { key: null, headers })
    const dialect = await rig.call('POST', '/api/number-checker', { key: null, headers, body: {} })
    const unknown = await rig.call('GET', '/nowhere', { headers })
    expect([right, wrong, dialect, unknown].map(({ status }) => status)).toEqual([200, 401, 401, 404])
    for (const answer of [right, wrong, dialect, unknown]) {
      expect(corsOf(answer.headers)).toEqual({
        'access-control-allow-origin': 'http://localhost:5173',
        'access-control-expose-headers': expect.stringContaining('ratelimit-remaining'),
      })
      expect(answer.headers.get('vary')).toBe('Origin')
    }
  })

  test('other origins are told nothing', async () => {
    const others = [
      'https://shop.example.evil',
      'http://shop.example',
      'https://a.shop.example',
      `${PAGE}:8443`,
      'null',
    ]
    for (const origin of [...others, 'HTTPS://SHOP.EXAMPLE', `${PAGE}/`]) {
      const headers = { origin, ...PREFLIGHT }
      const asked = await rig.call('OPTIONS', '/v1/sessions', { key: null, headers })
      const read = await rig.call('GET', '/v1/sessions', { headers: { origin } })
      expect([asked.status, read.status], origin).toEqual([405, 200])
      for (const answer of [asked, read]) {
        expect(corsOf(answer.headers)).toEqual({})
        expect(answer.headers.get('vary')).toBe('Origin')
      }
    }
  })

  test('a request for the methods alone is no preflight', async () => {
    const answer = await rig.call('OPTIONS', '/v1/sessions', { headers: { origin: PAGE } })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET'])
  })
})

test('without origins there is no CORS at all', async () => {
  const rig = await HttpRig.open()
  const headers = { origin: PAGE, ...PREFLIGHT }
  const asked = await rig.call('OPTIONS', '/v1/sessions', { key: null, headers })
  const read = await rig.call('GET', '/v1/sessions', { headers })
  await rig.close()
  expect([asked.status, read.status]).toEqual([405, 200])
  for (const answer of [asked, read]) {
    expect(corsOf(answer.headers)).toEqual({})
    expect(answer.headers.has('vary')).toBe(false)
  }
})
