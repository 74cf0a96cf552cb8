import { afterEach, expect, test } from 'vitest'
import type { OutgoingContent } from '../core/message.ts'
import { CONTACT, inbound, Rig, TENANT, until } from './test/rig.ts'

let rig: Rig
afterEach(() => rig.close())

const BUTTONS: OutgoingContent = {
  type: 'buttons',
  text: 'Jadi?',
  buttons: [
    { kind: 'reply', id: 'ya', title: 'Ya' },
    { kind: 'reply', id: 'tidak', title: 'Tidak' },
  ],
}

async function offer(): Promise<void> {
  const send = { to: CONTACT, content: BUTTONS }
  const { message } = await rig.messages.send(TENANT, 'shop', send, { waitMs: 5_000, idempotency: null })
  expect(message.status).toBe('sent')
}

/** The data of the event that tells of a message. */
async function told(waId: string): Promise<Record<string, unknown>> {
  return until(`${waId} is told`, async () => {
    const events = await rig.events('message.received')
    return events.map(({ data }) => data as Record<string, unknown>).find((data) => data.wa_id === waId)
  })
}

test('an answer by number is the button, in the event and when it is looked at', async () => {
  rig = await Rig.open()
  const account = rig.account(await rig.connected())
  await offer()
  account.deliver(inbound('IN1', '2.'))
  const data = await told('IN1')
  expect(data).toMatchObject({ type: 'buttonReply', reply: { id: 'tidak', title: 'Tidak' }, text: '2.' })
  const stored = await rig.messages.get(null, data.id as never)
  expect(stored.content).toEqual({ type: 'buttonReply', id: 'tidak', title: 'Tidak', text: '2.' })
})

test('numbers that answer nothing, are out of range, or come from this account itself stay texts', async () => {
  rig = await Rig.open()
  const account = rig.account(await rig.connected())
  account.deliver(inbound('IN1', '1'))
  expect(await told('IN1')).toMatchObject({ type: 'text', text: '1' })
  await offer()
  account.deliver(inbound('IN2', '3'))
  expect(await told('IN2')).toMatchObject({ type: 'text', text: '3' })
  account.deliver({ ...inbound('IN3', '1'), fromMe: true })
  expect(await told('IN3')).toMatchObject({ type: 'text', text: '1' })
})

test('the choice of a person who is known by LID', async () => {
  rig = await Rig.open()
  const account = rig.account(await rig.connected())
  await offer()
  account.deliver({ ...inbound('IN1', '1', '900000000000001@lid' as typeof CONTACT), senderAlt: CONTACT })
  expect(await told('IN1')).toMatchObject({ type: 'buttonReply', reply: { id: 'ya' } })
})
