import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { Receiver } from './support/receiver.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

interface Group {
  id: string
  subject: string
  participants: { phone: string; admin: boolean }[]
}

describe('groups, chats and the event stream over the sandbox', () => {
  let sandbox: RunningSandbox
  let receiver: Receiver
  let base: string
  let stream: EventStream

  beforeAll(async () => {
    ;[sandbox, receiver] = await Promise.all([startSandbox(['--sessions', '2']), Receiver.start()])
    const { gateway, session, keys } = sandbox.contract
    base = `${gateway}/v1/sessions/${session}`
    const body = { url: receiver.url, events: ['group.updated'], session }
    const endpoint = await json<{ secret: string }>('POST', `${gateway}/v1/webhooks`, { key: keys.native, body })
    receiver.trust(endpoint.secret)
    stream = await EventStream.open(`${gateway}/v1/events?session=${session}`, keys.native)
  })
  afterAll(async () => {
    stream?.close()
    await Promise.all([sandbox?.stop(), receiver?.stop()])
  })

  const call = <Answer>(method: string, path: string, body?: unknown): Promise<Answer> =>
    json<Answer>(method, base + path, { key: sandbox.contract.keys.native, ...(body === undefined ? {} : { body }) })

  test('a group is made, changed and written to; webhook and stream tell of it in order', async () => {
    const { lab, phone, contacts } = sandbox.contract
    const [ani, budi, citra] = contacts.map((contact) => contact.phone) as [string, string, string]
    const made = await call<Group & { not_added: string[] }>('POST', '/groups', {
      subject: 'Arisan',
      participants: [ani, `0${budi.slice(2)}`, '6281999999999'],
    })
    expect(made).toMatchObject({ subject: 'Arisan', not_added: ['6281999999999'] })
    expect(made.participants.map((one) => [one.phone, one.admin])).toEqual([
      [phone, true],
      [ani, false],
      [budi, false],
    ])
    const renamed = await call<Group>('PATCH', `/groups/${made.id}`, { subject: 'Arisan RT 05' })
    expect(renamed.subject).toBe('Arisan RT 05')
    const changes = [
      ['add', citra],
      ['promote', ani],
      ['demote', ani],
      ['remove', budi],
    ] as const
    for (const [action, participant] of changes) {
      const answer = await call('POST', `/groups/${made.id}/participants`, { action, participants: [participant] })
      expect(answer).toEqual({ data: [{ participant, done: true, code: null }] })
    }
    const { link } = await call<{ link: string }>('GET', `/groups/${made.id}/invite`)
    expect(link).toMatch(/^https:\/\/chat\.whatsapp\.com\/[\w-]{22}$/)
    await json('POST', `${base}/messages?wait=10000`, {
      key: sandbox.contract.keys.native,
      body: { to: made.id, type: 'text', text: 'Kumpul jam 7' },
    })
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
    await call('POST', `/groups/${made.id}/leave`)
    await expect(call('GET', `/groups/${made.id}`)).rejects.toThrow(/answered 4/)
  })

  test('a number that is written in two ways is one person and one chat', async () => {
    const { lab, phone, keys, gateway } = sandbox.contract
    const [asked, known] = ['+55 (11) 98765-4321', '551187654321']
    await json('POST', `${lab}/phones`, { body: { phone: known, name: 'João' } })
    const { data } = await call<{ data: unknown[] }>('POST', '/numbers/check', { numbers: [asked] })
    expect(data).toEqual([
      { number: asked, exists: true, jid: `${known}@s.whatsapp.net`, phone: known, lid: expect.any(String) },
    ])
    const body = { to: asked, type: 'text', text: 'oi' }
    const sent = await call<{ id: string; chat: string }>('POST', '/messages?wait=10000', body)
    expect(sent).toMatchObject({ chat: known, to: known })
    expect(await eventually('it to be shown', () => shownMessages(lab, known).then(([row]) => row))).toMatchObject({
      ...{ text: 'oi', copies: 1, undecryptable: 0 },
    })
    await json('POST', `${lab}/phones/${known}/messages`, { body: { to: phone, text: 'tudo bem' } })
    const chatOf = async (number: string) => {
      const path = `${gateway}/v1/sessions/${sandbox.contract.session}/messages?chat=${encodeURIComponent(number)}`
      const { data } = await json<{ data: { text: string }[] }>('GET', path, { key: keys.native })
      return data.map(({ text }) => text)
    }
    await eventually('the answer', async () => (await chatOf(known)).length === 2)
    for (const number of [asked, known]) expect(await chatOf(number), number).toEqual(['tudo bem', 'oi'])
    const read = await call('POST', `/chats/${encodeURIComponent(asked)}/read`)
    expect(read).toEqual({ read: 1 })
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

    const calls = { reject: true, text: 'Kami tidak menerima telepon' }
    expect(await call('PATCH', '', { settings: { calls } })).toMatchObject({ settings: { calls } })
    const second = await ring()
    await eventually('the rejection', async () => (await stateOf(second.id)) === 'rejected')
    const texts = async () => (await shownMessages(lab, ani)).filter(({ text }) => text === calls.text)
    await eventually('the text', async () => (await texts()).length > 0)
    expect(await told(second.id)).toMatchObject({ data: { from: ani, video: false } })

    expect(await call('PATCH', '', { settings: { calls: null } })).toMatchObject({ settings: { calls: null } })
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
    const chat = await eventually('the chat', async () => {
      const { data } = await call<{ data: { id: string; name: string; unread: number }[] }>('GET', '/chats')
      return data.find(({ id, unread }) => id === ani?.phone && unread > 0)
    })
    expect(chat).toMatchObject({ name: ani?.name, last_message: { text: 'Sudah sampai?', direction: 'in' } })
    const contacted = await call<{ data: { phone: string; lid: string }[] }>('GET', '/contacts')
    expect(contacted.data).toContainEqual(
      expect.objectContaining({ phone: ani?.phone, lid: expect.stringMatching(/^\d+$/), name: ani?.name }),
    )
    expect(await call('POST', `/chats/${ani?.phone}/read`)).toEqual({ read: chat.unread })
    expect(await call('POST', `/chats/${ani?.phone}/read`)).toEqual({ read: 0 })

    const { gateway, keys } = sandbox.contract
    const sent = await json<{ id: string }>('POST', `${gateway}/v1/sessions/${other?.id}/messages?wait=10000`, {
      key: keys.native,
      body: { to: phone, type: 'text', text: 'Dari toko sebelah' },
    })
    await eventually('it came', async () => {
      const { data } = await call<{ data: { id: string; unread: number }[] }>('GET', '/chats')
      return data.some(({ id, unread }) => id === other?.phone && unread === 1)
    })
    expect(await call('POST', `/chats/${other?.phone}/read`)).toEqual({ read: 1 })
    await eventually('its sender to see it read', async () => {
      const message = await json<{ status: string }>('GET', `${gateway}/v1/messages/${sent.id}`, { key: keys.native })
      return message.status === 'read'
    })

    await call('POST', `/chats/${ani?.phone}/typing`, { state: 'recording' })
    await eventually('the phone to show it', async () => {
      const { chatStates } = await json<{ chatStates: Record<string, string> }>('GET', `${lab}/phones/${ani?.phone}`)
      return chatStates[phone] === 'recording'
    })
    expect(await call('POST', `/chats/${ani?.phone}/presence`)).toEqual({ state: 'available', last_seen: null })
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
