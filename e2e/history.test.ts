import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, json } from './support/api.ts'
import { Ground } from './support/ground.ts'
import { Receiver } from './support/receiver.ts'

const PHONE = '6289970000001'
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let ground: Ground
let receiver: Receiver

beforeAll(async () => {
  receiver = await Receiver.start()
  ground = await Ground.start({ settings: { KURIR_HISTORY_DAYS: '3' } })
})
afterAll(async () => {
  await ground.stop()
  await receiver.stop()
})

async function send(from: string, to: string, content: object, age: number): Promise<void> {
  await json('POST', `${ground.lab.url}/phones/${from}/messages`, { body: { to, age, ...content } })
}

test('a session that is paired has the last days of its phone, without any event of them', async () => {
  const contact = ground.place.contacts[0]!.phone
  receiver.trust(await ground.webhook(receiver.url))
  await json('POST', `${ground.lab.url}/phones`, { body: { phone: PHONE, history: true } })
  await send(contact, PHONE, { text: 'last week' }, 7 * 86_400)
  await send(contact, PHONE, { text: 'yesterday' }, 86_400)
  await send(PHONE, contact, { text: 'my answer' }, 80_000)
  await send(contact, PHONE, { image: { base64: PNG.toString('base64'), mimetype: 'image/png' } }, 3_600)
  const { native } = ground
  await native.post('/v1/sessions', { body: { id: 'old' } })
  await ground.scan({ id: 'old', phone: PHONE })
  const list = async () =>
    (await native.get('/v1/sessions/{session}/messages', { params: { path: { session: 'old' } } })).data
  const past = await eventually('the history', async () => {
    const messages = await list()
    return messages.length >= 3 && messages
  })
  expect(past.map(({ type, text, from }) => [type, text, from])).toEqual([
    ['image', undefined, contact],
    ['text', 'my answer', PHONE],
    ['text', 'yesterday', contact],
  ])
  expect(Date.now() - Date.parse(past[2]!.timestamp)).toBeGreaterThan(86_000_000)

  await send(contact, PHONE, { text: 'now' }, 0)
  await eventually('the webhook', () => receiver.of('message.received')[0])
  expect(receiver.of('message.received').map(({ data }) => data.text)).toEqual(['now'])
  const { data: events } = await native.get('/v1/events', { params: { query: { session: 'old' } } })
  expect(events.filter(({ type }) => type.startsWith('message.'))).toHaveLength(1)

  const file = await fetch(`${ground.url}/v1/media/${past[0]?.media?.id}`, {
    headers: { authorization: `Bearer ${ground.place.keys.native}` },
  })
  const bytes = Buffer.from(await file.arrayBuffer())
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(PNG).digest('hex'))
})
