import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { ConnectionError, Kurir, type KurirEvent, type Message, ProblemError, type Session } from './index.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A server that answers as told, one answer after the other, the last one again and again. */
async function serve(...answers: ((response: ServerResponse) => void)[]): Promise<{ baseUrl: string; seen: Seen[] }> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    const answer = answers[Math.min(seen.length, answers.length - 1)]
    seen.push({ method, url, headers })
    request.resume().once('end', () => answer?.(response))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}) {
  return (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

const problem = { type: 'urn:x', title: 'Too many', status: 429, detail: 'Wait a little', code: 'rate_limited' }
const busy = json(429, problem, { 'retry-after': '0', 'content-type': 'application/problem+json' })

test('a call has the key, the gateway’s path and an Idempotency-Key where it does something', async () => {
  const { baseUrl, seen } = await serve(json(200, { data: [], next_cursor: null }), json(202, { id: 'msg_1' }))
  const kurir = new Kurir({ baseUrl: `${baseUrl}/`, key: 'kur_x', headers: () => ({ 'x-extra': '1' }) })
  const page = await kurir.get('/v1/sessions', { params: { query: { limit: 5 } } })
  expectTypeOf(page.data).toEqualTypeOf<Session[]>()
  const message = await kurir.send('shop 1', { type: 'text', to: '628', text: 'halo' }, { wait: 100 })
  expectTypeOf(message).toEqualTypeOf<Message>()
  await kurir.send('shop', { type: 'text', to: '628', text: 'halo' }, { idempotencyKey: 'order-7' })
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /v1/sessions?limit=5',
    'POST /v1/sessions/shop%201/messages?wait=100',
    'POST /v1/sessions/shop/messages',
  ])
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer kur_x', 'x-extra': '1' })
  expect(seen[0]?.headers['idempotency-key']).toBeUndefined()
  expect(seen[1]?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/)
  expect(seen[2]?.headers['idempotency-key']).toBe('order-7')
})

test('what the gateway had no time for is asked again, as the same intent', async () => {
  const { baseUrl, seen } = await serve(busy, json(503, {}, { 'retry-after': '0' }), json(202, { id: 'msg_1' }))
  const message = await new Kurir({ baseUrl }).send('shop', { type: 'text', to: '628', text: 'halo' })
  expect(message.id).toBe('msg_1')
  expect(seen).toHaveLength(3)
  expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
})

test('Retry-After is waited for, a day is not, and an end comes', async () => {
  const later = json(503, problem, { 'retry-after': '1' })
  const { baseUrl } = await serve(later, json(200, { data: [], next_cursor: null }))
  const started = Date.now()
  await new Kurir({ baseUrl }).get('/v1/sessions')
  expect(Date.now() - started).toBeGreaterThanOrEqual(950)
  const tomorrow = await serve(json(429, problem, { 'retry-after': '86400' }))
  await expect(new Kurir(tomorrow).get('/v1/sessions')).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfter: 86400,
  })
  expect(tomorrow.seen).toHaveLength(1)
  const always = await serve(busy)
  await expect(new Kurir({ ...always, retries: 2 }).get('/v1/sessions')).rejects.toBeInstanceOf(ProblemError)
  expect(always.seen).toHaveLength(3)
})

test('a refusal is an error with the code and the fields', async () => {
  const errors = [{ field: '/to', message: 'must be a phone number' }]
  const body = { ...problem, status: 400, code: 'invalid_request', detail: 'No', errors }
  const { baseUrl, seen } = await serve(
    json(400, body, { 'x-request-id': 'req_1' }),
    (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
  )
  const kurir = new Kurir({ baseUrl })
  const refusal = await kurir.get('/v1/sessions').catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ProblemError)
  expect(refusal).toMatchObject({ status: 400, code: 'invalid_request', message: 'No', errors, requestId: 'req_1' })
  await expect(kurir.get('/v1/sessions')).rejects.toMatchObject({ status: 502, code: 'unknown' })
  expect(seen).toHaveLength(2)
})

test('a connection that breaks is tried again where nothing can be done twice', async () => {
  const cut = (response: ServerResponse) => void response.destroy()
  const { baseUrl, seen } = await serve(cut, json(202, { id: 'msg_1' }))
  await new Kurir({ baseUrl }).send('shop', { type: 'text', to: '628', text: 'halo' })
  expect(seen).toHaveLength(2)
  const change = await serve(cut)
  const patch = new Kurir(change).patch('/v1/sessions/{session}', { params: { path: { session: 'shop' } }, body: {} })
  await expect(patch).rejects.toBeInstanceOf(ConnectionError)
  expect(change.seen).toHaveLength(1)
  const nobody = new Kurir({ baseUrl: 'http://127.0.0.1:9', retries: 0 })
  await expect(nobody.get('/v1/sessions')).rejects.toThrow(/^http:\/\/127\.0\.0\.1:9 cannot be reached: /)
})

test('a list is read page by page, as far as it is wanted', async () => {
  const { baseUrl, seen } = await serve(
    json(200, { data: [{ id: 'a' }, { id: 'b' }], next_cursor: 'b' }),
    json(200, { data: [{ id: 'c' }], next_cursor: null }),
  )
  const kurir = new Kurir({ baseUrl })
  const ids: string[] = []
  for await (const session of kurir.list('/v1/sessions', { params: { query: { limit: 2 } } })) ids.push(session.id)
  expect(ids).toEqual(['a', 'b', 'c'])
  expect(seen.map(({ url }) => url)).toEqual(['/v1/sessions?limit=2', '/v1/sessions?limit=2&cursor=b'])
})

test('a stream that breaks goes on behind the last event, and ends when it is told to', async () => {
  const event = (seq: number) =>
    `id: ${seq}\nevent: message.sent\ndata: {"seq":${seq},\ndata: "type":"message.sent"}\n\n`
  const stream = (text: string, cut = true) => {
    return (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(text, () => void (cut && response.destroy()))
    }
  }
  const { baseUrl, seen } = await serve(
    stream(`retry: 2000\n\n: still here\n\n${event(1)}${event(2)}id: 3\nevent: mess`),
    stream('', true),
    stream(event(3).replaceAll('\n', '\r\n'), false),
  )
  const stop = new AbortController()
  const events: KurirEvent[] = []
  for await (const found of new Kurir({ baseUrl }).events({
    session: 'shop',
    types: ['message.sent'],
    signal: stop.signal,
  })) {
    events.push(found)
    if (found.seq === 3) stop.abort()
  }
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2', '2'])
  expect(seen[0]).toMatchObject({ url: '/v1/events?session=shop&types=message.sent' })
  const refused = await serve(json(403, { ...problem, code: 'forbidden', status: 403 }))
  await expect(new Kurir(refused).events().next()).rejects.toMatchObject({ code: 'forbidden' })
})

test('a stream whose request is long gone ends as well when it is told to', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  const { baseUrl } = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('id: 1\ndata: {"seq":1}\n\n')
  })
  const stop = new AbortController()
  const events = new Kurir({ baseUrl }).events({ session: 'shop', signal: stop.signal })
  await events.next()
  const next = events.next()
  // A request follows its signal only as long as somebody has the request.
  for (let round = 0; round < 5; round += 1) {
    collectGarbage()
    await new Promise(setImmediate)
  }
  stop.abort()
  expect(await next).toEqual({ done: true, value: undefined })
})
