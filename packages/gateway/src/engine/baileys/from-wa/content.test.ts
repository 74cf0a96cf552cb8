import { proto } from 'baileys'
import { expect, test } from 'vitest'
import type { WaMessageId } from '../../../core/ids.ts'
import type { Jid } from '../../../core/jid.ts'
import type { MediaId } from '../../../core/media.ts'
import { openMessage, readContent } from './content.ts'
import type { ReadContext } from './reader.ts'

const context: ReadContext = {
  head: {
    waId: 'A1' as WaMessageId,
    chat: '6281300000001@s.whatsapp.net' as Jid,
    participant: null,
    senderAlt: null,
    fromMe: false,
    pushName: null,
    timestamp: 0,
  },
  me: { id: '6281200000001:3@s.whatsapp.net', lid: '777:3@lid' },
  newMediaId: () => 'med_1' as MediaId,
  sentProto: async () => undefined,
}

async function read(message: proto.IMessage) {
  const decoded = proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish())
  const opened = openMessage(decoded)
  return opened && (await readContent(opened, context)).content
}

test('answers to a native flow, tapped or chosen, and one that says nothing', async () => {
  const flow = (name: string, paramsJson: string, text = '') =>
    read({
      interactiveResponseMessage: { body: { text }, nativeFlowResponseMessage: { name, paramsJson, version: 3 } },
    })
  expect(await flow('quick_reply', '{"id":"yes"}', 'Yes')).toEqual({ type: 'buttonReply', id: 'yes', title: 'Yes' })
  expect(await flow('quick_reply', '{"id":"yes"}')).toEqual({ type: 'buttonReply', id: 'yes', title: 'yes' })
  expect(await flow('single_select', '{"id":"tea","title":"Tea"}')).toEqual({
    type: 'listReply',
    id: 'tea',
    title: 'Tea',
  })
  const kind = 'interactiveResponseMessage'
  for (const json of ['not JSON', 'null', '[]', '{"id":7}']) {
    expect(await flow('quick_reply', json)).toEqual({ type: 'unsupported', kind })
  }
})

test('an edit in its envelope', async () => {
  const { MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type
  const protocolMessage = {
    key: { id: 'B2', fromMe: true },
    type: MESSAGE_EDIT,
    editedMessage: { conversation: 'new' },
  }
  expect(await read({ editedMessage: { message: { protocolMessage } } })).toEqual({
    type: 'edit',
    target: { waId: 'B2', fromMe: false },
    text: 'new',
  })
})

test('kinds that nothing here reads keep their name, and so do those that cannot be understood', async () => {
  expect(await read({ eventMessage: { name: 'party' } })).toEqual({ type: 'unsupported', kind: 'eventMessage' })
  expect(await read({ imageMessage: { caption: 'no file' } })).toEqual({ type: 'unsupported', kind: 'imageMessage' })
  expect(await read({ reactionMessage: { text: '👍' } })).toEqual({ type: 'unsupported', kind: 'reactionMessage' })
})

test('what devices tell one another is no message', async () => {
  const { APP_STATE_SYNC_KEY_SHARE } = proto.Message.ProtocolMessage.Type
  expect(await read({ protocolMessage: { type: APP_STATE_SYNC_KEY_SHARE } })).toBeUndefined()
  expect(await read({ senderKeyDistributionMessage: { groupId: 'g' } })).toBeUndefined()
  expect(await read({ messageContextInfo: {} })).toBeUndefined()
})

test('a file of which only the address is told', async () => {
  const mediaKey = Buffer.alloc(32, 1)
  const url = 'https://mmg.whatsapp.net/v/t62/abc?ccb=1'
  expect(await read({ stickerMessage: { url, mediaKey } })).toEqual({
    type: 'sticker',
    media: { id: 'med_1', mimetype: 'application/octet-stream', size: null, fileName: null, sha256: null },
  })
})
