import { afterEach, expect, test } from 'vitest'
import { CONTACT, inbound, OWN, Rig, TENANT, until } from './test/rig.ts'

let rig: Rig
afterEach(() => rig.close())

test('a session is paired, a message goes out and is acknowledged, another comes in and is stored', async () => {
  rig = await Rig.open()
  const session = await rig.connected()
  expect(session).toMatchObject({ status: 'connected', reason: 'pairing', phone: OWN.phone, pushName: OWN.pushName })

  const send = { to: CONTACT, content: { type: 'text', text: 'halo' } } as const
  const { message, replayed } = await rig.messages.send(TENANT, 'shop', send, { waitMs: 5_000, idempotency: null })
  expect(replayed).toBe(false)
  expect(message).toMatchObject({ status: 'sent', attempts: 1, chat: CONTACT })
  expect(message.history.map(({ status }) => status)).toEqual(['accepted', 'sent'])
  expect(rig.account(session).accepted).toMatchObject([{ waId: message.waId, to: CONTACT }])

  rig.account(session).deliver(inbound('IN1', 'apa kabar?'))
  const stored = await until('the inbound message is stored', async () => {
    const found = await rig.messages.list(TENANT, 'shop', { direction: 'in', limit: 10 })
    return found.length === 1 ? found[0] : undefined
  })
  expect(stored).toMatchObject({ waId: 'IN1', status: 'received', content: { type: 'text', text: 'apa kabar?' } })

  rig.account(session).receipt({ waIds: [message.waId], status: 'delivered' })
  await rig.untilMessage(message.id, 'delivered')
  const types = (await rig.events()).map(({ type }) => type)
  expect(types).toEqual([
    'session.status',
    'session.qr',
    'session.status',
    'session.status',
    'message.sent',
    'message.received',
    'message.delivered',
  ])
})
