import { describe, expect, test } from 'vitest'
import { KurirError } from '../../core/errors.ts'
import type { EventRecord, EventType } from '../../core/event.ts'
import { EVENT_TYPES } from '../../core/event.ts'
import type { Jid } from '../../core/jid.ts'
import type { MessageRecord } from '../../core/message.ts'
import type { Endpoint } from '../../webhooks/ports.ts'
import { Fields } from '../fields.ts'
import { kindOf } from './contents.ts'
import { errorAnswer } from './errors.ts'
import { ackBody, ackOf, ackPost, NOTIFIED } from './events.ts'
import { isContact, readContact, readMediaUrl, readPlace, readRecipient, readText } from './requests.ts'
import { connectedAnswer, groupsAnswer, qrAnswer, sentAnswer } from './responses.ts'

const body = (values: Record<string, unknown>) => new Fields(values)

describe('requests of document 004', () => {
  test('a recipient is the first of the fields that is there', () => {
    const both = body({ nohp: 628123, groupid: '120363' })
    expect(readRecipient(both, ['nohp'])).toEqual({ field: 'nohp', text: '628123' })
    expect(readRecipient(both, ['groupid', 'nohp'])).toEqual({ field: 'groupid', text: '120363' })
    expect(readRecipient(body({ nohp: '628', groupid: ' ' }), ['groupid', 'nohp'])).toMatchObject({ field: 'nohp' })
    expect(() => readRecipient(body({ groupid: '120363' }), ['nohp'])).toThrow('nohp is required')
  })

  test('coordinates are texts or numbers, within the globe', () => {
    const place = { latitude: '0.525960', longitude: 101.426866, pesan: 'Kantor Pusat' }
    expect(readPlace(body(place))).toEqual({ latitude: 0.52596, longitude: 101.426866, name: 'Kantor Pusat' })
    expect(readPlace(body({ latitude: '-90', longitude: 0 }))).toEqual({ latitude: -90, longitude: 0, name: undefined })
    expect(() => readPlace(body({ ...place, latitude: '90.1' }))).toThrow('latitude must be from -90 to 90')
    expect(() => readPlace(body({ latitude: '1' }))).toThrow('longitude is required')
    expect(() => readPlace(body({ ...place, longitude: 'timur' }))).toThrow('longitude must be a number')
  })

  test('a contact is called contact or Contact, and may be JSON in a text', () => {
    const contact = { name: 'Test', numbers: ['628124', 628125] }
    const read = { name: 'Test', numbers: ['628124', '628125'] }
    expect(readContact(body({ contact }))).toEqual(read)
    expect(readContact(body({ Contact: JSON.stringify(contact) }))).toEqual(read)
    expect(readContact(body({ contact: { name: 'Test', numbers: '628124' } })).numbers).toEqual(['628124'])
    expect(() => readContact(body({}))).toThrow('contact is required')
    expect(() => readContact(body({ contact: { numbers: ['628124'] } }))).toThrow('contact.name is required')
    expect(() => readContact(body({ contact: { name: 'Test', numbers: [] } }))).toThrow('contact.numbers is required')
    expect(() => readContact(body({ contact: { name: 'Test', numbers: [{}] } }))).toThrow('contact.numbers must be')
  })

  test('a location without coordinates that has a contact is a contact', () => {
    const contact = { name: 'Test', numbers: ['628124'] }
    expect(isContact(body({ contact }))).toBe(true)
    expect(isContact(body({ contact, latitude: '1', longitude: '2' }))).toBe(false)
    expect(isContact(body({ nohp: '628' }))).toBe(false)
  })

  test('texts and URLs are needed where they are all there is', () => {
    expect(() => readText(body({ pesan: '' }))).toThrow('pesan is required')
    expect(() => readText(body({ pesan: 'x'.repeat(65_537) }))).toThrow('pesan must not be longer')
    expect(() => readMediaUrl(body({}))).toThrow('mediaurl is required')
  })

  test.each([
    ['image/png', 'image'],
    ['audio/ogg; codecs=opus', 'audio'],
    ['video/mp4', 'video'],
    ['application/pdf', 'document'],
    ['text/html', 'document'],
  ])('%s is sent as %s', (mimetype, kind) => {
    expect(kindOf(mimetype)).toBe(kind)
  })
})

describe('answers of document 004', () => {
  const message = { waId: '3EB02B7BEAD27AFA278E', status: 'accepted', timestamp: 1_678_849_330_999 } as MessageRecord

  test('a message that was sent is shown exactly as documented', () => {
    const to = '6282386000000@s.whatsapp.net' as Jid
    expect(sentAnswer(message, { type: 'text', from: '628120000000', to })).toEqual({
      success: true,
      message: {
        id: '3EB02B7BEAD27AFA278E',
        status: 0,
        type: 'text',
        timestamp: 1678849330,
        from: '628120000000@c.us',
        to: '6282386000000@c.us',
      },
    })
    const group = '120363000000000001@g.us' as Jid
    const answer = sentAnswer({ ...message, status: 'delivered' }, { type: 'chat', from: '628', to: group })
    expect(answer.message).toMatchObject({ status: 2, to: group })
  })

  test('groups, getqr and failures', () => {
    const groups = [{ jid: '120363@g.us' as Jid, subject: 'test', lastChat: 1678975656 }]
    expect(groupsAnswer(groups)).toEqual({
      success: true,
      message: [{ groupid: '120363', groupname: 'test', grouplastchat: 1678975656 }],
    })
    expect(qrAnswer('2@abc')).toEqual({ success: true, message: { isAuthenticated: false, qrcode: '2@abc' } })
    expect(connectedAnswer({ phone: '6283000', pushName: null })).toEqual({
      success: true,
      message: { isAuthenticated: true, number: '6283000', name: '6283000', qrcode: '' },
    })
  })

  test.each([
    ['invalid_request', 400],
    ['not_registered', 400],
    ['session_not_connected', 400],
    ['media_fetch_failed', 400],
    ['media_not_convertible', 400],
    ['url_not_allowed', 400],
    ['timeout', 400],
    ['send_failed', 400],
    ['internal', 400],
    ['unauthorized', 401],
    ['idempotency_mismatch', 409],
    ['payload_too_large', 413],
    ['unsupported_media_type', 415],
    ['rate_limited', 429],
    ['unavailable', 503],
  ] as const)('%s is answered %i', (code, status) => {
    const failed = { success: false, errorMessage: expect.any(String) }
    expect(errorAnswer(new KurirError(code))).toEqual({ status, body: failed })
  })
})

describe('acks of document 004', () => {
  const acks: Partial<Record<EventType, number>> = {
    ...{ 'message.sent': 1, 'message.delivered': 2, 'message.read': 3, 'message.played': 4 },
    ...{ 'message.failed': -1, 'message.expired': -1 },
  }

  test.each(EVENT_TYPES)('%s', (type) => {
    const ack = acks[type]
    const event = { type, data: { wa_id: '3EB020B4DBA916EB3379' } } as EventRecord
    const post = ack === undefined ? undefined : { msgid: '3EB020B4DBA916EB3379', ack }
    expect(ackPost(event)).toEqual(post)
    const rendered = ackBody.render(event, {} as Endpoint)
    expect(rendered && JSON.parse(String(rendered.body))).toEqual(post ?? null)
    expect((NOTIFIED as string[]).includes(type)).toBe(ack !== undefined)
  })

  test('the status of an answer uses the same numbers', () => {
    expect((['accepted', 'sent', 'delivered', 'read', 'played', 'failed'] as const).map(ackOf)).toEqual([
      0, 1, 2, 3, 4, -1,
    ])
  })
})
