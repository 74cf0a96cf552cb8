import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { Receiver } from './support/receiver.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='

interface Sent {
  id: string
  wa_id: string
  status: string
  type: string
}

describe('every kind of message, from HTTP to the phone and back', () => {
  let sandbox: RunningSandbox
  let receiver: Receiver

  beforeAll(async () => {
    ;[sandbox, receiver] = await Promise.all([startSandbox(), Receiver.start()])
    const { gateway, keys } = sandbox.contract
    const body = { url: receiver.url, events: ['message.*'] }
    const endpoint = await json<{ secret: string }>('POST', `${gateway}/v1/webhooks`, { key: keys.native, body })
    receiver.trust(endpoint.secret)
  })
  afterAll(async () => {
    await Promise.all([sandbox?.stop(), receiver?.stop()])
  })

  const contact = () => sandbox.contract.contacts[0]?.phone ?? ''

  async function send(body: Record<string, unknown>): Promise<Sent> {
    const { gateway, session, keys } = sandbox.contract
    const url = `${gateway}/v1/sessions/${session}/messages?wait=20000`
    const sent = await json<Sent>('POST', url, { key: keys.native, body: { to: contact(), ...body } })
    expect(['sent', 'delivered'], JSON.stringify(sent)).toContain(sent.status)
    return sent
  }

  async function shown({ wa_id }: Sent): Promise<Record<string, unknown>> {
    const rows = () => shownMessages(sandbox.contract.lab, contact())
    const row = await eventually('the phone to show it', async () => (await rows()).find(({ id }) => id === wa_id))
    return { ...row }
  }

  /** What the webhook tells of a message that the contact writes. */
  async function written(content: Record<string, unknown>, event = 'message.received') {
    const { lab, phone } = sandbox.contract
    const url = `${lab}/phones/${contact()}/messages`
    const { id } = await json<{ id: string }>('POST', url, { body: { to: phone, ...content } })
    const told = await eventually('the webhook', () => receiver.of(event).find(({ data }) => data.wa_id === id))
    return told.data
  }

  const bytes = Buffer.from(PIXEL, 'base64')
  const sha256 = createHash('sha256').update(bytes).digest('hex')

  const kinds: [Record<string, unknown>, Record<string, unknown>][] = [
    [
      { type: 'location', latitude: -6.25, longitude: 106.75, name: 'Monas' },
      { type: 'location', name: 'Monas' },
    ],
    [
      { type: 'contacts', contacts: [{ name: 'Budi', phones: [{ number: '0813-0000-0001' }] }] },
      { type: 'contact', phone: '6281300000001' },
    ],
    [
      { type: 'poll', question: 'When?', options: ['a', 'b'] },
      { type: 'poll', question: 'When?', options: ['a', 'b'] },
    ],
    [
      { type: 'image', media: { base64: PIXEL }, caption: 'look' },
      { type: 'image', caption: 'look', sha256 },
    ],
    [
      { type: 'document', media: { base64: PIXEL, file_name: 'a.png' } },
      { type: 'document', fileName: 'a.png', sha256 },
    ],
    [
      { type: 'sticker', media: { base64: PIXEL } },
      { type: 'sticker', mimetype: 'image/webp' },
    ],
  ]
  for (const [body, row] of kinds) {
    test(`${body.type} goes out`, async () => {
      expect(await shown(await send(body))).toMatchObject({ ...row, copies: 1, undecryptable: 0 })
    })
  }

  test('a text is edited, reacted to and deleted', async () => {
    const { gateway, keys } = sandbox.contract
    const sent = await send({ type: 'text', text: 'besk' })
    const url = `${gateway}/v1/messages/${sent.id}?wait=20000`
    const edit = await json<Sent>('PATCH', url, { key: keys.native, body: { text: 'besok' } })
    expect(await shown(edit)).toMatchObject({ type: 'edit', target: sent.wa_id, text: 'besok' })
    const own = await send({ type: 'reaction', to: undefined, target: sent.id, emoji: '👍' })
    expect(await shown(own)).toMatchObject({ type: 'reaction', target: sent.wa_id, emoji: '👍' })
    expect(await written({ reaction: { id: sent.wa_id, emoji: '🙏' } }, 'message.reaction')).toMatchObject({
      type: 'reaction',
      emoji: '🙏',
      target: { wa_id: sent.wa_id, from_me: true },
    })
    const revoke = await json<Sent>('DELETE', url, { key: keys.native })
    expect(await shown(revoke)).toMatchObject({ type: 'revoke', target: sent.wa_id })
  })

  test('a file comes in, is served, and is passed on', async () => {
    const { gateway, keys } = sandbox.contract
    const told = await written({ image: { base64: PIXEL, mimetype: 'image/png', caption: 'lihat' } })
    const media = told.media as { id: string; sha256: string }
    expect(told).toMatchObject({ type: 'image', caption: 'lihat', media: { mimetype: 'image/png', sha256 } })
    const response = await fetch(`${gateway}/v1/media/${media.id}`, {
      headers: { authorization: `Bearer ${keys.native}` },
    })
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    const passed = await send({ type: 'forward', message: told.id })
    expect(await shown(passed)).toMatchObject({ type: 'image', caption: 'lihat', forwarded: true, sha256 })
  })

  test('a number answers buttons, and a tap does', async () => {
    const buttons = [
      { kind: 'reply', id: 'ya', title: 'Ya' },
      { kind: 'reply', id: 'tidak', title: 'Tidak' },
    ]
    const sent = await send({ type: 'buttons', text: 'Jadi?', buttons })
    expect(sent).toMatchObject({ fallback: true })
    expect(await shown(sent)).toMatchObject({ type: 'interactive', text: 'Jadi?\n\n1. Ya\n2. Tidak' })
    const reply = { id: 'tidak', title: 'Tidak' }
    expect(await written({ text: '2' })).toMatchObject({ type: 'buttonReply', reply, text: '2' })
    expect(await written({ buttonReply: { id: 'tidak', text: 'Tidak' } })).toMatchObject({ type: 'buttonReply', reply })
  })

  test('a vote in a poll is read', async () => {
    const poll = await send({ type: 'poll', question: 'Which?', options: ['tea', 'coffee'] })
    await shown(poll)
    expect(await written({ vote: { id: poll.wa_id, options: ['coffee'] } })).toMatchObject({
      type: 'pollVote',
      target: { wa_id: poll.wa_id },
      votes: ['coffee'],
    })
  })
})
