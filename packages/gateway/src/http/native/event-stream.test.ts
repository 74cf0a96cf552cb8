import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DEFAULT_TENANT, type SessionUid } from '../../core/ids.ts'
import { phoneJid } from '../../core/jid.ts'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
let shop: SessionUid
let other: SessionUid
beforeAll(async () => {
  rig = await HttpRig.open()
  shop = (await rig.rig.connected('shop')).uid
  other = (await rig.rig.connected('other')).uid
})
afterAll(() => rig.close())

interface Seen {
  id: string
  event: string
  data: { seq: number; session: string; data: { text: string } }
}

/** A client of server-sent events that keeps what came. */
class Client {
  readonly events: Seen[] = []
  comments = 0
  ended = false
  type = ''
  readonly #stop = new AbortController()

  static async open(query: string, options: { key?: string; last?: string } = {}): Promise<Client> {
    const client = new Client()
    const response = await fetch(`${rig.url}/v1/events${query}`, {
      headers: {
        authorization: `Bearer ${options.key ?? rig.admin}`,
        accept: 'text/event-stream',
        ...(options.last === undefined ? {} : { 'last-event-id': options.last }),
      },
      signal: client.#stop.signal,
    })
    expect(response.status).toBe(200)
    client.type = response.headers.get('content-type') ?? ''
    void client.#read(response).catch(() => {})
    // It stands: from here on nothing is missed.
    await vi.waitFor(() => expect(client.comments).toBeGreaterThan(0), { timeout: 5_000, interval: 5 })
    return client
  }

  close(): void {
    this.#stop.abort()
  }

  async count(count: number): Promise<Seen[]> {
    await vi.waitFor(() => expect(this.events.length).toBeGreaterThanOrEqual(count), { timeout: 8_000, interval: 5 })
    return this.events
  }

  async #read(response: Response): Promise<void> {
    let text = ''
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) this.#take(block)
    }
    this.ended = true
  }

  #take(block: string): void {
    if (block.startsWith(':')) this.comments += 1
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
    const data = fields.get('data')
    if (data) this.events.push({ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) })
  }
}

let count = 0
async function receive(session: SessionUid, text: string): Promise<void> {
  count += 1
  await rig.rig.store.messages.storeInbound(
    session,
    {
      ...{ journalKey: `j${count}`, waId: `3A${count}` as never, chat: phoneJid('6281300000001'), participant: null },
      ...{ senderAlt: null, fromMe: false, pushName: 'Ani', content: { type: 'text', text }, quote: null },
      ...{ timestamp: Date.now(), offline: false },
    },
    Date.now(),
  )
}

const texts = (seen: Seen[]) => seen.map(({ data }) => data.data.text)

describe('the stream of events', () => {
  test('tells what happens from now on, of every session of the tenant, as the list shows it', async () => {
    await receive(shop, 'before')
    const client = await Client.open('?types=message.received')
    expect(client.type).toBe('text/event-stream')
    await receive(shop, 'one')
    await receive(other, 'two')
    const seen = await client.count(2)
    client.close()
    expect(texts(seen)).toEqual(['one', 'two'])
    expect(seen.map(({ event, data }) => [event, data.session])).toEqual([
      ['message.received', 'shop'],
      ['message.received', 'other'],
    ])
    const { body } = await rig.call('GET', '/v1/events?limit=200&types=message.received')
    expect((body.data as unknown[]).slice(-2)).toEqual(seen.map(({ data }) => data))
  })

  test('goes on behind the last event that came, without a gap and without a repetition', async () => {
    const first = await Client.open('?types=message.received')
    await receive(shop, 'a')
    const [a] = await first.count(1)
    first.close()
    for (const text of ['b', 'c', 'd']) await receive(text === 'c' ? other : shop, text)
    const second = await Client.open('?types=message.received', { last: a?.id ?? '' })
    await receive(shop, 'e')
    expect(texts(await second.count(4))).toEqual(['b', 'c', 'd', 'e'])
    second.close()
  })

  test('counts by seq within a session', async () => {
    const client = await Client.open('?session=shop')
    await receive(other, 'not mine')
    await receive(shop, 'mine')
    const [seen] = await client.count(1)
    client.close()
    expect(seen).toMatchObject({ id: String(seen?.data.seq), data: { session: 'shop', data: { text: 'mine' } } })
    const before = Number(seen?.id) - 1
    for (const options of [{ query: `?session=shop&after=${before}` }, { query: '?session=shop', last: `${before}` }]) {
      const again = await Client.open(options.query, options)
      expect(texts(await again.count(1))).toEqual(['mine'])
      again.close()
    }
  })

  test('of many thousand events it brings each, in order, also to a client that comes late', async () => {
    const live = await Client.open('?session=shop&types=message.received')
    const { body } = await rig.call('GET', '/v1/events?session=shop&limit=200')
    const from = (body.data as { seq: number }[]).at(-1)?.seq ?? 0
    await Promise.all(Array.from({ length: 3_000 }, (_, index) => receive(shop, `m${index}`)))
    const late = await Client.open(`?session=shop&types=message.received&after=${from}`)
    for (const client of [live, late]) {
      const seen = await client.count(3_000)
      client.close()
      expect(seen.map(({ id }) => Number(id))).toEqual(seen.map((_, index) => from + 1 + index))
    }
  })
})

describe('who may follow', () => {
  test('a tenant sees nothing of another, a bound key nothing of another session', async () => {
    await rig.gateway.access.createTenant({ id: 'foreign', name: 'Foreign' })
    const foreign = await Client.open('', { key: await rig.key(['read'], { tenant: 'foreign' }), last: '0' })
    const bound = await Client.open('', { key: await rig.key(['read'], { session: 'other' }) })
    await receive(shop, 'secret')
    await receive(other, 'for the bound one')
    expect(texts(await bound.count(1))).toEqual(['for the bound one'])
    expect(foreign.events).toEqual([])
    foreign.close()
    bound.close()
  })

  test.each([
    ['?session=nowhere', 404],
    ['?types=nothing', 400],
    ['?after=4', 400],
  ])('%s answers %d and no stream', async (query, status) => {
    const answer = await rig.call('GET', `/v1/events${query}`, { headers: { accept: 'text/event-stream' } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test('a Last-Event-ID that is none is refused', async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': 'abc' }
    expect((await rig.call('GET', '/v1/events', { headers })).status).toBe(400)
  })

  test('a client that names no stream gets the list', async () => {
    for (const accept of ['*/*', 'application/json', 'text/event-stream;q=0.1, application/json']) {
      const answer = await rig.call('GET', '/v1/events', { headers: { accept } })
      expect(answer.headers.get('content-type')).toContain('application/json')
    }
  })
})

test('a stream ends when its key is deleted', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const { key, record } = await rig.gateway.access.createKey({
      tenant: DEFAULT_TENANT,
      name: 'short',
      scopes: ['read'],
    })
    const client = await Client.open('?session=shop', { key })
    await receive(shop, 'allowed')
    await client.count(1)
    await rig.gateway.access.deleteKey(DEFAULT_TENANT, record.id)
    vi.setSystemTime(Date.now() + 15_000)
    await receive(shop, 'not allowed')
    await vi.waitFor(() => expect(client.ended).toBe(true), { timeout: 5_000 })
    expect(texts(client.events)).toEqual(['allowed'])
  } finally {
    vi.useRealTimers()
  }
})

describe('memory and shutdown', () => {
  test('a client that does not read is not read for', async () => {
    let reads = 0
    const slow = await HttpRig.open({
      gateway: (real) => ({
        ...real,
        events: {
          list: real.events.list.bind(real.events),
          follow: async function* (query, signal) {
            for await (const page of real.events.follow(query, signal)) {
              reads += 1
              yield page
            }
          },
        },
      }),
    })
    const { uid } = await slow.rig.connected('shop')
    const text = 'x'.repeat(4_000)
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          slow.rig.store.messages.storeInbound(
            uid,
            {
              ...{ journalKey: `${round}-${index}`, waId: `${round}-${index}` as never, participant: null },
              ...{ chat: phoneJid('6281300000001'), senderAlt: null, fromMe: false, pushName: null, offline: false },
              ...{ content: { type: 'text', text }, quote: null, timestamp: 1 },
            },
            Date.now(),
          ),
        ),
      )
    }
    const stop = new AbortController()
    const response = await fetch(`${slow.url}/v1/events?session=shop&after=0`, {
      headers: { authorization: `Bearer ${slow.admin}`, accept: 'text/event-stream' },
      signal: stop.signal,
    })
    expect(response.status).toBe(200)
    // Time for a server that does not mind its client to read all fifty pages of 400 kB.
    let before = -1
    await vi.waitFor(
      () => {
        const stands = reads > 0 && reads === before
        before = reads
        expect(stands).toBe(true)
      },
      { timeout: 5_000, interval: 250 },
    )
    expect(reads).toBeLessThan(40)
    // Nor does it hold up the end.
    const begun = Date.now()
    await slow.close()
    expect(Date.now() - begun).toBeLessThan(4_000)
    stop.abort()
  }, 20_000)

  test('streams end when the server closes', async () => {
    const client = await Client.open('')
    const begun = Date.now()
    await rig.app.close()
    expect(Date.now() - begun).toBeLessThan(3_000)
    await vi.waitFor(() => expect(client.ended).toBe(true))
  })
})
