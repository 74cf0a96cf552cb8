import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../core/clock.ts'
import type { MessageRecord } from '../core/message.ts'
import { CONTACT, Rig, TENANT, until } from '../messages/test/rig.ts'
import { UrlGuard } from '../safe-fetch/guard.ts'
import { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import { BodyFormats, jsonBody } from './body.ts'
import { DeliveryPump } from './deliver.ts'
import { type Answering, Receiver } from './test/receiver.ts'
import { silent } from './test/store.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const ACKS: Record<string, number> = { sent: 1, delivered: 2, read: 3, failed: -1 }

/** As a dialect renders it: `{msgid, ack}`. */
const formats = new BodyFormats([
  [
    'acks',
    {
      render: ({ data }) => {
        const { id, status } = data as { id: string; status: string }
        return jsonBody({ msgid: id, ack: ACKS[status] })
      },
    },
  ],
])

async function open(answer?: Answering): Promise<{ rig: Rig; receiver: Receiver }> {
  const receiver = await Receiver.start(answer)
  closing.push(() => receiver.close())
  const rig = await Rig.open()
  await rig.connected('shop')
  const http = new SafeFetch({ guard: new UrlGuard({ allowLoopback: true, ports: 'any' }) })
  const pump = new DeliveryPump({
    ...{ store: rig.store.webhooks, commits: rig.store.events, http, clock: systemClock, logger: silent },
    ...{ renderer: formats, userAgent: 'Kurir/0', timeoutMs: 5_000, random: () => 0.5 },
    slots: { total: 16, perEndpoint: 4 },
  })
  pump.start()
  closing.push(async () => {
    await pump.drain(Date.now())
    await http.close()
    await rig.close()
  })
  return { rig, receiver }
}

async function send(rig: Rig, receiver: Receiver, key?: string): Promise<MessageRecord> {
  const events = ['message.sent', 'message.delivered', 'message.read', 'message.failed'] as const
  const notify = { url: receiver.url, format: 'acks', events }
  const idempotency = key === undefined ? null : { key, requestHash: key }
  const message = { to: CONTACT, content: { type: 'text', text: 'Halo' }, notify } as const
  return (await rig.messages.send(TENANT, 'shop', message, { waitMs: 5_000, idempotency })).message
}

const acksOf = (receiver: Receiver, { id }: MessageRecord) =>
  receiver.hits
    .map(({ body }) => JSON.parse(body.toString()) as { msgid: string; ack: number })
    .flatMap(({ msgid, ack }) => (msgid === id ? [ack] : []))

describe('the news of a message', { timeout: 20_000 }, () => {
  it('rise 1, 2, 3, whatever order receipts come in and however often', async () => {
    const { rig, receiver } = await open()
    const message = await send(rig, receiver)
    const account = rig.account(await rig.session())
    for (const status of ['delivered', 'delivered', 'read', 'delivered', 'sent', 'read'] as const) {
      account.receipt({ waIds: [message.waId], status })
    }
    await until('the last ack came', () => acksOf(receiver, message).at(-1) === 3 || undefined)
    await rig.untilMessage(message.id, 'read')
    expect(acksOf(receiver, message)).toEqual([1, 2, 3])
    expect(receiver.hits.every(({ headers }) => headers['webhook-signature'] === undefined)).toBe(true)
  })

  it('stay in order while the first is tried again, and a repeated request makes them once', async () => {
    let failures = 0
    const { rig, receiver } = await open((_, response) => {
      failures += 1
      // The very first try fails; the next one comes five seconds later.
      response.writeHead(failures === 1 ? 503 : 204).end()
    })
    const message = await send(rig, receiver, 'once')
    const again = await send(rig, receiver, 'once')
    expect(again.id).toBe(message.id)
    const account = rig.account(await rig.session())
    account.receipt({ waIds: [message.waId], status: 'delivered' })
    account.receipt({ waIds: [message.waId], status: 'read' })
    await until('the last ack came', () => acksOf(receiver, message).at(-1) === 3 || undefined)
    expect(acksOf(receiver, message)).toEqual([1, 1, 2, 3])
  })

  it('of many messages come each on its own way, and a failure is told as such', async () => {
    const { rig, receiver } = await open()
    rig.engine.unregistered.add(CONTACT.slice(0, CONTACT.indexOf('@')))
    const failed = await send(rig, receiver)
    rig.engine.unregistered.clear()
    const sent = await Promise.all(Array.from({ length: 20 }, () => send(rig, receiver)))
    await until('all came', () => (receiver.hits.length === 21 ? true : undefined))
    expect(acksOf(receiver, failed)).toEqual([-1])
    expect(sent.map((message) => acksOf(receiver, message))).toEqual(sent.map(() => [1]))
  })
})
