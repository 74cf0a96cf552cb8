import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Jid } from '../../core/jid.ts'
import type { SessionRecord } from '../../core/session.ts'
import { inbound, OWN, until } from '../../messages/test/rig.ts'
import { type Answer, HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
let session: SessionRecord
beforeAll(async () => {
  rig = await HttpRig.open()
  session = await rig.rig.connected('shop')
})
afterAll(() => rig.close())

function send(body: Record<string, unknown>, wait = 0): Promise<Answer> {
  return rig.call('POST', `/v1/sessions/shop/messages?wait=${wait}`, { body: { type: 'text', text: 'halo', ...body } })
}

test('202 with the message when it is accepted, 200 once the server has it', async () => {
  const account = rig.rig.account(session)
  account.answer = () => ({ kind: 'withhold' })
  const accepted = await send({ to: '+62 813-0000-0101' })
  expect(accepted).toMatchObject({
    status: 202,
    body: {
      session: 'shop',
      chat: '6281300000101',
      from: OWN.phone,
      to: '6281300000101',
      status: 'accepted',
      type: 'text',
    },
  })
  expect(accepted.headers.get('location')).toBe(`${rig.url}/v1/messages/${accepted.body.id}`)
  const late = await send({ to: '6281300000102' }, 50)
  expect(late).toMatchObject({ status: 202 })
  for (const { body } of [accepted, late]) account.connection.release(String(body.wa_id))
  account.answer = () => ({ kind: 'ack' })
  const sent = await send({ to: '6281300000103' }, 5_000)
  expect(sent).toMatchObject({ status: 200, body: { status: 'sent', attempts: 1 } })
})

test('a message that fails while one waits is told as it is, with 202', async () => {
  rig.rig.account(session).answer = () => ({ kind: 'refuse', code: '463', retry: false })
  const failed = await send({ to: '6281300000104' }, 5_000)
  expect(failed).toMatchObject({ status: 202, body: { status: 'failed' } })
  expect(failed.body.status_history).toMatchObject([{ status: 'accepted' }, { status: 'failed', reason: 'restricted' }])
  rig.rig.account(session).answer = () => ({ kind: 'ack' })
})

test('a session that WhatsApp has restricted says so, until somebody lifts it', async () => {
  const restricted = await until('it says so', async () => {
    const { body } = await rig.call('GET', '/v1/sessions/shop')
    return body.health === 'restricted' ? body : undefined
  })
  expect(Date.parse(String(restricted.restricted_until))).toBeGreaterThan(Date.now())
  const lifted = await rig.call('DELETE', '/v1/sessions/shop/restriction')
  expect(lifted).toMatchObject({ status: 200, body: { health: 'ok', restricted_until: null } })
})

test('the history of a message moves on with its receipts', async () => {
  const sent = await send({ to: '6281300000105' }, 5_000)
  rig.rig.account(session).receipt({ waIds: [sent.body.wa_id as never], status: 'delivered' })
  const path = `/v1/messages/${sent.body.id}`
  const delivered = await until('it is delivered', async () => {
    const answer = await rig.call('GET', path)
    return answer.body.status === 'delivered' ? answer : undefined
  })
  expect((delivered.body.status_history as { status: string }[]).map(({ status }) => status)).toEqual([
    'accepted',
    'sent',
    'delivered',
  ])
  expect(await rig.call('GET', '/v1/messages/msg_nothing')).toMatchObject({
    status: 404,
    body: { code: 'message_not_found' },
  })
})

test.each([
  ['0813-0000-0106', '6281300000106'],
  ['(+62) 813 0000 0106', '6281300000106'],
  ['6281300000106@s.whatsapp.net', '6281300000106'],
  ['6281300000106@c.us', '6281300000106'],
  ['120363000000000001@g.us', '120363000000000001@g.us'],
])('a recipient written %s is %s', async (to, chat) => {
  expect(await send({ to })).toMatchObject({ status: 202, body: { chat } })
})

test.each(['abc', '12', '0', 'x@y', '6281@newsletter', 'status@broadcast', '1'.repeat(30)])(
  'a recipient written %s is refused',
  async (to) => {
    expect(await send({ to })).toMatchObject({
      status: 400,
      body: { code: 'invalid_recipient', errors: [{ field: '/to' }] },
    })
  },
)

test('a body is judged by its type', async () => {
  const mistake = await send({ to: '6281300000101', type: 'txt' })
  expect(mistake.body).toMatchObject({ code: 'invalid_request', errors: [{ field: '/type' }] })
  expect(mistake.body.detail).toContain('text, image, video')
  expect((await send({ to: '6281300000101', type: undefined })).body).toMatchObject({ detail: '/type is missing' })
  expect((await send({ to: '6281300000101', type: 'location', latitude: 1 })).body).toMatchObject({
    errors: expect.arrayContaining([
      { field: '/longitude', message: 'is missing' },
      { field: '/text', message: 'is not known' },
    ]),
  })
  expect((await send({ to: '6281300000101', sent_at: '2030-01-01T00:00:00Z' })).body).toMatchObject({
    errors: [{ field: '/sent_at', message: 'is not known' }],
  })
  expect((await send({ to: '6281300000101', text: '' })).status).toBe(400)
})

test('a message is sent at a time, until a time, and taken back before', async () => {
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const times = { send_at: later(60), expires_at: later(90) }
  const planned = await send({ to: '6281300000131', ...times }, 5_000)
  expect(planned).toMatchObject({ status: 202, body: { status: 'accepted', ...times } })
  const path = `/v1/messages/${planned.body.id}`
  expect((await rig.call('GET', path)).body).toMatchObject(times)
  const cancelled = await rig.call('DELETE', path)
  expect(cancelled).toMatchObject({ status: 200, body: { id: planned.body.id, status: 'failed' } })
  expect((cancelled.body.status_history as object[]).at(-1)).toMatchObject({ reason: 'cancelled' })
  const wrong = [
    [{ send_at: later(60 * 24 * 400) }, '/send_at'],
    [{ send_at: 'tomorrow' }, '/send_at'],
    [{ send_at: '2026-12-31T23:59:60Z' }, '/send_at'],
    [{ expires_at: '2026-12-31T23:59:60Z' }, '/expires_at'],
    [{ expires_at: later(-1) }, '/expires_at'],
    [{ send_at: later(60), expires_at: later(30) }, '/expires_at'],
  ] as const
  for (const [body, field] of wrong) {
    expect(await send({ to: '6281300000131', ...body })).toMatchObject({ status: 400, body: { errors: [{ field }] } })
  }
})

test('an answer to a message and mentions', async () => {
  const group = '120363000000000001@g.us'
  const asked = { ...inbound('IN1', 'question', group as Jid), participant: '6281300000107@s.whatsapp.net' as Jid }
  rig.rig.account(session).deliver(asked)
  const question = await until('it is stored', async () => {
    const { body } = await rig.call('GET', `/v1/sessions/shop/messages?direction=in&chat=${group}`)
    return (body.data as { id: string; participant: string }[])[0]
  })
  expect(question.participant).toBe('6281300000107')
  const answer = await send({ to: group, reply_to: question.id, mentions: ['0813-0000-0107'] }, 5_000)
  expect(answer.body).toMatchObject({ reply_to: 'IN1', mentions: ['6281300000107'] })
  const [bytes] = rig.rig.account(session).accepted.filter(({ waId }) => waId === answer.body.wa_id)
  expect(new TextDecoder().decode(bytes?.proto)).toContain('"participant":"6281300000107@s.whatsapp.net"')
  expect((await send({ to: group, reply_to: 'ABCDEF' })).body.reply_to).toBe('ABCDEF')
  expect(await send({ to: group, reply_to: 'msg_nothing' })).toMatchObject({
    status: 404,
    body: { code: 'message_not_found' },
  })
  expect(await send({ to: group, mentions: [group] })).toMatchObject({
    status: 400,
    body: { code: 'invalid_recipient' },
  })
})

test('lists by chat, direction and status, newest first, page by page', async () => {
  for (let index = 0; index < 5; index += 1) await send({ to: '6281300000108', text: `n${index}` }, 5_000)
  const texts: string[] = []
  for (let cursor: unknown = ''; cursor !== null; ) {
    const query = `chat=081300000108&direction=out&status=sent&limit=2${cursor ? `&cursor=${cursor}` : ''}`
    const { body } = await rig.call('GET', `/v1/sessions/shop/messages?${query}`)
    texts.push(...(body.data as { text: string }[]).map(({ text }) => text))
    cursor = body.next_cursor
  }
  expect(texts).toEqual(['n4', 'n3', 'n2', 'n1', 'n0'])
  expect((await rig.call('GET', '/v1/sessions/shop/messages?status=perhaps')).status).toBe(400)
})

test('numbers are checked in the order and spelling asked', async () => {
  rig.rig.engine.unregistered.add('6281399999999')
  const numbers = ['0813-0000-0109', 'no number', '6281399999999', '+62 813 0000 0109']
  const { body } = await rig.call('POST', '/v1/sessions/shop/numbers/check', { body: { numbers } })
  const found = { exists: true, phone: '6281300000109', jid: '6281300000109@s.whatsapp.net' }
  expect(body.data).toMatchObject([
    { number: numbers[0], ...found },
    { number: numbers[1], exists: false },
    { number: numbers[2], exists: false },
    { number: numbers[3], ...found },
  ])
  for (const bad of [[], Array(101).fill('628130000')]) {
    expect((await rig.call('POST', '/v1/sessions/shop/numbers/check', { body: { numbers: bad } })).status).toBe(400)
  }
})

test('groups with their participants, page by page', async () => {
  rig.rig.account(session).groups.push(
    ...[2, 1].map((n) => ({
      jid: `12036300000000000${n}@g.us` as Jid,
      subject: `Group ${n}`,
      createdAt: 1_700_000_000_000,
      participants: [{ jid: '777@lid' as Jid, phone: '6281300000109', admin: true }],
    })),
  )
  const first = await rig.call('GET', '/v1/sessions/shop/groups?limit=1')
  expect(first.body).toEqual({
    data: [
      {
        id: '120363000000000001@g.us',
        subject: 'Group 1',
        created_at: '2023-11-14T22:13:20.000Z',
        participants: [{ id: '777@lid', phone: '6281300000109', admin: true }],
      },
    ],
    next_cursor: '120363000000000001@g.us',
  })
  const second = await rig.call('GET', `/v1/sessions/shop/groups?limit=1&cursor=${first.body.next_cursor}`)
  expect(second.body).toMatchObject({ data: [{ subject: 'Group 2' }], next_cursor: null })
})
