import { createHash } from 'node:crypto'
import type { Message, OutgoingMessage } from 'kurir-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf } from './support/client.ts'
import { Receiver } from './support/receiver.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='

/** A message without its address. */
type Content = OutgoingMessage extends infer Body ? (Body extends unknown ? Omit<Body, 'to'> : never) : never

describe('every kind of message, from HTTP to the phone and back', () => {
  let sandbox: RunningSandbox
  let receiver: Receiver

  beforeAll(async () => {
    ;[sandbox, receiver] = await Promise.all([startSandbox(), Receiver.start()])
    const { secret = '' } = await client().post('/v1/webhooks', {
      body: { url: receiver.url, events: ['message.*'] },
    })
    receiver.trust(secret)
  })
  afterAll(async () => {
    await Promise.all([sandbox?.stop(), receiver?.stop()])
  })

  const client = () => clientOf(sandbox.contract)
  const contact = () => sandbox.contract.contacts[0]?.phone ?? ''

  async function send(content: Content): Promise<Message> {
    const to = content.type === 'reaction' ? {} : { to: contact() }
    const message = { ...to, ...content } as OutgoingMessage
    const sent = await client().send(sandbox.contract.session, message, { wait: 20_000 })
    expect(['sent', 'delivered'], JSON.stringify(sent)).toContain(sent.status)
    return sent
  }

  async function shown({ wa_id }: Message): Promise<Record<string, unknown>> {
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

  const kinds: [Content, Record<string, unknown>][] = [
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
    const sent = await send({ type: 'text', text: 'besk' })
    const params = { path: { id: sent.id }, query: { wait: 20_000 } }
    const edit = await client().patch('/v1/messages/{id}', { params, body: { text: 'besok' } })
    expect(await shown(edit)).toMatchObject({ type: 'edit', target: sent.wa_id, text: 'besok' })
    const own = await send({ type: 'reaction', target: sent.id, emoji: '👍' })
    expect(await shown(own)).toMatchObject({ type: 'reaction', target: sent.wa_id, emoji: '👍' })
    expect(await written({ reaction: { id: sent.wa_id, emoji: '🙏' } }, 'message.reaction')).toMatchObject({
      type: 'reaction',
      emoji: '🙏',
      target: { wa_id: sent.wa_id, from_me: true },
    })
    const revoke = await client().delete('/v1/messages/{id}', { params })
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
    const passed = await send({ type: 'forward', message: String(told.id) })
    expect(await shown(passed)).toMatchObject({ type: 'image', caption: 'lihat', forwarded: true, sha256 })
  })

  test('a number answers buttons, and a tap does', async () => {
    const buttons = [
      { kind: 'reply' as const, id: 'ya', title: 'Ya' },
      { kind: 'reply' as const, id: 'tidak', title: 'Tidak' },
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
