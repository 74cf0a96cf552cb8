import type { LookupAddress } from 'node:dns'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SessionUid } from '../core/ids.ts'
import { newId } from '../core/ids.ts'
import { nativeBody } from './body.ts'
import type { Delivery, Endpoint } from './ports.ts'
import { RETRY_DELAYS_MS } from './retry-schedule.ts'
import { openRig, type Rig, type RigOptions } from './test/pump.ts'
import { type Answering, isSigned, Receiver } from './test/receiver.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function listen(answer?: Answering, host?: string): Promise<Receiver> {
  const receiver = await Receiver.start(answer, host)
  closing.push(() => receiver.close())
  return receiver
}

async function rigged(options?: RigOptions): Promise<Rig & { session: SessionUid }> {
  const rig = await openRig(options)
  closing.push(() => rig.close())
  return { ...rig, session: await rig.store.createSession('sales') }
}

/** Waits for what real sockets and disks do; never for time itself. */
const until = (condition: () => unknown) =>
  vi.waitFor(async () => expect(await condition()).toBeTruthy(), { timeout: 8000, interval: 5 })

const states = (deliveries: Delivery[]) => deliveries.map(({ state }) => state)

/** Turns the clock to the next retry until no delivery of the endpoint is pending. */
async function untilFinished({ store, clock }: Rig, endpoint: Endpoint): Promise<void> {
  for (;;) {
    const waiting = async () => {
      const pending = (await store.deliveries(endpoint)).filter(({ state }) => state === 'pending')
      const dueAt = pending.flatMap((delivery) => delivery.dueAt ?? [])
      return { count: pending.length, next: Math.min(...dueAt) }
    }
    await until(async () => {
      const { count, next } = await waiting()
      return count === 0 || next > clock.now()
    })
    const { count, next } = await waiting()
    if (count === 0) return
    clock.advance(next - clock.now())
  }
}

describe('a delivery', { timeout: 20_000 }, () => {
  it('posts the event, signed, at once', async () => {
    const receiver = await listen()
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url, { headers: { 'X-Shop': 'one' } })
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'Halo ☕')
    await until(() => receiver.hits.length === 1)
    const [hit] = receiver.hits
    const verified = new Webhook(endpoint.secret).verify(hit!.body, hit!.headers as Record<string, string>)
    expect(verified).toMatchObject({
      id: hit!.id,
      seq: 1,
      type: 'message.received',
      session: 'sales',
      tenant: 'default',
      data: { text: 'Halo ☕', from: '628111', status: 'received' },
      metadata: { shop: 'sales' },
    })
    expect(hit!.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Kurir/0.0.0',
      'x-shop': 'one',
      'content-length': String(hit!.body.length),
    })
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.state === 'delivered')
    expect(await rig.store.deliveries(endpoint)).toMatchObject([{ attempts: 1, lastStatus: 204, lastError: null }])
  })

  it('lets an endpoint have its own User-Agent', async () => {
    const receiver = await listen()
    const rig = await rigged()
    await rig.store.createEndpoint(receiver.url, { headers: { 'User-Agent': 'Toko/1' } })
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await until(() => receiver.hits.length === 1)
    expect(receiver.hits[0]?.headers['user-agent']).toBe('Toko/1')
  })

  it('is made for what an earlier process left', async () => {
    const receiver = await listen()
    const rig = await rigged()
    await rig.store.createEndpoint(receiver.url)
    for (const text of ['a', 'b', 'c']) await rig.store.receive(rig.session, '628111', text)
    rig.pump.start()
    await until(() => receiver.hits.length === 3)
    expect(receiver.texts).toEqual(['a', 'b', 'c'])
  })

  it('uses few connections for many events', async () => {
    const receiver = await listen()
    const rig = await rigged()
    await rig.store.createEndpoint(receiver.url)
    rig.pump.start()
    for (let i = 0; i < 50; i++) {
      await rig.store.receive(rig.session, '628111', `${i}`)
      await until(() => receiver.hits.length === i + 1)
    }
    expect(receiver.connections).toBeLessThanOrEqual(2)
  })
})

describe('the order within a chat', { timeout: 20_000 }, () => {
  it('stands while the receiver fails now and then', async () => {
    let seed = 7
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const accepted: string[] = []
    const receiver = await listen((hit, response) => {
      const luck = random()
      if (luck < 0.1) return void response.destroy()
      if (luck > 0.7) return void response.writeHead(500).end('no')
      accepted.push(hit.event.data.text)
      response.writeHead(200).end()
    })
    const rig = await rigged({ needs: { random } })
    const endpoint = await rig.store.createEndpoint(receiver.url)
    const chats = ['628111', '628222', '628333', '628444']
    for (let n = 0; n < 25; n++) {
      await Promise.all(chats.map((chat) => rig.store.receive(rig.session, chat, `${chat} ${n}`)))
    }
    rig.pump.start()
    await untilFinished(rig, endpoint)
    const finished = await rig.store.deliveries(endpoint)
    expect(finished).toHaveLength(100)
    expect(finished.every(({ state }) => state === 'delivered')).toBe(true)
    for (const chat of chats) {
      const inOrder = Array.from({ length: 25 }, (_, n) => `${chat} ${n}`)
      expect(accepted.filter((text) => text.startsWith(chat))).toEqual(inOrder)
      const seen = receiver.texts.filter((text) => text.startsWith(chat))
      expect(seen.filter((text, index) => text !== seen[index - 1])).toEqual(inOrder)
    }
    expect(receiver.hits.length).toBeGreaterThan(120)
    expect(receiver.hits.every((hit) => isSigned(hit, endpoint.secret))).toBe(true)
    const idsByText = new Map(receiver.hits.map(({ id, event }) => [event.data.text, id]))
    expect(receiver.hits.every(({ id, event }) => idsByText.get(event.data.text) === id && id === event.id)).toBe(true)
  })

  it('goes on after a dead delivery', async () => {
    const receiver = await listen((hit, response) =>
      response.writeHead(hit.event.data.text === 'poison' ? 400 : 200).end(),
    )
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url)
    await rig.store.receive(rig.session, '628111', 'poison')
    await rig.store.receive(rig.session, '628111', 'next')
    await rig.store.receive(rig.session, '628222', 'other')
    rig.pump.start()
    await until(() => receiver.texts.includes('other'))
    expect(receiver.texts).not.toContain('next')
    await untilFinished(rig, endpoint)
    expect(states(await rig.store.deliveries(endpoint))).toEqual(['dead', 'delivered', 'delivered'])
    expect(receiver.texts.filter((text) => text === 'poison')).toHaveLength(10)
    expect(receiver.texts.filter((text) => text === 'next')).toHaveLength(1)
  })
})

describe('a receiver that fails', { timeout: 20_000 }, () => {
  it('gets ten attempts on the schedule, with one id, each signed anew; then the delivery is dead', async () => {
    const times: number[] = []
    const rig = await rigged()
    const receiver = await listen((_, response) => {
      times.push(rig.clock.now())
      response.writeHead(503).end()
    })
    const endpoint = await rig.store.createEndpoint(receiver.url)
    await rig.store.receive(rig.session, '628111', 'a')
    rig.pump.start()
    await untilFinished(rig, endpoint)
    expect(await rig.store.deliveries(endpoint)).toMatchObject([
      { state: 'dead', attempts: 10, lastStatus: 503, lastError: 'http_status', dueAt: null },
    ])
    expect(new Set(receiver.hits.map(({ id }) => id)).size).toBe(1)
    expect(new Set(receiver.hits.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10)
    expect(receiver.hits.every((hit) => isSigned(hit, endpoint.secret))).toBe(true)
    expect(times).toHaveLength(10)
    times.slice(1).forEach((time, index) => {
      const delay = RETRY_DELAYS_MS[index + 1] ?? 0
      expect(time - times[index]!).toBeGreaterThanOrEqual(delay * 0.8 - 1)
      expect(time - times[index]!).toBeLessThanOrEqual(delay * 1.2 + 1)
    })
  })

  it('is left alone as long as its Retry-After asks', async () => {
    let status = 429
    const receiver = await listen((_, response) => response.writeHead(status, { 'retry-after': '3600' }).end())
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url)
    await rig.store.receive(rig.session, '628111', 'a')
    rig.pump.start()
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.lastStatus === 429)
    expect((await rig.store.deliveries(endpoint))[0]?.dueAt).toBe(rig.clock.now() + 3_600_000)
    status = 200
    await untilFinished(rig, endpoint)
    expect(await rig.store.deliveries(endpoint)).toMatchObject([{ state: 'delivered', attempts: 2 }])
  })

  it('is disabled by 410: what waits for it is dead, and nothing is sent any more', async () => {
    const receiver = await listen((_, response) => response.writeHead(410).end())
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url)
    for (const text of ['a', 'b', 'c']) await rig.store.receive(rig.session, '628111', text)
    rig.pump.start()
    await until(async () => states(await rig.store.deliveries(endpoint)).every((state) => state === 'dead'))
    expect(receiver.texts).toEqual(['a'])
    expect((await rig.store.webhooks.getEndpoint(endpoint.tenant, endpoint.id))?.disabledAt).not.toBeNull()
    expect((await rig.store.deliveries(endpoint))[0]).toMatchObject({ lastStatus: 410, lastError: 'gone', attempts: 1 })
    await rig.store.receive(rig.session, '628111', 'd')
    expect(await rig.store.deliveries(endpoint)).toHaveLength(3)
  })

  it('may be deleted while it answers', async () => {
    const held: (() => void)[] = []
    const receiver = await listen((_, response) => held.push(() => response.writeHead(410).end()))
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url)
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await until(() => held.length === 1)
    await rig.store.webhooks.deleteEndpoint(endpoint.tenant, endpoint.id)
    held[0]?.()
    await rig.pump.drain(rig.clock.now() + 1_000_000)
    expect(receiver.hits).toHaveLength(1)
  })

  it('is not asked at all where its body cannot be rendered, and the schedule goes on', async () => {
    const receiver = await listen()
    let fails = true
    const rig = await rigged({
      needs: {
        renderer: {
          render: (event) => {
            if (fails) throw new Error('cannot')
            return nativeBody().render(event)
          },
        },
      },
    })
    const endpoint = await rig.store.createEndpoint(receiver.url)
    await rig.store.receive(rig.session, '628111', 'a')
    rig.pump.start()
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.lastError === 'internal')
    expect(receiver.connections).toBe(0)
    fails = false
    await untilFinished(rig, endpoint)
    expect(receiver.texts).toEqual(['a'])
  })

  it('is never followed where it redirects to', async () => {
    const trap = await listen()
    const receiver = await listen((_, response) => response.writeHead(302, { location: trap.url }).end())
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url)
    await rig.store.receive(rig.session, '628111', 'a')
    rig.pump.start()
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.attempts === 1)
    expect(await rig.store.deliveries(endpoint)).toMatchObject([
      { state: 'pending', lastStatus: 302, lastError: 'redirect' },
    ])
    expect(trap.connections).toBe(0)
  })

  it.each([
    ['hangs', () => undefined, 'timeout'],
    ['resets', (_hit, response) => response.destroy(), 'connection_failed'],
  ] as [string, Answering, string][])('counts as failed where it %s', async (_, answer, error) => {
    const receiver = await listen(answer)
    const rig = await rigged({ needs: { timeoutMs: 200 } })
    const endpoint = await rig.store.createEndpoint(receiver.url)
    await rig.store.receive(rig.session, '628111', 'a')
    rig.pump.start()
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.attempts === 1)
    expect(await rig.store.deliveries(endpoint)).toMatchObject([
      { state: 'pending', lastStatus: null, lastError: error },
    ])
  })

  it('cannot slow the others by hanging', async () => {
    const hanging = await listen(() => undefined)
    const healthy = await listen()
    const rig = await rigged({ needs: { timeoutMs: 1000, slots: { total: 16, perEndpoint: 8 } } })
    const stuck = await rig.store.createEndpoint(hanging.url)
    const chats = Array.from({ length: 300 }, (_, chat) => `62811${chat}`)
    await Promise.all(chats.map((chat) => rig.store.receive(rig.session, chat, 'backlog')))
    rig.pump.start()
    await until(() => hanging.hits.length === 8)
    const good = await rig.store.createEndpoint(healthy.url)
    const delays: number[] = []
    for (let n = 0; n < 40; n++) {
      const began = performance.now()
      await rig.store.receive(rig.session, `6282${n}`, `${n}`)
      await until(() => healthy.hits.length === n + 1)
      delays.push(performance.now() - began)
    }
    expect(delays.sort((a, b) => a - b)[37]).toBeLessThan(500)
    // Once it has shown that it hangs, it holds a quarter of its slots.
    await until(async () => (await rig.store.deliveries(stuck)).filter(({ attempts }) => attempts > 0).length >= 8)
    const before = hanging.hits.length
    await until(() => hanging.hits.length > before)
    expect(hanging.hits.length - before).toBeLessThanOrEqual(2)
    expect(states(await rig.store.deliveries(good))).toHaveLength(40)
  })
})

describe('an address of the inside', () => {
  const PUBLIC = '127.0.0.2'

  it('is refused at delivery, also where the name was good before', async () => {
    const receiver = await listen(undefined, PUBLIC)
    const trap = await listen()
    let address = PUBLIC
    const rig = await rigged({
      policy: { allow: [PUBLIC], ports: 'any' },
      resolve: async () => [{ address, family: 4 } satisfies LookupAddress],
    })
    const rebinding = await rig.store.createEndpoint(`http://receiver.example:${receiver.port}/`)
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await until(() => receiver.hits.length === 1)
    await receiver.close()
    address = '127.0.0.1'
    const direct = await rig.store.createEndpoint(trap.url)
    const byName = await rig.store.createEndpoint(`http://inside.example:${trap.port}/`)
    await rig.store.receive(rig.session, '628111', 'b')
    for (const endpoint of [rebinding, direct, byName]) {
      await until(async () => (await rig.store.deliveries(endpoint)).at(-1)?.attempts === 1)
      expect((await rig.store.deliveries(endpoint)).at(-1)).toMatchObject({
        state: 'pending',
        lastError: 'address_not_allowed',
      })
    }
    expect(trap.connections).toBe(0)
  })
})

describe('the store', { timeout: 20_000 }, () => {
  it('is not read while nothing is due', async () => {
    let reads = 0
    let looksAhead = 0
    const receiver = await listen((_, response) => response.writeHead(500).end())
    const rig = await rigged({
      wrap: (store) => ({
        dueDeliveries: (query) => {
          reads++
          return store.dueDeliveries(query)
        },
        nextDueAt: (after) => {
          looksAhead++
          return store.nextDueAt(after)
        },
        settleDelivery: (id, outcome) => store.settleDelivery(id, outcome),
        updateEndpoint: (id, patch) => store.updateEndpoint(id, patch),
      }),
    })
    const endpoint = await rig.store.createEndpoint(receiver.url)
    rig.pump.start()
    await until(() => looksAhead === 1)
    await rig.store.receive(rig.session, '628111', 'a')
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.attempts === 1)
    // Events without deliveries and the ticking of the clock wake nobody up.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const before = reads
    expect(before).toBeLessThanOrEqual(4)
    await rig.store.webhooks.deleteEndpoint(endpoint.tenant, newId('end'))
    for (let second = 0; second < 3; second++) rig.clock.advance(1000)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([reads, looksAhead]).toEqual([before, 1])
    rig.clock.advance(3000)
    await until(() => receiver.hits.length === 2)
    expect(looksAhead).toBe(2)
  })

  it('hands over a burst in small parts', async () => {
    const receiver = await listen()
    const loaded: number[] = []
    const rig = await rigged({
      wrap: (store) => ({
        dueDeliveries: async (query) => {
          const due = await store.dueDeliveries(query)
          loaded.push(due.length)
          return due
        },
        nextDueAt: (after) => store.nextDueAt(after),
        settleDelivery: (id, outcome) => store.settleDelivery(id, outcome),
        updateEndpoint: (id, patch) => store.updateEndpoint(id, patch),
      }),
    })
    const endpoints = [await rig.store.createEndpoint(receiver.url), await rig.store.createEndpoint(receiver.url)]
    const writes = Array.from({ length: 500 }, (_, n) => rig.store.receive(rig.session, `6281${n % 200}`, `${n}`))
    await Promise.all(writes)
    rig.pump.start()
    await until(() => receiver.hits.length === 1000)
    expect(Math.max(...loaded)).toBeLessThanOrEqual(64)
    expect(loaded.length).toBeLessThan(1000)
    for (const endpoint of endpoints) {
      await until(async () => states(await rig.store.deliveries(endpoint)).every((state) => state === 'delivered'))
    }
    expect(new Set(receiver.hits.map(({ id }) => id)).size).toBe(500)
  })

  it('that cannot write keeps the lane closed until it can, and nothing is posted twice', async () => {
    const receiver = await listen()
    let failures = 3
    const rig = await rigged({
      wrap: (store) => ({
        dueDeliveries: (query) => store.dueDeliveries(query),
        nextDueAt: (after) => store.nextDueAt(after),
        settleDelivery: (id, outcome) =>
          failures-- > 0 ? Promise.reject(new Error('disk full')) : store.settleDelivery(id, outcome),
        updateEndpoint: (id, patch) => store.updateEndpoint(id, patch),
      }),
    })
    const endpoint = await rig.store.createEndpoint(receiver.url)
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await rig.store.receive(rig.session, '628111', 'b')
    for (const [left, wait] of [
      [2, 1000],
      [1, 2000],
      [0, 4000],
    ] as const) {
      await until(() => failures === left)
      expect(receiver.texts).toEqual(['a'])
      await new Promise(setImmediate)
      rig.clock.advance(wait)
    }
    await until(() => receiver.hits.length === 2)
    expect(receiver.texts).toEqual(['a', 'b'])
    await until(async () => states(await rig.store.deliveries(endpoint)).every((state) => state === 'delivered'))
  })

  it('that cannot be read is asked again', async () => {
    const receiver = await listen()
    let failures = 2
    const rig = await rigged({
      wrap: (store) => ({
        dueDeliveries: (query) => (failures-- > 0 ? Promise.reject(new Error('no')) : store.dueDeliveries(query)),
        nextDueAt: (after) => store.nextDueAt(after),
        settleDelivery: (id, outcome) => store.settleDelivery(id, outcome),
        updateEndpoint: (id, patch) => store.updateEndpoint(id, patch),
      }),
    })
    await rig.store.createEndpoint(receiver.url)
    await rig.store.receive(rig.session, '628111', 'a')
    rig.pump.start()
    await until(() => failures === 1)
    await new Promise(setImmediate)
    rig.clock.advance(1000)
    await until(() => failures === 0)
    await new Promise(setImmediate)
    rig.clock.advance(1000)
    await until(() => receiver.hits.length === 1)
  })
})

describe('draining', () => {
  it('waits for what is in flight, and begins nothing more', async () => {
    const held: (() => void)[] = []
    const receiver = await listen((_, response) => held.push(() => response.writeHead(200).end()))
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url)
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await rig.store.receive(rig.session, '628111', 'b')
    await until(() => held.length === 1)
    const drained = rig.pump.drain(rig.clock.now() + 10_000)
    held[0]?.()
    await drained
    expect(states(await rig.store.deliveries(endpoint))).toEqual(['delivered', 'pending'])
    expect(receiver.texts).toEqual(['a'])
  })

  it('cuts what takes too long: that is no attempt, and due at once at the next start with the same id', async () => {
    let holds = true
    const receiver = await listen((_, response) => {
      if (!holds) response.writeHead(200).end()
    })
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url)
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await until(() => receiver.hits.length === 1)
    const drained = rig.pump.drain(rig.clock.now() + 5000)
    rig.clock.advance(5000)
    await drained
    expect(await rig.store.deliveries(endpoint)).toMatchObject([{ state: 'pending', attempts: 0 }])
    holds = false
    rig.another().start()
    await until(() => receiver.hits.length === 2)
    expect(receiver.hits[1]?.id).toBe(receiver.hits[0]?.id)
    await until(async () => states(await rig.store.deliveries(endpoint))[0] === 'delivered')
    expect(await rig.store.deliveries(endpoint)).toMatchObject([{ attempts: 1 }])
  })
})
