import { proto } from 'baileys'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionUid } from '../../core/ids.ts'
import { phoneJid } from '../../core/jid.ts'
import { Bench, eventually } from './test/harness.ts'

let bench: Bench

/** An account that cannot read what people write to it: its sessions with them are gone, on its side only. */
async function deafAccount() {
  const { connection, session, sink, phone } = await bench.account()
  const bob = await bench.contact()
  await bench.control.text(bob, phone, 'readable')
  await eventually(() => sink.messages.length === 1)
  await connection.send(bench.outbound(bob, 'now the session is established'))
  await connection.close()
  const { lid } = bench.lab.world.phone(bob)
  forgetSessions(session, lid)
  return { phone, bob, session, ...(await bench.login(session)) }
}

/** Forgets the sessions with one person. */
function forgetSessions(session: SessionUid, user: string): void {
  const { keys } = bench.auth.of(session)
  for (const key of [...keys.keys()]) if (key.startsWith(`session/${user}`)) keys.delete(key)
}

/** A text that its sender does not send again. */
async function textOnce(from: string, to: string, text: string): Promise<string> {
  await bench.control.fault('no-resend', { session: from })
  return bench.control.text(from, to, text)
}

/** Requests to the own phone. */
function requests(phone: string): number {
  return bench.wire.of(phone, 'message', { category: 'peer' }).length
}

beforeAll(async () => {
  bench = await Bench.start({ timeouts: { resend: 100 } })
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  expect(bench.lab.world.violations).toEqual([])
  await bench.close()
})

describe('a message that its sender does not send again', () => {
  test('is had from the own phone', async () => {
    const { sink, phone, bob } = await deafAccount()
    const id = await textOnce(bob, phone, 'ask my phone')
    const message = await eventually(() => sink.messages.find(({ waId }) => waId === id))
    expect(sink.undecryptable).toMatchObject([{ waId: id, chat: phoneJid(bob) }])
    expect(message).toMatchObject({
      chat: phoneJid(bob),
      fromMe: false,
      pushName: `Phone ${bob}`,
      content: { type: 'text', text: 'ask my phone' },
    })
    expect(requests(phone)).toBe(1)
  })

  test('of a group names its author', async () => {
    const { sink, phone } = await bench.account()
    const bob = await bench.contact()
    const group = await bench.group('Friends', bob, [phone])
    await bench.control.fault('unavailable', { session: phone, count: 1 })
    const id = await bench.control.text(bob, group, 'in the group')
    const message = await eventually(() => sink.messages.find(({ waId }) => waId === id))
    expect(message).toMatchObject({ chat: group, senderAlt: phoneJid(bob), content: { text: 'in the group' } })
  })

  test('is not asked for when it comes in time', async () => {
    const { sink, phone, bob } = await deafAccount()
    const first = await bench.control.text(bob, phone, 'sent twice')
    await eventually(() => sink.messages.find(({ waId }) => waId === first))
    await bench.control.fault('unavailable', { session: phone, count: 1 })
    const second = await bench.control.text(bob, phone, 'asked for')
    await eventually(() => sink.messages.find(({ waId }) => waId === second))
    expect(requests(phone)).toBe(1)
  })

  test('is asked for again at the next login, by another process too', async () => {
    const { connection, sink, session, phone, bob } = await deafAccount()
    await bench.control.fault('silent-phone', { session: phone, count: 1 })
    const id = await textOnce(bob, phone, 'patience')
    await eventually(() => requests(phone) === 1)
    await connection.close()
    expect(sink.messages).toEqual([])
    const { sink: next } = await bench.login(session, bench.newEngine({ timeouts: { resend: 100 } }))
    const message = await eventually(() => next.messages.find(({ waId }) => waId === id))
    expect(message).toMatchObject({ chat: phoneJid(bob), content: { text: 'patience' } })
    expect(requests(phone)).toBe(2)
  })
})

describe('a message that came without its content', () => {
  test('is asked for at once and told when the phone has answered', async () => {
    const { sink, phone } = await bench.account()
    const bob = await bench.contact()
    await bench.control.fault('unavailable', { session: phone, count: 1 })
    const id = await bench.control.text(bob, phone, 'only on the phone')
    const message = await eventually(() => sink.messages.find(({ waId }) => waId === id))
    expect(sink.undecryptable).toMatchObject([{ waId: id }])
    expect(message).toMatchObject({ chat: phoneJid(bob), content: { type: 'text', text: 'only on the phone' } })
    expect(bench.wire.of(phone, 'receipt', { type: 'retry' })).toEqual([])
  })

  test('is stored before it is confirmed', async () => {
    const { sink, phone } = await bench.account()
    const bob = await bench.contact()
    const original = sink.onUndecryptable.bind(sink)
    sink.onUndecryptable = async (message) => {
      expect(bench.wire.of(phone, 'ack', { class: 'message', id: message.waId })).toEqual([])
      await original(message)
    }
    await bench.control.fault('unavailable', { session: phone, count: 1 })
    const id = await bench.control.text(bob, phone, 'not twice')
    await eventually(() => bench.wire.of(phone, 'ack', { class: 'message', id })[0])
    expect(sink.undecryptable).toMatchObject([{ waId: id }])
  })
})

describe('an answer of the phone', () => {
  test('that nobody asked for is no message', async () => {
    const { sink, phone } = await bench.account()
    const bob = await bench.contact()
    const known = await bench.control.text(bob, phone, 'told once')
    await eventually(() => sink.messages.length === 1)
    const carol = await bench.contact()
    const unknown = await bench.control.text(phone, carol, 'to Carol, before')
    await eventually(() => sink.messages.length === 2)
    for (const id of [known, unknown]) await bench.control.call('POST', `/phones/${phone}/resend`, { id })
    await bench.control.text(bob, phone, 'told after')
    await eventually(() => sink.messages.length > 2)
    expect(sink.messages.map(({ content }) => content)).toMatchObject([
      { text: 'told once' },
      { text: 'to Carol, before' },
      { text: 'told after' },
    ])
    expect(bench.wire.of(phone, 'receipt', { type: 'peer_msg' })).not.toEqual([])
  })

  test('is not believed from another device, of this account or of somebody else', async () => {
    const { sink, session, phone, bob } = await deafAccount()
    const { connection: second } = await bench.link(phone)
    await bench.control.fault('silent-phone', { session: phone })
    const id = await textOnce(bob, phone, 'the truth')
    await eventually(() => requests(phone) === 1)
    const forged = forgedAnswer({ remoteJid: phoneJid(bob), fromMe: false, id }, 'forged')
    await second.send({ ...bench.outbound(phone, 'an answer'), proto: proto.Message.encode(forged).finish() })
    const mallory = await bench.contact()
    const { content } = bench.lab.world
    const { compose } = content
    content.compose = async () => ({ message: forged, type: 'text' })
    await bench.control.text(mallory, phone, 'an answer')
    content.compose = compose
    await second.send(bench.outbound(phone, 'and a note to myself'))
    await bench.control.text(mallory, phone, 'done')
    await eventually(() => sink.messages.length >= 2)
    const texts = sink.messages.map((one) => (one.content.type === 'text' ? one.content.text : one.content.type))
    expect(texts.sort()).toEqual(['and a note to myself', 'done'])
    expect(bench.auth.of(session).keys.get('note/placeholders')).toContain(id)
    await bench.control.call('DELETE', '/faults')
    await bench.control.call('POST', `/phones/${phone}/resend`, { id })
    const real = await eventually(() => sink.messages.find(({ waId }) => waId === id))
    expect(real).toMatchObject({ chat: phoneJid(bob), content: { text: 'the truth' } })
    expect(bench.auth.of(session).keys.get('note/placeholders')).not.toContain(id)
  })
})

function forgedAnswer(key: proto.IMessageKey, text: string): proto.IMessage {
  const info = { key, message: { conversation: text }, messageTimestamp: Math.floor(Date.now() / 1000) }
  const webMessageInfoBytes = proto.WebMessageInfo.encode(info).finish()
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationResult: [{ placeholderMessageResendResponse: { webMessageInfoBytes } }],
      },
    },
  }
}
