import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chooseDialects } from '../dialects/table.ts'
import { HttpRig } from './test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open({ dialects: chooseDialects(null), config: { basePath: '/wa' } })
})
afterAll(() => rig.close())

/** The value of a series, undefined where there is none. */
async function value(series: string): Promise<number | undefined> {
  const { text } = await rig.call('GET', '/metrics', { key: null })
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

test('requests are counted by API, route and status', async () => {
  await rig.call('GET', '/v1/messages/msg_1')
  await rig.call('GET', '/v1/messages/msg_2')
  await rig.call('GET', '/api/sessions', { key: null })
  await rig.call('GET', '/wp-login.php', { key: null })
  const count = (labels: string) => value(`kurir_http_request_duration_seconds_count{${labels}}`)
  expect(await count('api="native",method="GET",route="/wa/v1/messages/:id",status="404"')).toBe(2)
  expect(await count('api="sessions",method="GET",route="/wa/api/sessions",status="401"')).toBe(1)
  expect(await count('api="native",method="GET",route="none",status="404"')).toBe(1)
  expect(await value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
})

test.each([
  ['blipcom', 'POST', '/token'],
  ['blazwa', 'POST', '/openapi/wa/status'],
  ['sessions', 'GET', '/api/sessions'],
  ['bots', 'GET', '/whatsapp'],
  ['chatbot', 'POST', '/api/getqr'],
])('the requests of %s are its own series, with how long they took', async (api, method, path) => {
  const { status } = await rig.call(method, path, { key: null, body: method === 'POST' ? {} : undefined })
  const labels = `api="${api}",method="${method}",route="/wa${path}",status="${status}"`
  expect(await value(`kurir_http_request_duration_seconds_count{${labels}}`)).toBeGreaterThan(0)
  expect(await value(`kurir_http_request_duration_seconds_sum{${labels}}`)).toBeGreaterThan(0)
})

test('sessions, outbox and events are as the store has them', async () => {
  expect(await value('kurir_sessions{status="connected"}')).toBe(0)
  await rig.rig.connected('shop')
  expect(await value('kurir_sessions{status="connected"}')).toBe(1)
  await rig.call('POST', '/v1/sessions/shop/messages?wait=5000', {
    body: { to: '6281300000001', type: 'text', text: 'halo' },
  })
  expect(await value('kurir_events_total{type="message.sent"}')).toBe(1)
  expect(await value('kurir_events_total{type="message.sent"}')).toBe(1)
  expect(await value('kurir_outbox_messages')).toBe(0)
})

test('other machines need an admin key', async () => {
  const from = { 'x-forwarded-for': '203.0.113.7' }
  expect((await rig.call('GET', '/metrics', { key: null, headers: from })).status).toBe(401)
  const read = await rig.key(['read', 'manage', 'send'])
  expect((await rig.call('GET', '/metrics', { key: read, headers: from })).status).toBe(403)
  expect((await rig.call('GET', '/metrics', { headers: from })).text).toContain('kurir_sessions')
})

test('the documentation names every series of ours', async () => {
  const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')
  const { text } = await rig.call('GET', '/metrics', { key: null })
  const names = [...text.matchAll(/^# TYPE (kurir_\w+) /gm)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(9)
  for (const name of names) expect(page, name).toContain(`\`${name}\``)
})

test('the Grafana board shows series that there are', async () => {
  const board = readFileSync(new URL('../../../../deploy/grafana.json', import.meta.url), 'utf8')
  const { text } = await rig.call('GET', '/metrics', { key: null })
  const shown = [...board.matchAll(/\b(?:kurir|nodejs)_[a-z0-9_]+/g)].map(([name]) => name)
  expect(new Set(shown).size).toBeGreaterThan(8)
  for (const name of shown) expect(text, name).toMatch(new RegExp(`^${name}[{ ]`, 'm'))
})
