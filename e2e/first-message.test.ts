import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf } from './support/client.ts'
import { Receiver } from './support/receiver.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

describe('a newcomer runs the sandbox', () => {
  let sandbox: RunningSandbox
  let receiver: Receiver

  beforeAll(async () => {
    ;[sandbox, receiver] = await Promise.all([startSandbox(), Receiver.start()])
  })
  afterAll(async () => {
    await Promise.all([sandbox?.stop(), receiver?.stop()])
  })

  test('a message goes out to the virtual phone, and its answer arrives at a signed webhook', async () => {
    const { lab, session, phone, contacts } = sandbox.contract
    const kurir = clientOf(sandbox.contract)
    const contact = contacts[0]!
    const { secret = '' } = await kurir.post('/v1/webhooks', { body: { url: receiver.url, events: ['message.*'] } })
    receiver.trust(secret)

    const text = { to: contact.phone, type: 'text', text: 'Halo from Kurir' } as const
    const sent = await kurir.send(session, text, { wait: 5_000 })
    expect(['sent', 'delivered']).toContain(sent.status)
    const shown = await eventually('the phone to show it', async () =>
      (await shownMessages(lab, contact.phone)).find(({ text }) => text === 'Halo from Kurir'),
    )
    expect(shown).toMatchObject({ id: sent.wa_id, from: phone, type: 'text', copies: 1, undecryptable: 0 })

    await json('POST', `${lab}/phones/${contact.phone}/messages`, { body: { to: phone, text: 'Halo, got it' } })
    const received = await eventually('the webhook', () => receiver.of('message.received')[0])
    expect(received.data).toMatchObject({ text: 'Halo, got it', from: contact.phone, to: phone, direction: 'in' })
    expect(received.session).toBe(session)

    const message = await eventually('delivered', async () => {
      const now = await kurir.get('/v1/messages/{id}', { params: { path: { id: sent.id } } })
      return now.status === 'delivered' && now
    })
    expect(message).toMatchObject({
      status_history: [{ status: 'accepted' }, { status: 'sent' }, { status: 'delivered' }],
    })
    await eventually('its webhooks', () => receiver.of('message.delivered').length === 1)
    expect(receiver.forged).toBe(0)
  })

  test('a number without WhatsApp fails with that reason, and nothing is sent', async () => {
    const text = { to: '6281999999999', type: 'text', text: 'anybody there?' } as const
    const failed = await clientOf(sandbox.contract).send(sandbox.contract.session, text, { wait: 10_000 })
    expect(failed.status).toBe('failed')
    expect(failed.status_history.at(-1)).toMatchObject({ status: 'failed', reason: 'not_registered' })
  })

  test('a group gets a message, every member once', async () => {
    const { lab, session, contacts, groups } = sandbox.contract
    const group = groups[0]!
    const text = { to: group.id, type: 'text', text: 'Halo everybody' } as const
    await clientOf(sandbox.contract).send(session, text, { wait: 10_000 })
    for (const contact of contacts) {
      const shown = await eventually('the member to show it', async () =>
        (await shownMessages(lab, contact.phone)).find(({ text }) => text === 'Halo everybody'),
      )
      expect(shown).toMatchObject({ chat: group.id, copies: 1, undecryptable: 0 })
    }
  })
})
