import { afterEach, expect, test } from 'vitest'
import { phoneJid } from '../../core/jid.ts'
import type { MediaId } from '../../core/media.ts'
import { inbound, until } from '../../messages/test/rig.ts'
import { HttpRig, type HttpRigOptions } from '../test/http-rig.ts'

const PROXY = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'wa.example.org' }
const FILE = { id: 'med_IN' as MediaId, mimetype: 'image/png', size: 1, fileName: null, sha256: 'ab' }
const SENDER = phoneJid('6281300000201')

let rig: HttpRig | undefined
afterEach(() => rig?.close())

/** A gateway that received a picture and then a text; what each answer shows of the two messages. */
async function shownTo(config: HttpRigOptions['config'], headers: Record<string, string> = {}) {
  rig = await HttpRig.open({ config: config ?? {} })
  const { url, rig: inner } = rig
  const session = await inner.connected('shop')
  const account = inner.account(session)
  account.deliver({ ...inbound('PICTURE', '', SENDER), content: { type: 'image', media: FILE } })
  account.deliver(inbound('TEXT', 'and a text', phoneJid('6281300000202')))
  const read = async (path: string) => (await rig?.call('GET', path, { headers }))?.body.data as Shown[]
  const messages = await until('both are stored', async () => {
    const list = await read('/v1/sessions/shop/messages')
    return list.length === 2 ? list : undefined
  })
  const picture = messages.find(({ wa_id }) => wa_id === 'PICTURE')
  const one = (await rig.call('GET', `/v1/messages/${picture?.id}`, { headers })).body as unknown as Shown
  const chats = (await read('/v1/sessions/shop/chats')) as unknown as { last_message: Shown }[]
  const events = (await read('/v1/events?types=message.received')) as unknown as { data: Shown }[]
  return {
    ...{ url, messages, one },
    last: chats.map((chat) => chat.last_message),
    listed: events.map(({ data }) => data),
    streamed: await stream(`${url}/v1/events?session=shop&types=message.received&after=0`, rig.admin, headers),
    stored: await inner.store.events.listEvents({ tenant: session.tenant, limit: 50 }),
  }
}

interface Shown {
  id: string
  wa_id: string
  media?: { id: string; url?: string }
}

/** The messages of the first two events of a stream. */
async function stream(url: string, key: string, headers: Record<string, string>): Promise<Shown[]> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(8_000)])
  const asked = { ...headers, authorization: `Bearer ${key}`, accept: 'text/event-stream' }
  const response = await fetch(url, { headers: asked, signal })
  let text = ''
  const lines = () => text.split('\n').filter((line) => line.startsWith('data: '))
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (lines().length >= 2 && text.endsWith('\n\n')) break
  }
  stop.abort()
  return lines().map((line) => JSON.parse(line.slice('data: '.length)).data)
}

function expectLinks(
  { messages, one, last, listed, streamed, stored }: Awaited<ReturnType<typeof shownTo>>,
  base: string,
) {
  for (const list of [messages, [one], last, listed, streamed]) {
    const links = list.filter(({ media }) => media).map(({ media }) => media?.url)
    expect(links).toEqual([`${base}/v1/media/med_IN`])
  }
  expect(JSON.stringify(stored)).toContain('med_IN')
  expect(JSON.stringify(stored)).not.toContain('/v1/media/')
}

test('a message’s file is where the request came in, in every answer and event', async () => {
  const shown = await shownTo({})
  expectLinks(shown, shown.url)
})

test('behind a trusted proxy and below a path, it is where the proxy is', async () => {
  expectLinks(await shownTo({ trustProxy: ['127.0.0.1'], basePath: '/wa' }, PROXY), 'https://wa.example.org/wa')
})

test('a proxy that is not trusted changes nothing', async () => {
  const shown = await shownTo({}, PROXY)
  expectLinks(shown, shown.url)
})

test('the public address goes before all', async () => {
  const publicUrl = 'https://wa.example.com/gate'
  expectLinks(await shownTo({ publicUrl, trustProxy: true }, PROXY), publicUrl)
})
