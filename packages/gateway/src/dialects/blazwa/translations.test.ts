import { describe, expect, test } from 'vitest'
import { KurirError } from '../../core/errors.ts'
import type { EventRecord } from '../../core/event.ts'
import type { GroupSummary } from '../../core/group.ts'
import type { MessageObject } from '../../core/message-object.ts'
import type { Endpoint } from '../../webhooks/ports.ts'
import { Fields } from '../fields.ts'
import { errorAnswer, webhookError } from './errors.ts'
import { webhookBody, webhookPost } from './events.ts'
import { findGroup } from './groups.ts'
import { readGroupMessage, readLook, readMessage, readWebhook } from './requests.ts'
import { localTime, numberAnswer, qrAnswer, resetAnswer, sentAnswer, statusAnswer, webhookAnswer } from './responses.ts'

const body = (values: Record<string, unknown>) => ({ body: new Fields(values) })

/** The document's field errors as the dialect lists them. */
function faultsOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return (errorAnswer(error as KurirError).body as { errors: unknown }).errors
  }
  throw new Error('nothing was wrong')
}

describe('requests of document 001', () => {
  test('a message is read as it is written, an empty text counts as absent', () => {
    expect(readMessage(body({ phoneNumber: 81234567890, message: 'halo', imageUrl: '' }))).toEqual({
      phoneNumber: '81234567890',
      message: 'halo',
      imageUrl: undefined,
    })
    expect(readGroupMessage(body({ groupName: ' Toko ', imageUrl: 'https://a.example/b.png' }))).toEqual({
      groupName: ' Toko ',
      message: undefined,
      imageUrl: 'https://a.example/b.png',
    })
  })

  test('every fault is named', () => {
    const noContent = 'message is required where there is no imageUrl'
    expect(faultsOf(() => readMessage(body({})))).toEqual(['phoneNumber is required', noContent])
    expect(faultsOf(() => readGroupMessage(body({})))).toEqual(['groupName is required', noContent])
    expect(faultsOf(() => readWebhook(body({ webhook: ' ' })))).toEqual(['webhook is required'])
    expect(faultsOf(() => readLook(body({ responseAs: 'svg' })))).toEqual(['responseAs must be image or string'])
    expect(faultsOf(() => readMessage(body({ phoneNumber: '1', message: 'x'.repeat(65_537) })))).toHaveLength(1)
  })

  test('the QR code is a text unless an image is asked for', () => {
    expect(readLook(body({}))).toBe('string')
    expect(readLook(body({ responseAs: 'image' }))).toBe('image')
  })
})

describe('answers of document 001', () => {
  test('have the documented members, types and codes', () => {
    const message = expect.any(String)
    expect(statusAnswer('ready')).toEqual({ message, status: 'ready', code: null })
    expect(resetAnswer('connected')).toEqual({ message, status: 'connected', code: 0 })
    expect(qrAnswer('data:image/png;base64,AA==')).toEqual({
      message,
      qr_string: 'data:image/png;base64,AA==',
      code: null,
    })
    expect(numberAnswer(false)).toEqual({ message, is_registered: false, code: null })
    expect(webhookAnswer()).toEqual({ message, code: 20001 })
    const createdAt = localTime(Date.UTC(2023, 2, 15, 17, 4, 5), 'Asia/Jakarta')
    expect(sentAnswer({ id: '3EB0', body: 'halo', from: '628', to: '629', mediaUrl: null, createdAt })).toEqual({
      message,
      result: { id: '3EB0', body: 'halo', from: '628', to: '629', media_url: null, created_at: '2023-03-16 00:04:05' },
      code: 20001,
    })
  })

  test('times are local, midnight is 00', () => {
    expect(localTime(Date.UTC(2023, 11, 31, 17, 0, 0), 'Asia/Jakarta')).toBe('2024-01-01 00:00:00')
    expect(localTime(Date.UTC(2023, 11, 31, 17, 0, 0), 'UTC')).toBe('2023-12-31 17:00:00')
  })

  test.each([
    ['not_registered', 400, 40002],
    ['session_not_connected', 400, 40003],
    ['session_not_ready', 400, 40003],
    ['media_fetch_failed', 400, 40005],
    ['url_not_allowed', 400, 40005],
    ['already_connected', 400, 40006],
    ['payload_too_large', 413, null],
    ['unsupported_media_type', 415, null],
    ['idempotency_mismatch', 409, null],
    ['rate_limited', 429, null],
    ['unavailable', 503, null],
  ] as const)('%s has a message and a code', (code, status, shown) => {
    const message = expect.any(String)
    expect(errorAnswer(new KurirError(code))).toEqual({ status, body: { message, code: shown } })
  })

  test('401, 500 and 504 have the shapes that the document gives them', () => {
    const message = expect.any(String)
    expect(errorAnswer(new KurirError('unauthorized'))).toEqual({ status: 401, body: { message } })
    expect(errorAnswer(new KurirError('timeout'))).toEqual({ status: 504, body: { message } })
    const internal = { status: 500, body: { message, error: message, code: null } }
    expect(errorAnswer(new KurirError('internal'))).toEqual(internal)
    expect(errorAnswer(new KurirError('send_failed'))).toEqual(internal)
  })

  test('a refused URL is a fault of the field where it is a webhook', () => {
    const answer = webhookError(new KurirError('url_not_allowed', 'private'))
    expect(answer).toEqual({
      status: 400,
      body: { message: expect.any(String), errors: ['webhook is not allowed: private'], code: 40001 },
    })
  })
})

describe('groups by name', () => {
  const group = (subject: string) => ({ jid: `${subject}@g.us`, subject }) as GroupSummary
  const groups = ['Toko', 'TOKO', 'Gudang', 'kelas', 'Kelas'].map(group)

  test('exactly, then without regard to case', () => {
    expect(findGroup(groups, 'Toko')).toEqual({ kind: 'found', group: group('Toko') })
    expect(findGroup(groups, ' gudang ')).toEqual({ kind: 'found', group: group('Gudang') })
    expect(findGroup(groups, 'KELAS')).toEqual({ kind: 'several', count: 2 })
    expect(findGroup([...groups, group('Toko')], 'Toko')).toEqual({ kind: 'several', count: 2 })
    expect(findGroup(groups, 'Pasar')).toEqual({ kind: 'none' })
  })
})

describe('webhooks of document 001', () => {
  const message = {
    ...{ chat: '6281234567890', from: '6281234567890', direction: 'in', from_me: false },
    text: 'lorem ipsum dolor sit amet',
  } as MessageObject
  const base = 'https://kurir.example/v1/media'

  test('a text is posted exactly as the document shows it', () => {
    expect(webhookPost(message, base)).toEqual({ message: 'lorem ipsum dolor sit amet', from: '6281234567890' })
  })

  test('a file brings its caption and its address, a group its own', () => {
    const { text: _text, ...rest } = message
    const media = { id: 'med_1', mimetype: 'image/jpeg', size: 1, file_name: null, sha256: null }
    const chat = '120363000000000001@g.us'
    expect(webhookPost({ ...rest, chat, from: chat, participant: '6289', media, caption: 'ini' }, base)).toEqual({
      message: 'ini',
      from: '6289',
      media_url: `${base}/med_1`,
      group: chat,
    })
    expect(webhookPost({ ...rest, media }, base)?.message).toBe('')
  })

  test('own messages and other events are nothing', () => {
    expect(webhookPost({ ...message, from_me: true }, base)).toBeNull()
    const endpoint = { settings: { mediaBase: base } } as unknown as Endpoint
    expect(webhookBody.render({ type: 'message.read', data: message } as EventRecord, endpoint)).toBeNull()
    const rendered = webhookBody.render({ type: 'message.received', data: message } as EventRecord, endpoint)
    expect(JSON.parse(String(rendered?.body))).toEqual(webhookPost(message, base))
  })
})
