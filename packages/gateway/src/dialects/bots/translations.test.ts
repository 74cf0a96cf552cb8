import { describe, expect, test } from 'vitest'
import { KurirError } from '../../core/errors.ts'
import type { MessageObject } from '../../core/message-object.ts'
import type { DialectCall } from '../dialect.ts'
import { Fields } from '../fields.ts'
import { kindOf, readButtons, readContact, readKind, readList, readLocation } from './contents.ts'
import { errorAnswer } from './errors.ts'
import { postedMessage } from './events.ts'
import { readActions, readActiveDays, readActiveHours, readGeneral, readInit, readWebhook } from './requests.ts'

const call = (body: Record<string, unknown>) => ({ body: new Fields(body) }) as unknown as DialectCall

describe('settings', () => {
  test('default_msg is a switch or the text', () => {
    expect(readGeneral(call({ default_msg: true })).automation).toEqual({ sendDefaultMessage: true })
    expect(readGeneral(call({ default_msg: 'false' })).automation).toEqual({ sendDefaultMessage: false })
    expect(readGeneral(call({ default_msg: '{Hi|Hello} [name]' })).automation).toEqual({
      defaultMessage: '{Hi|Hello} [name]',
    })
    expect(readGeneral(call({ bot_name: 'Bot', bot_timezone: '+1', bot_lang: 'en', default_msg: '' }))).toEqual({
      name: 'Bot',
      language: 'en',
      automation: { timeZone: '+1' },
    })
  })

  test('what is not named is not changed', () => {
    expect(readActions(call({ reply_msgs: 'false', multi_device: 1 }))).toEqual({
      multiDevice: true,
      automation: { replyMessages: false },
    })
    expect(readActiveDays(call({ sunday: false }))).toEqual({ automation: { activeDays: { sunday: false } } })
    expect(readActiveHours(call({ to: '5:00' }))).toEqual({ automation: { activeHours: { to: '5:00' } } })
    expect(() => readActions(call({ reply_msgs: 'perhaps' }))).toThrow(/true or false/)
  })

  test('a webhook’s requestConfig is axios-like', () => {
    const requestConfig = {
      headers: { 'X-Mine': 1, 'Content-Type': 'application/json' },
      params: { a: 'b c', list: [1, 2] },
      timeout: 1500.2,
      auth: { username: 'u', password: 'p' },
      maxRedirects: 5,
    }
    const body = { webhook_url: 'https://example.com/hook?x=1', events: ['onAnyMessage'], requestConfig }
    expect(readWebhook(call(body))).toEqual({
      url: 'https://example.com/hook?x=1&a=b+c&list=1&list=2',
      events: ['onAnyMessage'],
      headers: { 'x-mine': '1', authorization: 'Basic dTpw' },
      timeoutMs: 1501,
    })
    expect(readWebhook(call({ webhook_url: 'https://example.com', requestConfig: {} }))).toEqual({
      url: 'https://example.com/',
      events: ['onMessage', 'onAnyMessage'],
      headers: {},
      timeoutMs: null,
    })
    for (const wrong of [{}, { webhook_url: 'valid_url' }, { webhook_url: 'file:///etc/passwd' }]) {
      expect(() => readWebhook(call(wrong))).toThrow(KurirError)
    }
    expect(() => readWebhook(call({ webhook_url: 'https://a.example', events: ['onCall'] }))).toThrow(/onMessage/)
  })

  test('init sets a webhook only where it says so', () => {
    expect(readInit(call({}))).toBeUndefined()
    expect(readInit(call({ config: { setWebhook: false, webhookUrl: 'valid_url' } }))).toBeUndefined()
    expect(() => readInit(call({ config: { setWebhook: true } }))).toThrow(/webhookUrl/)
    expect(readInit(call({ config: { setWebhook: true, webhookUrl: 'https://a.example/x' } }))).toMatchObject({
      url: 'https://a.example/x',
      events: ['onMessage', 'onAnyMessage'],
    })
  })
})

describe('contents', () => {
  test('a location is written as texts', () => {
    expect(readLocation(new Fields({ name: 'here', lat: '-6.5', lng: '3.27' }))).toEqual({
      type: 'location',
      latitude: -6.5,
      longitude: 3.27,
      name: 'here',
    })
    for (const wrong of [{ lat: '1' }, { lat: 'x', lng: '1' }, { lat: 91, lng: 0 }]) {
      expect(() => readLocation(new Fields(wrong))).toThrow(KurirError)
    }
  })

  test('a contact may be shown by another name than its card has', () => {
    const contact = { fullName: 'john doe', displayName: 'johndoe', organization: 'MIB', phoneNumber: '0812-1' }
    const card = readContact(new Fields({ ...contact, phoneNumber: ['08121234567', '919999999999'] }), '62')
    expect(card).toMatchObject({ name: 'johndoe', organization: 'MIB' })
    expect(card.vcard?.split('\n')).toEqual([
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:;john doe;;;',
      'FN:john doe',
      'ORG:MIB',
      'TEL;type=CELL;waid=628121234567:+628121234567',
      'TEL;type=CELL;waid=919999999999:+919999999999',
      'END:VCARD',
    ])
    for (const wrong of [{ ...contact, phoneNumber: 'none' }, { phoneNumber: '1' }, { fullName: 'x' }]) {
      expect(() => readContact(new Fields(wrong), '62')).toThrow(KurirError)
    }
  })

  test('the document’s list', () => {
    const rows = [{ title: 'Title Option 1', description: 'Option Description', rowId: 'string' }, { title: 'No id' }]
    const data = {
      buttonText: 'Button Text',
      text: 'Middle Text',
      title: 'Head Title',
      description: 'Footer Description',
      sections: [{ title: 'title', rows }],
      listType: 0,
    }
    expect(readList(new Fields(data))).toEqual({
      type: 'list',
      text: 'Middle Text',
      title: 'Head Title',
      footer: 'Footer Description',
      buttonText: 'Button Text',
      sections: [
        {
          title: 'title',
          rows: [
            { id: 'string', title: 'Title Option 1', description: 'Option Description' },
            { id: 'No id', title: 'No id' },
          ],
        },
      ],
    })
    for (const wrong of [
      {},
      { ...data, sections: [] },
      { ...data, sections: [{ rows: [] }] },
      { ...data, sections: 'x' },
    ]) {
      expect(() => readList(new Fields(wrong))).toThrow(KurirError)
    }
  })

  test('the document’s buttons', () => {
    const buttons = [
      { type: 'replyButton', title: 'Reply' },
      { type: 'urlButton', title: 'Click', payload: 'https://google.com' },
      { type: 'callButton', title: 'Call', payload: '918788889688' },
    ]
    expect(readButtons(new Fields({ text: 'title Head', buttons, footerText: 'title footer' }), '62')).toEqual({
      type: 'buttons',
      text: 'title Head',
      footer: 'title footer',
      buttons: [
        { kind: 'reply', title: 'Reply', id: 'Reply' },
        { kind: 'url', title: 'Click', url: 'https://google.com' },
        { kind: 'call', title: 'Call', phone: '918788889688' },
      ],
    })
    for (const wrong of [
      { type: 'other', title: 'x' },
      { type: 'urlButton', title: 'x' },
      { type: 'replyButton' },
      'x',
    ]) {
      expect(() => readButtons(new Fields({ text: 'x', buttons: [wrong] }), '62')).toThrow(KurirError)
    }
  })

  test('kinds of files', () => {
    expect([readKind('image'), readKind('Document'), readKind('doc'), readKind(undefined)]).toEqual([
      'image',
      'document',
      'document',
      undefined,
    ])
    expect(() => readKind('hologram')).toThrow(KurirError)
    expect(['image/png', 'video/mp4', 'audio/ogg', 'application/pdf'].map(kindOf)).toEqual([
      'image',
      'video',
      'audio',
      'document',
    ])
  })
})

test.each([
  ['invalid_request', 400],
  ['unauthorized', 401],
  ['forbidden', 403],
  ['session_not_found', 404],
  ['media_gone', 404],
  ['timeout', 408],
  ['idempotency_mismatch', 409],
  ['payload_too_large', 413],
  ['unsupported_media_type', 415],
  ['rate_limited', 429],
  ['unavailable', 503],
  ['session_not_connected', 400],
  ['media_not_convertible', 400],
  ['media_fetch_failed', 400],
  ['not_registered', 400],
  ['send_failed', 500],
  ['internal', 500],
] as const)('%s is told with %i', (code, status) => {
  const body = { status: false, message: expect.any(String), data: null }
  expect(errorAnswer(new KurirError(code))).toEqual({ status, body })
})

describe('a message as it is posted', () => {
  const message: MessageObject = {
    id: 'msg_1',
    wa_id: '3EB01',
    session: 'shop',
    chat: '2348179803743',
    direction: 'in',
    type: 'text',
    status: 'received',
    status_history: [],
    from: '2348179803743',
    to: '2349011668758',
    from_me: false,
    push_name: 'Ade',
    timestamp: '2023-07-10T13:37:05.000Z',
    attempts: 0,
  }
  const common = { messageTimestamp: '1688996225', pushName: 'Ade', from: '2348179803743' }
  const key = { remoteJid: '2348179803743@s.whatsapp.net', fromMe: false, id: '3EB01' }

  test('a text, from a person and in a group', () => {
    const data = { ...common, key, message: { conversation: 'hi' }, text: 'hi' }
    expect(postedMessage({ ...message, text: 'hi' }, 'https://k.example/v1/media/')).toEqual(data)
    const group = { chat: '1203@g.us', from: '1203@g.us', participant: '2348179803743', text: 'hi' }
    expect(postedMessage({ ...message, ...group }, '')).toEqual({
      ...data,
      key: { ...key, remoteJid: '1203@g.us', participant: '2348179803743@s.whatsapp.net' },
    })
  })

  test('a file has its URL', () => {
    const media = { id: 'med_1', mimetype: 'image/jpeg', size: 12, file_name: null, sha256: 'ff00' }
    expect(postedMessage({ ...message, type: 'image', media, caption: 'Yo' }, 'https://k.example/v1/media/')).toEqual({
      ...common,
      key,
      message: { imageMessage: { mimetype: 'image/jpeg', caption: 'Yo', fileLength: '12', fileSha256: '/wA=' } },
      text: 'Yo',
      media_url: 'https://k.example/v1/media/med_1',
    })
    const voice = postedMessage({ ...message, type: 'voice', media }, '')
    expect(voice.message).toEqual({
      audioMessage: { mimetype: 'image/jpeg', fileLength: '12', fileSha256: '/wA=', ptt: true },
    })
  })

  test.each([
    [
      { location: { latitude: 1, longitude: 2, name: 'x' } },
      { locationMessage: { degreesLatitude: 1, degreesLongitude: 2, name: 'x' } },
    ],
    [{ contacts: [{ name: 'Ade', phones: [], vcard: 'V' }] }, { contactMessage: { displayName: 'Ade', vcard: 'V' } }],
    [
      { reply: { id: '1', title: 'Yes' }, text: '1' },
      { buttonsResponseMessage: { selectedButtonId: '1', selectedDisplayText: 'Yes' } },
    ],
    [{ type: 'unsupported', kind: 'x' }, {}],
  ])('%j', (content, wire) => {
    expect(postedMessage({ ...message, ...content } as MessageObject, '').message).toEqual(wire)
  })
})
