import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, json, shownMessages } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import { type CurlAnswer, runCurl } from '../support/curl.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'

/** The lines of document 002, as they stand there. */
const SAMPLES = {
  count: `curl -X GET https://your-domain.com/api/sessions \\
-H "X-API-Key: YOUR_API_KEY"`,
  create: `curl -X POST https://your-domain.com/api/sessions \\
-H "Content-Type: application/json" \\
-H "X-API-Key: YOUR_API_KEY" \\
-d '{"sessionName": "My Business Account"}'`,
  show: `curl -X GET https://your-domain.com/api/sessions/abc-123-def-456 \\
-H "X-API-Key: YOUR_API_KEY"`,
  qr: `curl -X GET https://your-domain.com/api/sessions/abc-123-def-456/qr \\
-H "X-API-Key: YOUR_API_KEY"`,
  reconnect: `curl -X POST https://your-domain.com/api/sessions/abc-123-def-456/reconnect \\
-H "X-API-Key: YOUR_API_KEY"`,
  remove: `curl -X DELETE https://your-domain.com/api/sessions/abc-123-def-456 \\
-H "X-API-Key: YOUR_API_KEY"`,
  send: `curl -X POST https://your-domain.com/api/sessions/abc-123/send \\
-H "Content-Type: application/json" \\
-H "X-API-Key: YOUR_API_KEY" \\
-d '{
"to": "6281234567890",
"message": "Hello from WhatsApp API!"
}'`,
  sendMedia: `curl -X POST https://your-domain.com/api/sessions/abc-123/send-media \\
-H "X-API-Key: YOUR_API_KEY" \\
-F "to=6281234567890" \\
-F "message=Check this out!" \\
-F "media=@/path/to/image.jpg"`,
  check: `curl -X POST https://your-domain.com/api/number-checker \\
-H "Content-Type: application/json" \\
-H "X-API-Key: YOUR_API_KEY" \\
-d '{
"sessionId": "abc-123-def-456",
"phoneNumbers": ["6281234567890", "6289876543210"]
}'`,
  sendSnippet: `curl -X POST https://your-domain.com/api/sessions/YOUR_SESSION_ID/send \\
-H "Content-Type: application/json" \\
-H "X-API-Key: YOUR_API_KEY" \\
-d '{"to": "6281234567890", "message": "Hello from the API!"}'`,
  checkSnippet: `curl -X POST https://your-domain.com/api/number-checker \\
-H "Content-Type: application/json" \\
-H "X-API-Key: YOUR_API_KEY" \\
-d '{
"sessionId": "YOUR_SESSION_ID",
"phoneNumbers": ["6281234567890", "6289876543210", "6285551234567"]
}'`,
}
const PHONE = '6281234567890'
/** One red pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  'base64',
)

describe('document 002: sessions', () => {
  let sandbox: RunningSandbox
  let folder: string

  beforeAll(async () => {
    ;[sandbox, folder] = await Promise.all([startSandbox(), mkdtemp(join(tmpdir(), 'kurir-e2e-'))])
    await json('POST', `${sandbox.contract.lab}/phones`, { body: { phone: PHONE } })
  })
  afterAll(async () => {
    await sandbox?.stop()
    await rm(folder, { recursive: true })
  })

  function sample(name: keyof typeof SAMPLES, words: Record<string, string> = {}): Promise<CurlAnswer> {
    const { gateway, keys } = sandbox.contract
    return runCurl(SAMPLES[name], { 'https://your-domain.com': gateway, YOUR_API_KEY: keys.sessions, ...words })
  }

  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const { gateway, keys } = sandbox.contract
    const response = await fetch(gateway + path, {
      method,
      headers: {
        'x-api-key': keys.sessions,
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  function shownOn(phone: string, id: unknown) {
    return eventually('the phone to show it', async () =>
      (await shownMessages(sandbox.contract.lab, phone)).find((row) => row.id === id),
    )
  }

  const sent = (what: string) => ({
    success: true,
    messageId: expect.stringMatching(/^3EB0[0-9A-F]{16,}$/),
    message: `${what} sent successfully`,
  })

  test('counts', async () => {
    const answer = await sample('count')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      success: true,
      counts: { total: 1, connected: 1, connecting: 0, qr: 0, disconnected: 0 },
    })
  })

  test('a session from its creation to its end', async () => {
    const created = await sample('create')
    expect(created.status).toBe(200)
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(created.body).toEqual({
      success: true,
      sessionId: expect.stringMatching(uuid),
      message: 'Session created successfully',
    })
    const { sessionId: id } = created.body as { sessionId: string }
    const words = { 'abc-123-def-456': id }

    const qr = await eventually('the QR', async () => {
      const answer = await sample('qr', words)
      if (answer.status === 200) return answer
      expect(answer).toMatchObject({ status: 404, body: { success: false, error: 'QR Not Ready' } })
      return undefined
    })
    expect(qr.body).toEqual({ success: true, qrCode: expect.stringMatching(/^data:image\/png;base64,iVBORw0KGgo/) })
    expect((await sample('count')).body).toMatchObject({ counts: { total: 2, qr: 1 } })
    expect((await sample('show', words)).body).toMatchObject({ session: { status: 'qr', phone_number: null } })

    await json('POST', `${sandbox.contract.lab}/phones`, { body: { phone: '6281234500000' } })
    const params = { path: { session: id } }
    const { qr: text } = await clientOf(sandbox.contract).get('/v1/sessions/{session}/qr', { params })
    await json('POST', `${sandbox.contract.lab}/phones/6281234500000/scan`, { body: { qr: text } })
    const shown = await eventually('the session to be connected', async () => {
      const { body } = await sample('show', words)
      return (body as { session: { isConnected: boolean } }).session.isConnected && body
    })
    expect(shown).toEqual({
      success: true,
      session: {
        id,
        name: 'My Business Account',
        status: 'connected',
        phone_number: '6281234500000',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        isConnected: true,
      },
    })
    expect(await sample('qr', words)).toMatchObject({ status: 400, body: { error: 'Already Connected' } })

    const reconnected = await sample('reconnect', words)
    expect(reconnected.body).toEqual({ success: true, message: 'Session reconnection initiated' })
    await eventually('a new QR', async () => (await sample('qr', words)).status === 200)
    expect((await sample('show', words)).body).toMatchObject({ session: { status: 'qr', isConnected: false } })

    const removed = await sample('remove', words)
    expect(removed.body).toEqual({ success: true, message: 'Session deleted successfully' })
    expect(await sample('show', words)).toMatchObject({
      status: 404,
      body: { success: false, error: 'Not Found', message: expect.any(String) },
    })
  })

  test('send: both samples arrive', async () => {
    for (const [name, word, text] of [
      ['send', 'abc-123', 'Hello from WhatsApp API!'],
      ['sendSnippet', 'YOUR_SESSION_ID', 'Hello from the API!'],
    ] as const) {
      const answer = await sample(name, { [word]: sandbox.contract.session })
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual(sent('Message'))
      const { messageId } = answer.body as { messageId: string }
      expect(await shownOn(PHONE, messageId)).toMatchObject({ type: 'text', text, copies: 1, undecryptable: 0 })
    }
  })

  test('send: an unregistered number, missing fields, a long text, a group, a number as people write it', async () => {
    const path = `/api/sessions/${sandbox.contract.session}/send`
    expect(await call('POST', path, { to: '6289876543210', message: 'x' })).toEqual({
      status: 400,
      body: {
        success: false,
        error: 'Invalid WhatsApp Number',
        message: 'The phone number is not registered on WhatsApp.',
        phoneNumber: '6289876543210',
      },
    })
    expect(await call('POST', path, {})).toEqual({
      status: 400,
      body: { success: false, error: 'Bad Request', message: 'Phone number and message are required' },
    })
    expect(await call('POST', path, { to: PHONE, message: 'x'.repeat(4097) })).toMatchObject({ status: 400 })
    const unchecked = await call('POST', path, { to: '0812-3456-7890', message: 'unchecked', skipValidation: true })
    expect(unchecked.body).toEqual(sent('Message'))
    await shownOn(PHONE, unchecked.body.messageId)
    const [group] = sandbox.contract.groups
    const [contact] = sandbox.contract.contacts
    const toGroup = await call('POST', path, { to: group?.id, message: 'to all of you' })
    expect(toGroup.body).toEqual(sent('Message'))
    expect(await shownOn(contact?.phone ?? '', toGroup.body.messageId)).toMatchObject({ chat: group?.id })
  })

  test('send-media: the sample arrives as an image with its caption', async () => {
    const file = join(folder, 'image.jpg')
    await writeFile(file, PIXEL)
    const answer = await sample('sendMedia', { '/path/to/image.jpg': file, 'abc-123': sandbox.contract.session })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).toEqual(sent('Media'))
    const { messageId } = answer.body as { messageId: string }
    expect(await shownOn(PHONE, messageId)).toMatchObject({ type: 'image', caption: 'Check this out!', copies: 1 })
  })

  test('send-media: the file may come first, a document keeps its name, and what is no such file is refused', async () => {
    const path = `/api/sessions/${sandbox.contract.session}/send-media`
    const form = (name: string, bytes: Buffer | string, to = PHONE) => {
      const data = new FormData()
      data.set('media', new Blob([bytes]), name)
      data.set('to', to)
      return data
    }
    const pdf = await call('POST', path, form('price list.pdf', '%PDF-1.4\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n'))
    expect(pdf.body).toEqual(sent('Media'))
    expect(await shownOn(PHONE, pdf.body.messageId)).toMatchObject({ type: 'document', fileName: 'price list.pdf' })
    const refused = { success: false, error: 'Bad Request', message: expect.any(String) }
    for (const data of [form('a.svg', '<svg/>'), form('a.png.exe', PIXEL), form('a.mp4', PIXEL), new FormData()]) {
      expect(await call('POST', path, data)).toEqual({ status: 400, body: refused })
    }
    expect(await call('POST', path, form('a.png', PIXEL, '6289876543210'))).toMatchObject({
      status: 400,
      body: { error: 'Invalid WhatsApp Number' },
    })
  })

  test('number-checker: both samples', async () => {
    const answer = await sample('check', { 'abc-123-def-456': sandbox.contract.session })
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      success: true,
      message: 'Number check completed',
      summary: { total: 2, valid: 1, invalid: 1 },
      results: [
        { phoneNumber: PHONE, isValid: true, status: 'valid' },
        { phoneNumber: '6289876543210', isValid: false, status: 'invalid' },
      ],
    })
    const three = await sample('checkSnippet', { YOUR_SESSION_ID: sandbox.contract.session })
    expect(three.body).toMatchObject({ success: true, summary: { total: 3, valid: 1, invalid: 2 } })
  })

  test('number-checker: order, spelling and duplicates stay, and 101 numbers are too many', async () => {
    const { session: sessionId } = sandbox.contract
    const numbers = ['0812-3456-7890', 'nonsense', PHONE, '0812-3456-7890']
    const { body } = await call('POST', '/api/number-checker', { sessionId, phoneNumbers: numbers })
    expect(body.summary).toEqual({ total: 4, valid: 3, invalid: 1 })
    expect((body.results as { phoneNumber: string }[]).map(({ phoneNumber }) => phoneNumber)).toEqual(numbers)
    const many = { sessionId, phoneNumbers: Array.from({ length: 101 }, () => PHONE) }
    expect(await call('POST', '/api/number-checker', many)).toMatchObject({ status: 400 })
    expect(await call('POST', '/api/number-checker', {})).toMatchObject({ status: 400, body: { error: 'Bad Request' } })
    const unknown = { sessionId: 'nobody', phoneNumbers: [PHONE] }
    expect(await call('POST', '/api/number-checker', unknown)).toMatchObject({ status: 404 })
  })

  test('401 without a key, with a wrong one, and with a key of another kind', async () => {
    for (const key of ['', 'wrong', sandbox.contract.keys.native]) {
      expect(await call('GET', '/api/sessions', undefined, { 'x-api-key': key })).toMatchObject({
        status: 401,
        body: { success: false, error: 'Unauthorized', message: expect.any(String) },
      })
    }
  })
})
