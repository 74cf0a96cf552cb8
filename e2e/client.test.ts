import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Kurir, type KurirEvent, verifyWebhook } from '../packages/client/src/index.ts'
import { eventually, json, shownMessages } from './support/api.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

let sandbox: RunningSandbox
let kurir: Kurir
let contact: string
beforeAll(async () => {
  sandbox = await startSandbox(['--restart-on-exit'])
  kurir = new Kurir({ baseUrl: sandbox.contract.gateway, key: sandbox.contract.keys.native, retries: 6 })
  contact = sandbox.contract.contacts[0]?.phone ?? ''
})
afterAll(() => sandbox.stop())

test('the client sends once over a restart of the gateway, and its stream misses nothing', async () => {
  const { session, lab } = sandbox.contract
  const stop = new AbortController()
  const events: KurirEvent[] = []
  const { data: before } = await kurir.get('/v1/events', { params: { query: { session, limit: 200 } } })
  const after = before.at(-1)?.seq ?? 0
  const followed = (async () => {
    for await (const event of kurir.events({ session, after, signal: stop.signal })) events.push(event)
  })()
  const first = await kurir.send(session, { to: contact, type: 'text', text: 'before' }, { wait: 10_000 })
  expect(['sent', 'delivered']).toContain(first.status)
  await eventually('the event of the first', () => events.some(({ type }) => type === 'message.sent'))

  const started = sandbox.nextGateway()
  process.kill(sandbox.gatewayPid(), 'SIGKILL')
  const second = await kurir.send(session, { to: contact, type: 'text', text: 'after' }, { idempotencyKey: 'order-7' })
  await started
  const again = await kurir.send(session, { to: contact, type: 'text', text: 'after' }, { idempotencyKey: 'order-7' })
  expect(again.id).toBe(second.id)
  await eventually('the event of the second', () =>
    events.some(({ type, data }) => type === 'message.sent' && data.id === second.id),
  )
  stop.abort()
  await followed
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => after + 1 + index))
  const texts = (await shownMessages(lab, contact)).map(({ text }) => text)
  expect(texts).toEqual(['before', 'after'])
})

test('a webhook’s delivery is verified and typed', async () => {
  const events: KurirEvent[] = []
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      events.push(verifyWebhook(Buffer.concat(chunks), request.headers, secret))
      response.writeHead(204).end()
    })
  })
  await once(receiver.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const { secret = '' } = await kurir.post('/v1/webhooks', { body: { url, events: ['message.received'] } })
  await json('POST', `${sandbox.contract.lab}/phones/${contact}/messages`, {
    body: { to: sandbox.contract.phone, text: 'Halo' },
  })
  const event = await eventually('the delivery', () => events[0])
  expect(event.type === 'message.received' && event.data.text).toBe('Halo')
  receiver.closeAllConnections()
  receiver.close()
})
