import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WaMessageId } from '../../core/ids.ts'
import { type Jid, jidUser } from '../../core/jid.ts'
import type { OutgoingContent, Quote } from '../../core/message.ts'
import type { OutboundMessage } from '../port.ts'
import { Bench, eventually } from './test/harness.ts'
import { outbound, type Row, shownRow } from './test/kinds.ts'

const ALICE = '15553000001'
const BOB = '15553000002'
const CAROL = '15553000003'
const BOB_JID = `${BOB}@s.whatsapp.net`

let bench: Bench
let alice: Awaited<ReturnType<Bench['pair']>>
let group: Jid

beforeAll(async () => {
  bench = await Bench.start()
  await bench.control.phone(BOB, { name: 'Bob' })
  await bench.control.phone(CAROL, { name: 'Carol' })
  alice = await bench.pair(ALICE, { name: 'Alice' })
  group = await bench.group('Family', ALICE, [BOB, CAROL])
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

interface Sent {
  message: OutboundMessage
  row: Row
}

async function send(content: OutgoingContent, options: { to?: string; quote?: Quote } = {}): Promise<Sent> {
  const { to = BOB, ...rest } = options
  const message = await outbound(bench, alice.connection, to, content, rest)
  expect(await alice.connection.send(message)).toMatchObject({ kind: 'acked' })
  return { message, row: await shownRow(bench, BOB, message.waId) }
}

/** The stanza of a message as the server got it. */
function stanza({ message }: Sent) {
  const [node] = bench.wire.of(ALICE, 'message', { id: message.waId })
  if (!node) throw new Error('the server saw no such stanza')
  return node
}

function child(sent: Sent, tag: string) {
  const { content } = stanza(sent)
  return Array.isArray(content) ? content.find((node) => node.tag === tag) : undefined
}

const secret = { messageSecret: expect.stringMatching(/^.{44}$/) }

describe('a text', () => {
  test('with a preview of its link', async () => {
    const thumbnail = Buffer.from('jpeg').toString('base64')
    const preview = { url: 'https://example.com/a', title: 'An example', description: 'To look at', thumbnail }
    const { row } = await send({ type: 'text', text: 'see https://example.com/a', preview })
    expect(row.message.extendedTextMessage).toEqual({
      text: 'see https://example.com/a',
      matchedText: 'https://example.com/a',
      title: 'An example',
      description: 'To look at',
      jpegThumbnail: thumbnail,
    })
    expect(row.message.messageContextInfo).toEqual(secret)
  })

  test('forwarded', async () => {
    const { row } = await send({ type: 'text', text: 'pass it on', forwarded: true })
    expect(row.message.extendedTextMessage?.contextInfo).toEqual({ isForwarded: true, forwardingScore: 1 })
  })

  test('that answers one of the other person, and one whose author is named', async () => {
    const quote = { waId: '3EB0QUOTED' as WaMessageId, text: 'How many?' }
    const { row } = await send({ type: 'text', text: 'three' }, { quote })
    expect(row.message.extendedTextMessage?.contextInfo).toEqual({
      stanzaId: '3EB0QUOTED',
      participant: BOB_JID,
      quotedMessage: { conversation: 'How many?' },
    })
    const own = await send({ type: 'text', text: 'and' }, { quote: { ...quote, participant: alicesJid() } })
    expect(own.row.message.extendedTextMessage?.contextInfo).toMatchObject({ participant: alicesJid() })
  })

  test('in a group that names some, and one that names everybody', async () => {
    const mentions = [BOB_JID as Jid]
    const named = await send({ type: 'text', text: `hi @${BOB}`, mentions }, { to: group })
    expect(named.row).toMatchObject({ chat: group, mentions: [BOB_JID] })
    expect(named.row.message.extendedTextMessage?.contextInfo).toEqual({ mentionedJid: [BOB_JID] })
    const all = await send({ type: 'text', text: 'hi @all', mentionAll: true }, { to: group })
    expect(all.row.message.extendedTextMessage?.contextInfo).toEqual({ nonJidMentions: 1 })
  })
})

function alicesJid(): Jid {
  return `${ALICE}@s.whatsapp.net` as Jid
}

describe('a location', () => {
  test('with name and address, forwarded', async () => {
    const place = { latitude: -6.175392, longitude: 106.827153, name: 'Monas', address: 'Gambir, Jakarta' }
    const { row } = await send({ type: 'location', ...place, forwarded: true })
    expect(row).toMatchObject({ type: 'location', ...place })
    expect(row.message.locationMessage).toEqual({
      degreesLatitude: -6.175392,
      degreesLongitude: 106.827153,
      name: 'Monas',
      address: 'Gambir, Jakarta',
      contextInfo: { isForwarded: true, forwardingScore: 1 },
    })
  })

  test('bare', async () => {
    const { row } = await send({ type: 'location', latitude: 0, longitude: 0 })
    expect(row.message.locationMessage).toEqual({ degreesLatitude: 0, degreesLongitude: 0 })
  })
})

describe('contacts', () => {
  const budi = { name: 'Budi; Santoso', phones: [{ number: '6281300000001' }, { number: '62215550000', type: 'work' }] }

  test('one, with two numbers', async () => {
    const sent = await send({ type: 'contacts', contacts: [{ ...budi, organization: 'Toko, Sinar' }] })
    expect(sent.row).toMatchObject({ type: 'contact', name: 'Budi; Santoso', phone: '6281300000001' })
    expect(sent.row.message.contactMessage).toEqual({
      displayName: 'Budi; Santoso',
      vcard: [
        'BEGIN:VCARD',
        'VERSION:3.0',
        'N:;Budi\\; Santoso;;;',
        'FN:Budi\\; Santoso',
        'ORG:Toko\\, Sinar',
        'TEL;type=CELL;waid=6281300000001:+6281300000001',
        'TEL;type=WORK;waid=62215550000:+62215550000',
        'END:VCARD',
      ].join('\n'),
    })
    expect(stanza(sent).attrs).toMatchObject({ type: 'media' })
  })

  test('several, one of them a card as it was given', async () => {
    const vcard = 'BEGIN:VCARD\nVERSION:3.0\nFN:Ani\nEND:VCARD'
    const { row } = await send({ type: 'contacts', contacts: [budi, { name: 'Ani', phones: [], vcard }] })
    expect(row.message.contactsArrayMessage).toMatchObject({
      displayName: '2 contacts',
      contacts: [{ displayName: 'Budi; Santoso' }, { displayName: 'Ani', vcard }],
    })
  })
})

describe('a poll', () => {
  test('of which one option may be chosen', async () => {
    const sent = await send({ type: 'poll', question: 'When?', options: ['Monday', 'Friday'], selectable: 1 })
    expect(sent.row).toMatchObject({ type: 'poll', question: 'When?', options: ['Monday', 'Friday'], selectable: 1 })
    expect(sent.row.message.pollCreationMessageV3).toEqual({
      name: 'When?',
      options: [{ optionName: 'Monday' }, { optionName: 'Friday' }],
      selectableOptionsCount: 1,
    })
    expect(sent.row.message.messageContextInfo).toEqual(secret)
    expect(stanza(sent).attrs).toMatchObject({ type: 'poll' })
    expect(child(sent, 'meta')?.attrs).toEqual({ polltype: 'creation' })
  })

  test('of which any number may be chosen', async () => {
    const { row } = await send({ type: 'poll', question: 'Which?', options: ['a', 'b', 'c'], selectable: 0 })
    expect(row.message.pollCreationMessage).toMatchObject({ name: 'Which?', selectableOptionsCount: 0 })
  })
})

describe('about another message', () => {
  test('a reaction, and its taking back', async () => {
    const id = (await bench.control.text(BOB, ALICE, 'good news')) as WaMessageId
    const sent = await send({ type: 'reaction', target: { waId: id, fromMe: false }, emoji: '👍' })
    expect(sent.row).toMatchObject({ type: 'reaction', target: id, emoji: '👍' })
    expect(sent.row.message.reactionMessage).toEqual({
      key: { remoteJid: BOB_JID, fromMe: false, id },
      text: '👍',
      senderTimestampMs: expect.any(Number),
    })
    expect(stanza(sent).attrs).toMatchObject({ type: 'reaction' })
    const back = await send({ type: 'reaction', target: { waId: id, fromMe: false }, emoji: '' })
    expect(back.row).toMatchObject({ type: 'reaction', target: id, emoji: '' })
  })

  test('in a group the author is named', async () => {
    const id = (await bench.control.text(CAROL, group, 'who comes?')) as WaMessageId
    const inbound = await eventually(() => alice.sink.messages.find(({ waId }) => waId === id))
    const participant = inbound.participant as Jid
    const target = { waId: id, fromMe: false, participant }
    const { row } = await send({ type: 'reaction', target, emoji: '🎉' }, { to: group })
    expect(row.message.reactionMessage?.key).toEqual({ remoteJid: group, fromMe: false, id, participant })
  })

  test('an edit', async () => {
    const first = await send({ type: 'text', text: 'tomorow' })
    const target = { waId: first.message.waId, fromMe: true }
    const sent = await send({ type: 'edit', target, text: 'tomorrow' })
    expect(sent.row).toMatchObject({ type: 'edit', target: first.message.waId, text: 'tomorrow' })
    expect(sent.row.message.protocolMessage).toEqual({
      key: { remoteJid: BOB_JID, fromMe: true, id: first.message.waId },
      type: 'MESSAGE_EDIT',
      editedMessage: { extendedTextMessage: { text: 'tomorrow' } },
      timestampMs: expect.any(Number),
    })
    expect(stanza(sent).attrs).toMatchObject({ edit: '1', type: 'text' })
  })

  test('a revoke of an own message, and as an admin of another one', async () => {
    const first = await send({ type: 'text', text: 'oops' })
    const sent = await send({ type: 'revoke', target: { waId: first.message.waId, fromMe: true } })
    expect(sent.row).toMatchObject({ type: 'revoke', target: first.message.waId })
    expect(sent.row.message.protocolMessage).toEqual({
      key: { remoteJid: BOB_JID, fromMe: true, id: first.message.waId },
      type: 'REVOKE',
    })
    expect(stanza(sent).attrs).toMatchObject({ edit: '7' })

    const id = (await bench.control.text(CAROL, group, 'buy now')) as WaMessageId
    const inbound = await eventually(() => alice.sink.messages.find(({ waId }) => waId === id))
    const participant = inbound.participant as Jid
    const removal = await send({ type: 'revoke', target: { waId: id, fromMe: false, participant } }, { to: group })
    expect(removal.row.message.protocolMessage?.key).toEqual({ remoteJid: group, fromMe: false, id, participant })
    expect(stanza(removal).attrs).toMatchObject({ edit: '8' })
    expect(jidUser(participant)).toBe(bench.lab.world.phone(CAROL).lid)
  })
})

describe('choices', () => {
  const sections = [
    { title: 'Hot', rows: [{ id: 'tea', title: 'Tea', description: 'with lemon' }] },
    { title: 'Cold', rows: [{ id: 'ice', title: 'Ice tea' }] },
  ]
  const list = {
    type: 'list',
    text: 'What would you like?',
    title: 'Menu',
    footer: 'till ten',
    buttonText: 'Open',
    sections,
  } as const satisfies OutgoingContent
  const body = 'What would you like?\n\n*Hot*\n1. Tea – with lemon\n\n*Cold*\n2. Ice tea'

  test('a list', async () => {
    const sent = await send(list)
    expect(sent.row).toMatchObject({ type: 'list', text: body, title: 'Menu', footer: 'till ten', sections })
    expect(sent.row.message.listMessage).toEqual({
      description: body,
      title: 'Menu',
      footerText: 'till ten',
      buttonText: 'Open',
      listType: 'SINGLE_SELECT',
      sections: [
        { title: 'Hot', rows: [{ rowId: 'tea', title: 'Tea', description: 'with lemon' }] },
        { title: 'Cold', rows: [{ rowId: 'ice', title: 'Ice tea' }] },
      ],
    })
    expect(child(sent, 'biz')).toMatchObject({ content: [{ tag: 'list', attrs: { type: 'product_list', v: '2' } }] })
  })

  test('a list as text', async () => {
    const sent = await send({ ...list, form: 'text' })
    expect(sent.row).toMatchObject({ type: 'text', text: `*Menu*\n\n${body}\n\n_till ten_` })
    expect(child(sent, 'biz')).toBeUndefined()
  })

  const buttons = {
    type: 'buttons',
    text: 'Shall we deliver?',
    header: 'Order 7',
    footer: 'Toko Sinar',
    buttons: [
      { kind: 'reply', id: 'yes', title: 'Yes' },
      { kind: 'url', title: 'Track', url: 'https://example.com/7' },
      { kind: 'call', title: 'Call us', phone: '6281200000001' },
      { kind: 'reply', id: 'no', title: 'No' },
    ],
  } as const satisfies OutgoingContent

  test('buttons of every kind', async () => {
    const sent = await send(buttons)
    const text = 'Shall we deliver?\n\n1. Yes\nTrack: https://example.com/7\nCall us: +6281200000001\n2. No'
    expect(sent.row).toMatchObject({ type: 'interactive', text, title: 'Order 7', footer: 'Toko Sinar' })
    expect(sent.row.message.interactiveMessage).toEqual({
      header: { title: 'Order 7', hasMediaAttachment: false },
      body: { text },
      footer: { text: 'Toko Sinar' },
      nativeFlowMessage: {
        buttons: [
          { name: 'quick_reply', buttonParamsJson: '{"display_text":"Yes","id":"yes"}' },
          {
            name: 'cta_url',
            buttonParamsJson:
              '{"display_text":"Track","url":"https://example.com/7","merchant_url":"https://example.com/7"}',
          },
          { name: 'cta_call', buttonParamsJson: '{"display_text":"Call us","phone_number":"+6281200000001"}' },
          { name: 'quick_reply', buttonParamsJson: '{"display_text":"No","id":"no"}' },
        ],
        messageParamsJson: '{}',
        messageVersion: 1,
      },
    })
    expect(child(sent, 'biz')).toMatchObject({
      content: [
        {
          tag: 'interactive',
          attrs: { type: 'native_flow', v: '1' },
          content: [{ tag: 'native_flow', attrs: { v: '9', name: 'mixed' } }],
        },
      ],
    })
  })
})

describe('sending again', () => {
  test.each<OutgoingContent>([
    { type: 'poll', question: 'Again?', options: ['a', 'b'], selectable: 1 },
    { type: 'edit', target: { waId: '3EB0FIRST' as WaMessageId, fromMe: true }, text: 'again' },
    { type: 'buttons', text: 'Again?', buttons: [{ kind: 'reply', id: 'a', title: 'A' }] },
  ])('a $type: the same bytes in the same stanza, shown once', async (content) => {
    const sent = await send(content)
    const again = await alice.connection.send(sent.message)
    expect(again).toMatchObject({ kind: 'acked' })
    const row = await eventually(async () => {
      const shown = await shownRow(bench, BOB, sent.message.waId)
      return shown.copies === 2 && shown
    })
    expect(row.message).toEqual(sent.row.message)
    const stanzas = bench.wire.of(ALICE, 'message', { id: sent.message.waId })
    expect(stanzas).toHaveLength(2)
    const [first, second] = stanzas.map(({ attrs, content: nodes }) => ({
      attrs,
      tags: Array.isArray(nodes) ? nodes.filter(({ tag }) => tag === 'biz' || tag === 'meta') : [],
    }))
    expect(second).toEqual(first)
  })

  test('to a phone that could not read it, whatever the kind', async () => {
    await bench.control.fault('retry-receipt', { session: ALICE, count: 1 })
    const sent = await send({ type: 'location', latitude: 1, longitude: 2, name: 'Here' })
    const row = await eventually(async () => {
      const shown = await shownRow(bench, BOB, sent.message.waId)
      return shown.copies === 2 && shown
    })
    expect(row).toMatchObject({ type: 'location', latitude: 1, longitude: 2, name: 'Here' })
  })
})
