import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerOf, type CurlAnswer, curl } from '../test/curl.ts'
import { LabApp, Site, until } from '../test/lab-app.ts'

/** Document 001, each example of it, over the lab. */
const SHOP = '6281210000001'
const BUDI = '6281310000001'
const TEXT = expect.any(String)

const SAMPLES = {
  restart: `curl -X GET https://openapi.blazwa.com/openapi/wa/restart \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
  status: `curl -X POST https://openapi.blazwa.com/openapi/wa/status \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
  loginQr: `curl -X POST https://openapi.blazwa.com/openapi/wa/login-qr \\
  -H 'Content-Type: application/x-www-form-urlencoded' \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
  checkNumber: `curl -X GET https://openapi.blazwa.com/openapi/wa/check-number/{phoneNumber} \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
  message: `curl -X POST https://openapi.blazwa.com/openapi/wa/message \\
  -H 'Content-Type: application/x-www-form-urlencoded' \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
  messageGroup: `curl -X POST https://openapi.blazwa.com/openapi/wa/message-group \\
  -H 'Content-Type: application/x-www-form-urlencoded' \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
  webhook: `curl -X POST https://openapi.blazwa.com/openapi/wa/webhook \\
  -H 'Content-Type: application/x-www-form-urlencoded' \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
  resetWebhook: `curl -X GET https://openapi.blazwa.com/openapi/wa/webhook/reset \\
  -H 'Accept: application/json' \\
  -H 'X-API-KEY: API_KEY'`,
}

let app: LabApp
let site: Site
let key = ''
let group = ''

beforeAll(async () => {
  ;[app, site] = await Promise.all([LabApp.start(), Site.open()])
  await app.phone(BUDI, 'Budi')
  await app.paired('shop', SHOP)
  key = (await app.credential('blazwa', 'shop')).key ?? ''
  const made = { name: 'Toko Kurir', owner: BUDI, participants: [SHOP] }
  group = (await app.control<{ id: string }>('POST', '/groups', made)).id
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  site.files.set('/red.png', { type: 'image/png', bytes: await image.png().toBuffer() })
  site.files.set('/page', { type: 'text/html', bytes: Buffer.from('<html></html>') })
})
afterAll(async () => {
  await Promise.all([app?.close(), site?.close()])
})

/** A documented line with host, key and placeholders filled in. */
function sample(name: keyof typeof SAMPLES, options: { key?: string; number?: string; data?: string } = {}) {
  const data = options.data === undefined ? '' : ` -d '${options.data}'`
  return curl(SAMPLES[name] + data, {
    ...{ 'https://openapi.blazwa.com': app.url, API_KEY: options.key ?? key },
    '{phoneNumber}': options.number ?? '{phoneNumber}',
  })
}

/** As the document's fetch samples do: JSON, called a form. */
async function fetchSample(path: string, body: object): Promise<CurlAnswer> {
  const headers = {
    ...{ 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json', 'X-API-KEY': key },
  }
  return answerOf(await fetch(app.url + path, { method: 'POST', body: JSON.stringify(body), headers }))
}

function answers(status: number, body: unknown) {
  return expect.objectContaining({ status, body, type: expect.stringContaining('application/json') })
}

describe('document 001, a licence that is used first', () => {
  let fresh = ''
  beforeAll(async () => {
    fresh = (await app.credential('blazwa')).key ?? ''
  })

  test('status makes one session and shows qr; login-qr gives the code as text and as image', async () => {
    const both = await Promise.all([sample('status', { key: fresh }), sample('status', { key: fresh })])
    for (const answer of both) expect(answer).toEqual(answers(200, { message: TEXT, status: 'qr', code: null }))
    const { data } = await app.native<{ data: { id: string }[] }>('GET', '/v1/sessions')
    expect(data.filter(({ id }) => id.startsWith('blazwa-'))).toHaveLength(1)

    const text = await sample('loginQr', { key: fresh })
    const dataUrl = expect.stringMatching(/^data:image\/png;base64,/)
    expect(text).toEqual(answers(200, { message: TEXT, qr_string: dataUrl, code: null }))
    const image = await sample('loginQr', { key: fresh, data: 'responseAs=image' })
    expect(image).toMatchObject({ status: 200, type: 'image/png' })
    expect(image.bytes.subarray(1, 4).toString()).toBe('PNG')
    expect(await sample('loginQr', { key: fresh, data: 'responseAs=svg' })).toEqual(
      answers(400, { message: TEXT, errors: [TEXT], code: 40001 }),
    )
  })

  test('what needs a connection says 40003, restart and webhook/reset say qr', async () => {
    const notConnected = answers(400, { message: TEXT, code: 40003 })
    expect(await sample('checkNumber', { key: fresh, number: BUDI })).toEqual(notConnected)
    expect(await sample('message', { key: fresh, data: `phoneNumber=${BUDI}&message=x` })).toEqual(notConnected)
    expect(await sample('messageGroup', { key: fresh, data: 'groupName=x&message=x' })).toEqual(notConnected)
    expect(await sample('restart', { key: fresh })).toEqual(answers(200, { message: TEXT, status: 'qr', code: null }))
    expect(await sample('resetWebhook', { key: fresh })).toEqual(answers(200, { message: TEXT, status: 'qr', code: 0 }))
  })

  test('a session that rests is in neither state: 504; login-qr starts it again', async () => {
    const { data } = await app.native<{ data: { id: string }[] }>('GET', '/v1/sessions')
    const id = data.map((session) => session.id).find((name) => name.startsWith('blazwa-'))
    await app.native('POST', `/v1/sessions/${id}/stop`)
    expect(await sample('status', { key: fresh })).toEqual(answers(504, { message: TEXT }))
    expect(await sample('loginQr', { key: fresh })).toMatchObject({ status: 200 })
  })
})

describe('document 001, connected', () => {
  test('status and webhook/reset say connected, restart ready, login-qr refuses', async () => {
    expect(await sample('status')).toEqual(answers(200, { message: TEXT, status: 'connected', code: null }))
    expect(await sample('resetWebhook')).toEqual(answers(200, { message: TEXT, status: 'connected', code: 0 }))
    expect(await sample('restart')).toEqual(answers(200, { message: TEXT, status: 'ready', code: null }))
    expect(await sample('loginQr')).toEqual(answers(400, { message: TEXT, code: 40006 }))
  })

  test.each(['081310000001', '0813 1000 0001', '0813-1000-0001', '6281310000001', '62813 1000 0001'])(
    'check-number reads %s as 6281310000001',
    async (number) => {
      const answer = await sample('checkNumber', { number: encodeURIComponent(number) })
      expect(answer).toEqual(answers(200, { message: TEXT, is_registered: true, code: null }))
    },
  )

  test('check-number does not guess a country, and refuses what is no number', async () => {
    const unregistered = answers(200, { message: TEXT, is_registered: false, code: null })
    expect(await sample('checkNumber', { number: '81310000001' })).toEqual(unregistered)
    expect(await sample('checkNumber')).toEqual(answers(400, { message: TEXT, errors: [TEXT], code: 40001 }))
  })

  test('a text arrives; the answer has the documented members', async () => {
    const answer = await sample('message', { data: 'phoneNumber=0813-1000-0001&message=Halo+Budi' })
    const created = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    const result = { id: TEXT, body: 'Halo Budi', from: SHOP, to: BUDI, media_url: null, created_at: created }
    expect(answer).toEqual(answers(200, { message: TEXT, result, code: 20001 }))
    const { id } = (answer.body as { result: { id: string } }).result
    const row = await until('the phone shows it', async () => (await app.shown(BUDI)).find((row) => row.id === id))
    expect(row).toMatchObject({ type: 'text', text: 'Halo Budi', from: SHOP, copies: 1, undecryptable: 0 })
  })

  test('a number that WhatsApp spells otherwise is echoed as the client wrote it', async () => {
    await app.phone('551187654321', 'João')
    const answer = await sample('message', { data: 'phoneNumber=5511987654321&message=oi' })
    expect(answer).toMatchObject({ status: 200, body: { result: { to: '5511987654321' } } })
    await until('the phone shows it', async () => (await app.shown('551187654321')).find(({ text }) => text === 'oi'))
  })

  test('an image arrives with the message as its caption, and alone', async () => {
    const imageUrl = `${site.url}/red.png`
    const both = await fetchSample('/openapi/wa/message', { phoneNumber: BUDI, message: 'ini', imageUrl })
    expect(both).toMatchObject({ status: 200, body: { result: { body: 'ini', media_url: imageUrl }, code: 20001 } })
    const alone = await fetchSample('/openapi/wa/message/', { phoneNumber: BUDI, message: '', imageUrl })
    expect(alone).toMatchObject({ status: 200, body: { result: { body: '', media_url: imageUrl } } })
    const images = await until('the phone shows both', async () => {
      const rows = (await app.shown(BUDI)).filter(({ type }) => type === 'image')
      return rows.length === 2 && rows
    })
    expect(images[0]).toMatchObject({ caption: 'ini', copies: 1 })
    expect(images[1]?.caption ?? '').toBe('')
    expect(images.map(({ mediaError }) => mediaError)).toEqual([undefined, undefined])
  })

  test('the samples without a body are answered with what is missing', async () => {
    const invalid = (...errors: unknown[]) => answers(400, { message: TEXT, errors, code: 40001 })
    expect(await sample('message')).toEqual(invalid('phoneNumber is required', TEXT))
    expect(await sample('messageGroup')).toEqual(invalid('groupName is required', TEXT))
    expect(await sample('webhook')).toEqual(invalid('webhook is required'))
  })

  test('what cannot be sent is refused by its own code, and nothing goes out', async () => {
    const before = (await app.shown(BUDI)).length
    const refused = (code: number) => answers(400, { message: TEXT, code })
    expect(await sample('message', { data: 'phoneNumber=6281999999999&message=x' })).toEqual(refused(40002))
    const image = (path: string) => `phoneNumber=${BUDI}&imageUrl=${encodeURIComponent(site.url + path)}`
    expect(await sample('message', { data: image('/none.png') })).toEqual(refused(40005))
    expect(await sample('message', { data: image('/page') })).toEqual(refused(40005))
    const inside = encodeURIComponent('http://10.0.0.1/x.png')
    expect(await sample('message', { data: `phoneNumber=${BUDI}&imageUrl=${inside}` })).toEqual(refused(40005))
    expect(await sample('message', { key: 'kur_wrong' })).toEqual(answers(401, { message: TEXT }))
    expect((await app.shown(BUDI)).length).toBe(before)
  })

  test('a group is found by its name; an unknown one and a name of two are refused', async () => {
    const answer = await fetchSample('/openapi/wa/message-group', { groupName: 'toko kurir', message: 'Halo semua' })
    expect(answer).toEqual(
      answers(200, {
        message: TEXT,
        result: { id: TEXT, body: 'Halo semua', from: SHOP, to: group, media_url: null, created_at: TEXT },
        code: 20001,
      }),
    )
    const shown = async () => (await app.shown(BUDI)).find(({ text }) => text === 'Halo semua')
    expect(await until('the member shows it', shown)).toMatchObject({ chat: group, copies: 1 })
    const unknown = await sample('messageGroup', { data: 'groupName=Pasar&message=x' })
    expect(unknown).toEqual(answers(400, { message: TEXT, code: 40004 }))
    for (let copies = 0; copies < 2; copies += 1) {
      await app.control('POST', '/groups', { name: 'Kembar', owner: BUDI, participants: [SHOP] })
    }
    const twice = await sample('messageGroup', { data: 'groupName=Kembar&message=x' })
    expect(twice).toEqual(answers(400, { message: TEXT, errors: [expect.stringContaining('2 groups')], code: 40001 }))
  })

  test('the same Idempotency-Key sends once', async () => {
    const send = () => {
      const headers = { 'X-API-KEY': `${key};`, 'Idempotency-Key': 'order-1' }
      const body = new URLSearchParams({ phoneNumber: BUDI, message: 'sekali' })
      return fetch(`${app.url}/openapi/wa/message`, { method: 'POST', headers, body }).then(answerOf)
    }
    const [first, second] = await Promise.all([send(), send()])
    expect(first).toMatchObject({ status: 200 })
    expect(second?.body).toEqual(first?.body)
    const rows = async () => (await app.shown(BUDI)).filter(({ text }) => text === 'sekali')
    await until('it is shown', async () => (await rows()).length > 0)
    expect(await rows()).toHaveLength(1)
  })

  test('the server is silent: 504 in time, and the message arrives all the same', async () => {
    // Nor may the phone confirm: that would prove as much as an ack.
    await app.control('POST', `/phones/${BUDI}/offline`)
    await app.control('POST', '/faults', { kind: 'delay-ack', session: SHOP, ms: 7_000, count: 1 })
    const answer = await sample('message', { data: `phoneNumber=${BUDI}&message=lambat` })
    expect(answer).toEqual(answers(504, { message: TEXT }))
    await app.control('POST', `/phones/${BUDI}/online`)
    const rows = async () => (await app.shown(BUDI)).filter(({ text }) => text === 'lambat')
    await until('it is shown', async () => (await rows()).length > 0)
  })
})

describe('document 001, webhook', () => {
  test('an inbound message is posted as documented; a new URL takes the place of the old, reset ends it', async () => {
    const set = (path: string) => sample('webhook', { data: `webhook=${encodeURIComponent(site.url + path)}` })
    expect(await set('/old')).toEqual(answers(200, { message: TEXT, code: 20001 }))
    expect(await set('/hook')).toEqual(answers(200, { message: TEXT, code: 20001 }))
    await app.control('POST', `/phones/${BUDI}/messages`, { to: SHOP, text: 'lorem ipsum dolor sit amet' })
    await app.control('POST', `/phones/${BUDI}/messages`, { to: group, text: 'di grup' })
    await until('both are posted', () => site.postsTo('/hook').length === 2)
    expect(site.postsTo('/hook')).toEqual(
      expect.arrayContaining([
        { message: 'lorem ipsum dolor sit amet', from: BUDI },
        { message: 'di grup', from: BUDI, group },
      ]),
    )
    expect(site.postsTo('/old')).toEqual([])

    const base64 = Buffer.from(site.files.get('/red.png')?.bytes ?? []).toString('base64')
    const image = { base64, mimetype: 'image/png', caption: 'ini' }
    await app.control('POST', `/phones/${BUDI}/messages`, { to: SHOP, image })
    const post = await until('the image is posted', () => site.postsTo('/hook')[2] as { media_url: string })
    expect(post).toEqual({ message: 'ini', from: BUDI, media_url: expect.stringContaining(`${app.url}/v1/media/`) })
    const scopes = { name: 'reader', scopes: ['read'] }
    const reader = await app.native<{ key: string }>('POST', '/v1/keys', scopes)
    const file = await fetch(post.media_url, { headers: { authorization: `Bearer ${reader.key}` } })
    expect(Buffer.from(await file.arrayBuffer()).toString('base64')).toBe(base64)

    await sample('resetWebhook')
    const { data } = await app.native<{ data: unknown[] }>('GET', '/v1/webhooks')
    expect(data).toEqual([])
  })

  test('a URL of the inside is a fault of the field', async () => {
    const answer = await sample('webhook', { data: `webhook=${encodeURIComponent('http://192.168.0.1/')}` })
    expect(answer).toEqual(answers(400, { message: TEXT, errors: [expect.stringMatching(/^webhook /)], code: 40001 }))
  })
})
