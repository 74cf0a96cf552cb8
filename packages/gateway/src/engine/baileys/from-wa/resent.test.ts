import { proto } from 'baileys'
import { expect, test } from 'vitest'
import { resentMessages } from './resent.ts'

const ME = { id: '15550000001:3@s.whatsapp.net', lid: '100000000000001:3@lid' }
const KEY = { remoteJid: '15550000002@s.whatsapp.net', id: 'ABC', fromMe: false }

function answer(webMessageInfoBytes: Uint8Array): proto.IMessage {
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationResult: [{ placeholderMessageResendResponse: { webMessageInfoBytes } }],
      },
    },
  }
}

const info = proto.WebMessageInfo.encode({ key: KEY, message: { conversation: 'hello' } }).finish()
const envelope = (from: string) => ({ attrs: { from, id: '1' } })

test.each([['15550000001@s.whatsapp.net'], ['15550000001:0@s.whatsapp.net'], ['100000000000001@lid']])(
  'the own phone (%s) is believed',
  (from) => {
    expect(resentMessages(answer(info), envelope(from), ME)).toMatchObject([
      { key: KEY, message: { conversation: 'hello' } },
    ])
  },
)

test.each([
  ['another linked device', '15550000001:2@s.whatsapp.net'],
  ['this device itself', '15550000001:3@s.whatsapp.net'],
  ['another linked device by LID', '100000000000001:2@lid'],
  ['somebody else', '15550000002@s.whatsapp.net'],
  ['a group', '123@g.us'],
  ['nobody', ''],
])('%s is not', (_who, from) => {
  expect(resentMessages(answer(info), envelope(from), ME)).toEqual([])
})

test('bytes that are no message are none', () => {
  expect(resentMessages(answer(Buffer.from('ffff', 'hex')), envelope('15550000001@s.whatsapp.net'), ME)).toEqual([])
})
