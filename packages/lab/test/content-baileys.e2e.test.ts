import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  type AnyMessageContent,
  decryptPollVote,
  downloadMediaMessage,
  proto,
  type WAMessage,
  type WASocket,
} from 'baileys'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { control, eventually, next, pair } from './baileys-client.ts'

const ME = '6281300000001'
const BOB = '6281300000002'
const MY_JID = `${ME}@s.whatsapp.net`
const BOB_JID = `${BOB}@s.whatsapp.net`

type Row = Record<string, unknown> & { id: string; type: string; sha256?: string; message: proto.IMessage }

let lab: Lab
let sock: WASocket

beforeAll(async () => {
  lab = await startLab()
  // For fetch and https alike; a process of its own would be given NODE_EXTRA_CA_CERTS.
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(lab.caFile, 'utf8')])
  await control(lab, 'POST', '/phones', { phone: ME, name: 'Me' })
  await control(lab, 'POST', '/phones', { phone: BOB, name: 'Bob' })
  ;({ sock } = await pair(lab, ME))
})
afterAll(async () => {
  sock?.end(undefined)
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Has Bob send something and answers the message Baileys makes of it. */
async function fromBob(content: object): Promise<WAMessage> {
  const seen: WAMessage[] = []
  const listener = ({ messages }: { messages: WAMessage[] }) => seen.push(...messages)
  sock.ev.on('messages.upsert', listener)
  try {
    const { id } = await control<{ id: string }>(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, ...content })
    return await eventually(() => seen.find(({ key }) => key.id === id))
  } finally {
    sock.ev.off('messages.upsert', listener)
  }
}

/** Sends something to Bob through Baileys and answers the row of his phone. */
async function toBob(content: AnyMessageContent, options?: Parameters<WASocket['sendMessage']>[2]): Promise<Row> {
  const sent = await sock.sendMessage(BOB_JID, content, options)
  return rowOf(sent?.key.id)
}

function rowOf(id: string | null | undefined): Promise<Row> {
  return eventually(async () => {
    const { messages } = await control<{ messages: Row[] }>(lab, 'GET', `/phones/${BOB}/messages`)
    return messages.find((row) => row.id === id)
  })
}

const file = randomBytes(40_000)
const media = { base64: file.toString('base64') }
const jpegThumbnail = ''

describe('a phone sends, an unmodified Baileys reads', () => {
  test.each([
    ['image', { ...media, mimetype: 'image/png', caption: 'look' }, 'imageMessage', { caption: 'look' }],
    ['video', { ...media, mimetype: 'video/mp4', seconds: 3 }, 'videoMessage', { seconds: 3 }],
    ['audio', { ...media, mimetype: 'audio/mpeg' }, 'audioMessage', { mimetype: 'audio/mpeg' }],
    ['voice', media, 'audioMessage', { ptt: true, mimetype: 'audio/ogg; codecs=opus' }],
    ['sticker', media, 'stickerMessage', { mimetype: 'image/webp' }],
    [
      'document',
      { ...media, mimetype: 'application/pdf', fileName: 'a.pdf' },
      'documentMessage',
      { fileName: 'a.pdf' },
    ],
  ] as const)('%s', async (kind, content, field, expected) => {
    const message = await fromBob({ [kind]: content })
    expect(message.message?.[field]).toMatchObject(expected)
    const bytes = await downloadMediaMessage(message, 'buffer', {})
    expect(sha256(bytes)).toBe(sha256(file))
    expect(Buffer.from(message.message?.[field]?.fileSha256 ?? [])).toEqual(createHash('sha256').update(file).digest())
  })

  test('document with a caption, and an image to be viewed once, in their envelopes', async () => {
    const captioned = await fromBob({ document: { ...media, fileName: 'b.pdf', caption: 'read me' } })
    expect(captioned.message?.documentWithCaptionMessage?.message?.documentMessage).toMatchObject({
      caption: 'read me',
    })
    expect(sha256(await downloadMediaMessage(captioned, 'buffer', {}))).toBe(sha256(file))
    const once = await fromBob({ image: media, viewOnce: true })
    expect(once.message?.viewOnceMessageV2?.message?.imageMessage?.viewOnce).toBe(true)
  })

  test('location, contact, several contacts', async () => {
    const { message: place } = await fromBob({ location: { latitude: -6.2, longitude: 106.8, name: 'Monas' } })
    expect(place?.locationMessage).toMatchObject({ degreesLatitude: -6.2, degreesLongitude: 106.8, name: 'Monas' })
    const { message: one } = await fromBob({ contact: { name: 'Siti', phone: '6281300000003' } })
    expect(one?.contactMessage?.vcard).toContain('waid=6281300000003:+6281300000003')
    const cards = [
      { name: 'Siti', phone: '6281300000003' },
      { name: 'Budi', phone: '6281300000004' },
    ]
    const { message: two } = await fromBob({ contacts: cards })
    expect(two?.contactsArrayMessage?.contacts?.map(({ displayName }) => displayName)).toEqual(['Siti', 'Budi'])
  })

  test('a quote with a mention', async () => {
    const row = await toBob({ text: 'a question' })
    const { message } = await fromBob({ text: 'an answer', quote: row.id, mentions: [ME] })
    expect(message?.extendedTextMessage).toMatchObject({
      text: 'an answer',
      contextInfo: { stanzaId: row.id, participant: MY_JID, mentionedJid: [MY_JID] },
    })
    const quoted = message?.extendedTextMessage?.contextInfo?.quotedMessage
    expect(quoted?.extendedTextMessage?.text ?? quoted?.conversation).toBe('a question')
  })

  test('a reaction to a message of Baileys, taken back', async () => {
    const row = await toBob({ text: 'react to me' })
    for (const emoji of ['👍', '']) {
      const { message } = await fromBob({ reaction: { id: row.id, emoji } })
      expect(message?.reactionMessage).toMatchObject({ text: emoji, key: { id: row.id, fromMe: true } })
    }
  })

  test('an edit and a revoke, which Baileys applies to the message they are about', async () => {
    const { key } = await fromBob({ text: 'first' })
    const edited = next(sock, 'messages.update', (updates) =>
      updates.find((one) => one.key.id === key.id && one.update.message?.editedMessage),
    )
    await fromBob({ edit: { id: key.id, text: 'second' } })
    expect((await edited).update.message?.editedMessage?.message?.conversation).toBe('second')
    const revoked = next(sock, 'messages.update', (updates) =>
      updates.find((one) => one.key.id === key.id && one.update.message === null),
    )
    await fromBob({ revoke: { id: key.id } })
    expect((await revoked).update.messageStubType).toBe(proto.WebMessageInfo.StubType.REVOKE)
  })

  test('polls', async () => {
    const { message: single } = await fromBob({ poll: { question: 'Tea?', options: ['yes', 'no'], selectable: 1 } })
    expect(single?.pollCreationMessageV3).toMatchObject({ name: 'Tea?', selectableOptionsCount: 1 })
    const { message: any } = await fromBob({ poll: { question: 'When?', options: ['now', 'later', 'never'] } })
    expect(any?.pollCreationMessage?.options?.map(({ optionName }) => optionName)).toEqual(['now', 'later', 'never'])
    expect(any?.messageContextInfo?.messageSecret).toHaveLength(32)
  })

  test('a vote in a poll of Baileys, which it can read', async () => {
    const poll = { name: 'Tea?', values: ['yes', 'no', 'later'], selectableCount: 2 }
    const sent = await sock.sendMessage(BOB_JID, { poll })
    await rowOf(sent?.key.id)
    const { message } = await fromBob({ vote: { id: sent?.key.id, options: ['no', 'later'] } })
    const { pollCreationMessageKey, vote } = message?.pollUpdateMessage ?? {}
    expect(pollCreationMessageKey).toMatchObject({ id: sent?.key.id, fromMe: true })
    const context = {
      pollCreatorJid: MY_JID,
      pollMsgId: sent!.key.id!,
      pollEncKey: sent!.message!.messageContextInfo!.messageSecret!,
      voterJid: BOB_JID,
    }
    const { selectedOptions } = decryptPollVote(vote!, context)
    expect(selectedOptions?.map((hash) => Buffer.from(hash).toString('hex'))).toEqual(
      ['no', 'later'].map((name) => sha256(Buffer.from(name))),
    )
    const wrong = control(lab, 'POST', `/phones/${BOB}/messages`, {
      to: ME,
      vote: { id: sent?.key.id, options: ['?'] },
    })
    await expect(wrong).rejects.toThrow(/^400 vote.options/)
  })

  test('answers to buttons and lists', async () => {
    const { message: tapped } = await fromBob({ buttonReply: { id: 'b1', text: 'Yes' } })
    expect(tapped?.buttonsResponseMessage).toMatchObject({ selectedButtonId: 'b1', selectedDisplayText: 'Yes' })
    const { message: chosen } = await fromBob({ listReply: { id: 'r2', title: 'Two' } })
    expect(chosen?.listResponseMessage).toMatchObject({ title: 'Two', singleSelectReply: { selectedRowId: 'r2' } })
  })

  test.each([
    [{}, /nothing to send/],
    [{ text: 'a', image: media }, /one kind/],
    [{ picture: media }, /picture: unknown field/],
    [{ image: { caption: 'no file' } }, /image: must have required properties base64/],
    [{ image: { base64: '%%' } }, /image.base64: is not base64/],
    [{ location: { latitude: 100, longitude: 0 } }, /location.latitude: must be <= 90/],
    [{ contact: { name: 'x', phone: 'abc' } }, /contact.phone/],
    [{ poll: { question: 'q', options: ['only'] } }, /poll.options/],
    [{ text: 'x', quote: 'NONE' }, /quote: this phone knows no message NONE/],
    [{ edit: { id: 'NONE', text: 'x' } }, /edit.id: this phone knows no message/],
  ])('refuses %j', async (content, error) => {
    const call = control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, ...content })
    await expect(call).rejects.toThrow(/^400 /)
    await expect(call).rejects.toThrow(error)
  })
})

describe('an unmodified Baileys sends, a phone shows', () => {
  test.each<[string, AnyMessageContent, object]>([
    [
      'image',
      { image: file, jpegThumbnail, mimetype: 'image/png', caption: 'look' },
      { caption: 'look', mimetype: 'image/png' },
    ],
    ['video', { video: file, jpegThumbnail, mimetype: 'video/mp4' }, { mimetype: 'video/mp4' }],
    ['video', { video: file, jpegThumbnail, gifPlayback: true }, { gif: true }],
    ['video', { video: file, jpegThumbnail, ptv: true }, { note: true }],
    ['audio', { audio: file, seconds: 2, mimetype: 'audio/mpeg' }, { seconds: 2 }],
    ['voice', { audio: file, seconds: 2, ptt: true, waveform: new Uint8Array(64) }, { seconds: 2 }],
    ['document', { document: file, mimetype: 'application/pdf', fileName: 'a.pdf' }, { fileName: 'a.pdf' }],
    ['document', { document: file, mimetype: 'application/pdf', fileName: 'a.pdf', caption: 'c' }, { caption: 'c' }],
    ['sticker', { sticker: file }, { mimetype: 'image/webp' }],
  ] as [string, AnyMessageContent, object][])('%s', async (type, content, expected) => {
    const row = await toBob(content)
    expect(row).toMatchObject({ type, sha256: sha256(file), size: file.length, from: ME, chat: ME, ...expected })
    expect(row.mediaError).toBeUndefined()
  })

  test('a view-once image', async () => {
    const row = await toBob({ image: file, jpegThumbnail, viewOnce: true })
    expect(row).toMatchObject({ type: 'image', viewOnce: true, sha256: sha256(file) })
  })

  test('text, location, contact, several contacts, poll', async () => {
    expect(await toBob({ text: 'hi' })).toMatchObject({ type: 'text', text: 'hi' })
    const location = { degreesLatitude: -6.2, degreesLongitude: 106.8, name: 'Monas', address: 'Jakarta' }
    expect(await toBob({ location })).toMatchObject({
      type: 'location',
      latitude: -6.2,
      longitude: 106.8,
      name: 'Monas',
      address: 'Jakarta',
      message: { locationMessage: location },
    })
    const card = (name: string) => ({ displayName: name, vcard: `BEGIN:VCARD\nFN:${name}\nTEL:+62 813-1\nEND:VCARD` })
    const one = await toBob({ contacts: { displayName: 'Siti', contacts: [card('Siti')] } })
    expect(one).toMatchObject({ type: 'contact', name: 'Siti', phone: '628131' })
    const two = await toBob({ contacts: { displayName: '2', contacts: [card('Siti'), card('Budi')] } })
    expect(two).toMatchObject({ type: 'contact', contacts: [{ name: 'Siti' }, { name: 'Budi' }] })
    const poll = await toBob({ poll: { name: 'Tea?', values: ['yes', 'no'], selectableCount: 1 } })
    expect(poll).toMatchObject({ type: 'poll', question: 'Tea?', options: ['yes', 'no'], selectable: 1 })
  })

  test('a quote, a reaction, an edit, a revoke', async () => {
    const asked = await fromBob({ text: 'a question' })
    const row = await toBob({ text: 'an answer', mentions: [BOB_JID] }, { quoted: asked })
    expect(row).toMatchObject({ text: 'an answer', quote: asked.key.id, mentions: [BOB_JID] })
    expect(row.quoted).toMatchObject({ participant: BOB_JID, text: 'a question' })
    expect(await toBob({ react: { text: '🎉', key: asked.key } })).toMatchObject({
      type: 'reaction',
      emoji: '🎉',
      target: asked.key.id,
    })
    const sent = await sock.sendMessage(BOB_JID, { text: 'frist' })
    await rowOf(sent?.key.id)
    const edit = await toBob({ text: 'first', edit: sent!.key })
    expect(edit).toMatchObject({ type: 'edit', of: 'text', text: 'first', target: sent?.key.id })
    expect(edit.message.protocolMessage).toMatchObject({ type: 'MESSAGE_EDIT' })
    expect(await toBob({ delete: sent!.key })).toMatchObject({ type: 'revoke', target: sent?.key.id })
  })

  test('buttons and lists, as raw messages', async () => {
    const relayed = async (message: proto.IMessage) => rowOf(await sock.relayMessage(BOB_JID, message, {}))
    const buttonsMessage = {
      contentText: 'Choose',
      footerText: 'f',
      headerType: 1,
      buttons: [{ buttonId: 'a', buttonText: { displayText: 'A' }, type: 1 }],
    }
    expect(await relayed({ buttonsMessage })).toMatchObject({
      type: 'interactive',
      text: 'Choose',
      buttons: [{ id: 'a', text: 'A' }],
    })
    const nativeFlowMessage = {
      buttons: [{ name: 'cta_url', buttonParamsJson: '{"display_text":"Open","url":"https://example.org"}' }],
    }
    expect(await relayed({ interactiveMessage: { body: { text: 'b' }, nativeFlowMessage } })).toMatchObject({
      type: 'interactive',
      buttons: [{ kind: 'cta_url', text: 'Open', url: 'https://example.org' }],
    })
    const sections = [{ title: 's', rows: [{ rowId: 'r', title: 'Row' }] }]
    const listMessage = { title: 't', description: 'd', buttonText: 'Open', listType: 1, sections }
    expect(await relayed({ listMessage })).toMatchObject({
      type: 'list',
      text: 'd',
      sections: [{ title: 's', rows: [{ id: 'r', title: 'Row' }] }],
    })
  })

  test('a file that is not what its message says is shown as broken', async () => {
    const { message } = await fromBob({ image: media })
    const imageMessage = { ...message?.imageMessage, fileSha256: randomBytes(32) }
    const row = await rowOf(await sock.relayMessage(BOB_JID, { imageMessage }, {}))
    expect(row).toMatchObject({ type: 'image', mediaError: expect.stringContaining('fileSha256') })
    expect(row.sha256).toBeUndefined()
  })
})
