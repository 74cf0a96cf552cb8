import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MessageId } from '../packages/gateway/src/core/ids.ts'
import { derived } from '../packages/gateway/src/traces.ts'
import { eventually, json } from './support/api.ts'
import { Ground } from './support/ground.ts'

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[]
  links: { traceId: string; spanId: string }[]
  status: { code: number; message?: string }
}

/** An HTTP server that keeps what is posted to it. */
class Sink {
  readonly posts: { path: string; headers: IncomingHttpHeaders; body: string }[] = []
  status = 200
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { url: path = '', headers } = request
        this.posts.push({ path, headers, body: Buffer.concat(chunks).toString() })
        response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}')
      })
    })
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const TEXT = 'a secret that no trace may hold'

const collector = new Sink()
const receiver = new Sink()
let ground: Ground
let hook: string

beforeAll(async () => {
  const endpoint = await collector.listen()
  hook = await receiver.listen()
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-team=shop' }
  ground = await Ground.start({ settings })
  await ground.webhook(hook, ['message.sent', 'message.received'])
}, 60_000)
afterAll(async () => {
  await ground?.stop()
  await collector.close()
  await receiver.close()
})

/** All spans that were handed over, of one message. */
function spansOf(message: string): Span[] {
  const all = collector.posts.flatMap(({ body }) =>
    (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap(
      ({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans),
    ),
  )
  return all.filter((span) => attribute(span, 'kurir.message.id') === message)
}

function attribute({ attributes }: Span, name: string): string | number | undefined {
  const value = attributes.find(({ key }) => key === name)?.value
  return value?.stringValue ?? value?.intValue
}

/** The spans of a message once they have these names, in the order of their beginning. */
async function whole(message: string, names: string[]): Promise<Map<string, Span>> {
  const found = await eventually(`the spans ${names}`, () => {
    const spans = spansOf(message)
    return names.every((name) => spans.some((span) => span.name === name)) && spans
  })
  return new Map(found.map((span) => [span.name, span]))
}

function send(headers: Record<string, string> = {}) {
  const { sessions, contacts } = ground.place
  return ground.native.post('/v1/sessions/{session}/messages', {
    params: { path: { session: sessions[0]?.id ?? '' }, query: { wait: 10_000 } },
    headers,
    body: { to: contacts[0]?.phone ?? '', type: 'text', text: TEXT },
  })
}

/** The delivery that tells of this message. */
function delivery(type: string, message: string) {
  return eventually(`${type} of ${message}`, () =>
    receiver.posts.find(({ body }) => {
      const event = JSON.parse(body) as { type: string; data: { id: string } }
      return event.type === type && event.data.id === message
    }),
  )
}

const OUT = ['outbox', 'write', 'ack', 'webhook']

test('a message that is sent is one trace, from the request to the webhook', async () => {
  const { id } = await send()
  const { headers } = await delivery('message.sent', id)
  const route = 'POST /v1/sessions/:session/messages'
  const spans = await whole(id, [route, ...OUT])
  const root = spans.get(route)
  expect(root).toMatchObject({ kind: 2, links: [] })
  expect(root?.parentSpanId).toBeFalsy()
  expect(root && attribute(root, 'http.route')).toBe('/v1/sessions/:session/messages')
  // A receipt may overtake the ack.
  expect([...spans.keys()].some((name) => /^status (sent|delivered)$/.test(name))).toBe(true)
  for (const name of OUT) {
    expect(spans.get(name), name).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId })
    expect(spans.get(name)?.status.code ?? 0, name).toBe(0)
  }
  const began = (name: string) => BigInt(spans.get(name)?.startTimeUnixNano ?? 0)
  expect(began(route) <= began('outbox')).toBe(true)
  expect(began('outbox') <= began('write')).toBe(true)
  expect(began('write') <= began('ack')).toBe(true)
  expect(headers.traceparent).toBe(`00-${root?.traceId}-${spans.get('webhook')?.spanId}-01`)
  expect(collector.posts[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-team': 'shop' } })
})

test('a request’s traceparent is taken up and passed on to the webhook; one that is not sampled is not traced', async () => {
  const { id } = await send({ traceparent: `00-${TRACE}-${PARENT}-01` })
  const { headers } = await delivery('message.sent', id)
  const spans = await whole(id, OUT)
  for (const { traceId } of spans.values()) expect(traceId).toBe(TRACE)
  const root = spansOf(id).find(({ parentSpanId }) => parentSpanId === PARENT)
  expect(root).toMatchObject({ kind: 2, links: [{ spanId: root?.spanId }] })
  expect(root?.links[0]?.traceId).not.toBe(TRACE)
  expect(headers.traceparent).toBe(`00-${TRACE}-${spans.get('webhook')?.spanId}-01`)

  const quiet = await send({ traceparent: `00-${TRACE}-${PARENT}-00` })
  expect((await delivery('message.sent', quiet.id)).headers.traceparent).toBeUndefined()
  const odd = await send({ traceparent: 'not-a-trace' })
  await whole(odd.id, OUT)
  expect(spansOf(odd.id)[0]?.traceId).not.toBe(TRACE)
  expect(spansOf(quiet.id)).toEqual([])
})

test('a message that comes in is one trace, from the stanza to the webhook', async () => {
  const { sessions, contacts } = ground.place
  const body = { to: sessions[0]?.phone, text: TEXT }
  await json('POST', `${ground.lab.url}/phones/${contacts[0]?.phone}/messages`, { body })
  const told = await eventually('the webhook', () =>
    receiver.posts.find(({ body }) => body.includes('message.received')),
  )
  const { id } = (JSON.parse(told.body) as { data: { id: string } }).data
  const spans = await whole(id, ['receive', 'journal', 'event', 'webhook'])
  const root = spans.get('receive')
  expect(root).toMatchObject({ kind: 5 })
  for (const name of ['journal', 'event', 'webhook']) {
    expect(spans.get(name), name).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId })
  }
  expect(told.headers.traceparent).toBe(`00-${root?.traceId}-${spans.get('webhook')?.spanId}-01`)
})

test('a message that waits over a restart goes on in the trace that follows from its id', async () => {
  const { sessions, contacts } = ground.place
  const { id } = await ground.native.send(sessions[0]?.id ?? '', {
    ...{ to: contacts[0]?.phone ?? '', type: 'text', text: TEXT },
    send_at: new Date(Date.now() + 1_500).toISOString(),
  })
  await ground.kill()
  await ground.begin()
  await ground.connected()
  const { headers } = await delivery('message.sent', id)
  const spans = await whole(id, OUT)
  expect(spans.get('outbox')?.traceId).toBe(derived(id as MessageId).traceId)
  expect(new Set(spansOf(id).map(({ traceId }) => traceId)).size).toBe(1)
  expect(headers.traceparent).toContain(spans.get('outbox')?.traceId)
}, 60_000)

test('no span holds what people write, their numbers, or a secret', () => {
  const { sessions, contacts, keys } = ground.place
  const written = collector.posts.map(({ body }) => body).join('\n')
  expect(collector.posts.length).toBeGreaterThan(1)
  for (const { phone } of [...sessions, ...contacts]) expect(written).not.toContain(phone)
  for (const secret of [TEXT, keys.native, hook]) expect(written).not.toContain(secret)
})

test('a collector that refuses changes nothing', async () => {
  collector.status = 500
  expect((await send()).status).toMatch(/sent|delivered/)
  const begun = performance.now()
  await ground.end()
  expect(performance.now() - begun).toBeLessThan(12_000)
}, 30_000)
