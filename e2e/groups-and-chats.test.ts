import type { Kurir } from 'kurir-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf } from './support/client.ts'
import { Receiver } from './support/receiver.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

describe('groups, chats and the event stream over the sandbox', () => {
  let sandbox: RunningSandbox
  let receiver: Receiver
  let stream: EventStream
  let client: Kurir
  /** Which session a call is about. */
  let shop: { session: string }

  beforeAll(async () => {
    ;[sandbox, receiver] = await Promise.all([startSandbox(['--sessions', '2']), Receiver.start()])
    const { gateway, session, keys } = sandbox.contract
    client = clientOf(sandbox.contract)
    shop = { session }
    const body = { url: receiver.url, events: ['group.updated' as const], session }
    const { secret = '' } = await client.post('/v1/webhooks', { body })
    receiver.trust(secret)
    stream = await EventStream.open(`${gateway}/v1/events?session=${session}`, keys.native)
  })
  afterAll(async () => {
    stream?.close()
    await Promise.all([sandbox?.stop(), receiver?.stop()])
  })

  const markRead = (chat: string) =>
    client.post('/v1/sessions/{session}/chats/{chat}/read', { params: { path: { ...shop, chat } } })
  const chats = async () => (await client.get('/v1/sessions/{session}/chats', { params: { path: shop } })).data
  const onCalls = (calls: { reject: true; text: string } | null) =>
    client.patch('/v1/sessions/{session}', { params: { path: shop }, body: { settings: { calls } } })

  test('a group is made, changed and written to; webhook and stream tell of it in order', async () => {
    const { lab, phone, contacts } = sandbox.contract
    const [ani, budi, citra] = contacts.map((contact) => contact.phone) as [string, string, string]
    const made = await client.post('/v1/sessions/{session}/groups', {
      params: { path: shop },
      body: { subject: 'Arisan', participants: [ani, `0${budi.slice(2)}`, '6281999999999'] },
    })
    const group = { params: { path: { ...shop, group: made.id } } }
    expect(made).toMatchObject({ subject: 'Arisan', not_added: ['6281999999999'] })
    expect(made.participants.map((one) => [one.phone, one.admin])).toEqual([
      [phone, true],
      [ani, false],
      [budi, false],
    ])
    const body = { subject: 'Arisan RT 05' }
    const renamed = await client.patch('/v1/sessions/{session}/groups/{group}', { ...group, body })
    expect(renamed.subject).toBe('Arisan RT 05')
    const changes = [
      ['add', citra],
      ['promote', ani],
      ['demote', ani],
      ['remove', budi],
    ] as const
    for (const [action, participant] of changes) {
      const change = { ...group, body: { action, participants: [participant] } }
      const answer = await client.post('/v1/sessions/{session}/groups/{group}/participants', change)
      expect(answer).toEqual({ data: [{ participant, done: true, code: null }] })
    }
    const { link } = await client.get('/v1/sessions/{session}/groups/{group}/invite', group)
    expect(link).toMatch(/^https:\/\/chat\.whatsapp\.com\/[\w-]{22}$/)
    await client.send(shop.session, { to: made.id, type: 'text', text: 'Kumpul jam 7' }, { wait: 10_000 })
    for (const member of [ani, citra]) {
      const shown = await eventually('the member to show it', async () =>
        (await shownMessages(lab, member)).find(({ text }) => text === 'Kumpul jam 7'),
      )
      expect(shown).toMatchObject({ chat: made.id, copies: 1, undecryptable: 0 })
    }
    expect((await shownMessages(lab, budi)).find(({ text }) => text === 'Kumpul jam 7')).toBeUndefined()
    const kinds = ['created', 'subject', 'add', 'promote', 'demote', 'remove']
    await eventually('the webhooks', () => receiver.of('group.updated').length >= kinds.length)
    const told = receiver.of('group.updated').filter(({ data }) => data.group === made.id)
    expect(told.map(({ data }) => [data.change, data.by])).toEqual(kinds.map((kind) => [kind, phone]))
    expect(receiver.forged).toBe(0)
    const streamed = await eventually('the stream', () => {
      const events = stream.events.filter(({ type, data }) => type === 'group.updated' && data.group === made.id)
      return events.length === kinds.length && events
    })
    expect(streamed.map(({ id }) => id)).toEqual(told.map(({ id }) => id))
    await client.post('/v1/sessions/{session}/groups/{group}/leave', group)
    const left = client.get('/v1/sessions/{session}/groups/{group}', group)
    await expect(left).rejects.toMatchObject({ status: expect.toSatisfy((status) => status >= 400 && status < 500) })
  })

  test('a number that is written in two ways is one person and one chat', async () => {
    const { lab, phone } = sandbox.contract
    const [asked, known] = ['+55 (11) 98765-4321', '551187654321']
    await json('POST', `${lab}/phones`, { body: { phone: known, name: 'João' } })
    const params = { path: shop }
    const { data } = await client.post('/v1/sessions/{session}/numbers/check', { params, body: { numbers: [asked] } })
    expect(data).toEqual([
      { number: asked, exists: true, jid: `${known}@s.whatsapp.net`, phone: known, lid: expect.any(String) },
    ])
    const sent = await client.send(shop.session, { to: asked, type: 'text', text: 'oi' }, { wait: 10_000 })
    expect(sent).toMatchObject({ chat: known, to: known })
    expect(await eventually('it to be shown', () => shownMessages(lab, known).then(([row]) => row))).toMatchObject({
      ...{ text: 'oi', copies: 1, undecryptable: 0 },
    })
    await json('POST', `${lab}/phones/${known}/messages`, { body: { to: phone, text: 'tudo bem' } })
    const chatOf = async (chat: string) => {
      const { data } = await client.get('/v1/sessions/{session}/messages', { params: { ...params, query: { chat } } })
      return data.map(({ text }) => text)
    }
    await eventually('the answer', async () => (await chatOf(known)).length === 2)
    for (const number of [asked, known]) expect(await chatOf(number), number).toEqual(['tudo bem', 'oi'])
    expect(await markRead(asked)).toEqual({ read: 1 })
  })

  test('a call is told; where the session wants it, it is rejected and answered with one text', async () => {
    const { lab, phone, contacts } = sandbox.contract
    const ani = contacts[0]?.phone ?? ''
    const ring = (body: object = {}) =>
      json<{ id: string }>('POST', `${lab}/phones/${ani}/call`, { body: { to: phone, ...body } })
    const stateOf = async (id: string) =>
      (await json<{ calls: Record<string, string> }>('GET', `${lab}/phones/${ani}`)).calls[id]
    const told = (id: string) =>
      eventually('the event', () => stream.events.find(({ type, data }) => type === 'call.received' && data.id === id))
    const first = await ring({ video: true })
    expect((await told(first.id)).data).toMatchObject({ from: ani, video: true, group: null, offline: false })
    expect(await stateOf(first.id)).toBe('ringing')

    const calls = { reject: true as const, text: 'Kami tidak menerima telepon' }
    expect(await onCalls(calls)).toMatchObject({ settings: { calls } })
    const second = await ring()
    await eventually('the rejection', async () => (await stateOf(second.id)) === 'rejected')
    const texts = async () => (await shownMessages(lab, ani)).filter(({ text }) => text === calls.text)
    await eventually('the text', async () => (await texts()).length > 0)
    expect(await told(second.id)).toMatchObject({ data: { from: ani, video: false } })

    expect(await onCalls(null)).toMatchObject({ settings: { calls: null } })
    const third = await ring()
    await told(third.id)
    expect(await stateOf(third.id)).toBe('ringing')
    expect(await texts()).toHaveLength(1)
  })

  test('a chat shows what came, its sender sees it read, and typing is shown', async () => {
    const { lab, phone, contacts, sessions } = sandbox.contract
    const [ani] = contacts
    const other = sessions[1]
    await json('POST', `${lab}/phones/${ani?.phone}/messages`, { body: { to: phone, text: 'Sudah sampai?' } })
    const chat = await eventually('the chat', async () =>
      (await chats()).find(({ id, unread }) => id === ani?.phone && unread > 0),
    )
    expect(chat).toMatchObject({ name: ani?.name, last_message: { text: 'Sudah sampai?', direction: 'in' } })
    const contacted = await client.get('/v1/sessions/{session}/contacts', { params: { path: shop } })
    expect(contacted.data).toContainEqual(
      expect.objectContaining({ phone: ani?.phone, lid: expect.stringMatching(/^\d+$/), name: ani?.name }),
    )
    expect(await markRead(chat.id)).toEqual({ read: chat.unread })
    expect(await markRead(chat.id)).toEqual({ read: 0 })

    const text = { to: phone, type: 'text', text: 'Dari toko sebelah' } as const
    const sent = await client.send(other?.id ?? '', text, { wait: 10_000 })
    await eventually('it came', async () =>
      (await chats()).some(({ id, unread }) => id === other?.phone && unread === 1),
    )
    expect(await markRead(other?.phone ?? '')).toEqual({ read: 1 })
    await eventually('its sender to see it read', async () => {
      const { status } = await client.get('/v1/messages/{id}', { params: { path: { id: sent.id } } })
      return status === 'read'
    })

    const withAni = { params: { path: { ...shop, chat: chat.id } } }
    const body = { state: 'recording' as const }
    await client.post('/v1/sessions/{session}/chats/{chat}/typing', { ...withAni, body })
    await eventually('the phone to show it', async () => {
      const { chatStates } = await json<{ chatStates: Record<string, string> }>('GET', `${lab}/phones/${ani?.phone}`)
      return chatStates[phone] === 'recording'
    })
    const presence = await client.post('/v1/sessions/{session}/chats/{chat}/presence', withAni)
    expect(presence).toEqual({ state: 'available', last_seen: null })
  })

  test('the stream goes on where it was cut, over a restart of the client', async () => {
    const { gateway, lab, session, phone, contacts, keys } = sandbox.contract
    const say = (text: string) =>
      json('POST', `${lab}/phones/${contacts[0]?.phone}/messages`, { body: { to: phone, text } })
    await say('pertama')
    const first = await eventually('the first', () => stream.events.find(({ data }) => data.text === 'pertama'))
    stream.close()
    await say('kedua')
    await say('ketiga')
    stream = await EventStream.open(`${gateway}/v1/events?session=${session}`, keys.native, String(first.seq))
    await eventually('the others', () => stream.events.some(({ data }) => data.text === 'ketiga'))
    expect(stream.events.map(({ seq }) => seq)).toEqual(stream.events.map((_, index) => first.seq + 1 + index))
    expect(stream.events.flatMap(({ data }) => data.text ?? [])).toEqual(['kedua', 'ketiga'])
  })
})

interface StreamedEvent {
  id: string
  seq: number
  type: string
  data: { text?: string; group?: string; id?: string }
}

/** A client of the event stream that keeps what came. */
class EventStream {
  readonly events: StreamedEvent[] = []
  readonly #stop = new AbortController()
  /** The stream has begun: from then on nothing is missed. */
  readonly #greeted = Promise.withResolvers<void>()

  static async open(url: string, key: string, lastEventId?: string): Promise<EventStream> {
    const stream = new EventStream()
    const headers = {
      authorization: `Bearer ${key}`,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    }
    const response = await fetch(url, { headers, signal: stream.#stop.signal })
    if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`)
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader()
    void stream.#read(text).catch(stream.#greeted.reject)
    await stream.#greeted.promise
    return stream
  }

  close(): void {
    this.#stop.abort()
  }

  async #read(reader: ReadableStreamDefaultReader<string>): Promise<void> {
    let text = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      this.#greeted.resolve()
      const blocks = (text + value).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (data) this.events.push(JSON.parse(data) as StreamedEvent)
      }
    }
  }
}
