import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CurlAnswer, curl } from '../test/curl.ts'
import { LabApp, Site, until } from '../test/lab-app.ts'
import { SAMPLES, type SampleName } from './test/samples.ts'

/** Document 004, each example of it, over the lab. */
const SHOP = '6281210000002'
const BUDI = '6281310000002'
const WA_ID = expect.stringMatching(/^3EB0[0-9A-F]{16,}$/)
const FAILED = { success: false, errorMessage: expect.any(String) }
const NUMBERS = ['6281240000001', '6281250000001', '6281260000001']

let app: LabApp
let site: Site
let key = ''
let group = ''

beforeAll(async () => {
  ;[app, site] = await Promise.all([LabApp.start(), Site.open()])
  await app.phone(BUDI, 'Budi')
  await app.paired('bot', SHOP)
  key = (await app.credential('chatbot', 'bot')).key ?? ''
  const made = { name: 'test', owner: BUDI, participants: [SHOP] }
  group = (await app.control<{ id: string }>('POST', '/groups', made)).id
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  site.files.set('/red.png', { type: 'image/png', bytes: await image.png().toBuffer() })
  site.files.set('/yourmedia.pdf', { type: 'application/pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') })
})
afterAll(async () => {
  await Promise.all([app?.close(), site?.close()])
})

/** A documented line with host, key, numbers and URLs filled in; `over` fills them otherwise. */
function sample(name: SampleName, over: Record<string, string> = {}): Promise<CurlAnswer> {
  return curl(SAMPLES[name], {
    ...over,
    'https://{{bot_url}}': app.url,
    '{{secret_key}}': key,
    '628123xxxxxx': BUDI,
    '628124xxxxxx","628125xxxxxx","628126xxxxxx': NUMBERS.join('","'),
    '120363xxxxxxxxxxx': group.replace('@g.us', ''),
    'https://yourdomain/your_notify_url': `${site.url}/notify/${name}`,
    'https://yourdomain/': `${site.url}/`,
    ...over,
  })
}

function answers(status: number, body: unknown) {
  return expect.objectContaining({ status, body, type: expect.stringContaining('application/json') })
}

function sent(type: string, to: string) {
  const message = { id: WA_ID, status: expect.toSatisfy((ack) => ack === 1 || ack === 2), type }
  const now = expect.toSatisfy((time) => Math.abs(time - Date.now() / 1000) < 60 && Number.isInteger(time))
  return answers(200, { success: true, message: { ...message, timestamp: now, from: `${SHOP}@c.us`, to } })
}

/** What the person was shown of the answer's message. */
function shownBy(answer: CurlAnswer) {
  const { id } = (answer.body as { message: { id: string } }).message
  return until('the phone shows it', async () => (await app.shown(BUDI)).find((row) => row.id === id))
}

describe('document 004, messages to a person', () => {
  const to = `${BUDI}@c.us`

  test('sendwa', async () => {
    const answer = await sample('sendwa')
    expect(answer).toEqual(sent('text', to))
    expect(await shownBy(answer)).toMatchObject({ type: 'text', text: 'Test kirim text', from: SHOP, copies: 1 })
  })

  test('sendmedia sends a document as such, an image with its caption', async () => {
    const document = await sample('sendmedia')
    expect(document).toEqual(sent('document', to))
    const pdf = { type: 'document', fileName: 'yourmedia.pdf', mimetype: 'application/pdf', caption: 'Test kirim text' }
    expect(await shownBy(document)).toMatchObject(pdf)
    const image = await sample('sendmedia', { 'yourmedia.pdf': 'red.png' })
    expect(image).toEqual(sent('image', to))
    expect(await shownBy(image)).toMatchObject({ type: 'image', caption: 'Test kirim text', copies: 1 })
  })

  test('sendlocation', async () => {
    const answer = await sample('sendlocation')
    expect(answer).toEqual(sent('chat', to))
    const place = { type: 'location', latitude: 0.52596, longitude: 101.426866, name: 'Kantor Pusat' }
    expect(await shownBy(answer)).toMatchObject(place)
  })

  test('sendcontact: one card with three numbers; also where it is posted to sendlocation', async () => {
    for (const name of ['sendcontact', 'sendcontactAsLocation'] as const) {
      const answer = await sample(name)
      expect(answer).toEqual(sent('vcard', to))
      const row = (await shownBy(answer)) as unknown as { type: string; contacts: { name: string; vcard: string }[] }
      expect(row).toMatchObject({ type: 'contact', contacts: [{ name: 'Test' }] })
      for (const number of NUMBERS) expect(row.contacts[0]?.vcard).toContain(`waid=${number}:+${number}`)
    }
  })
})

describe('document 004, messages to a group', () => {
  test('sendwatogroup, sendmediatogroup and sendlocationtogroup', async () => {
    const text = await sample('sendwatogroup')
    expect(text).toEqual(sent('chat', group))
    expect(await shownBy(text)).toMatchObject({ type: 'text', text: 'Test kirim text', chat: group })
    const image = await sample('sendmediatogroup', { 'yourmedia.pdf': 'red.png' })
    expect(image).toEqual(sent('image', group))
    expect(await shownBy(image)).toMatchObject({ type: 'image', chat: group })
    const location = await sample('sendlocationtogroup')
    expect(location).toEqual(sent('chat', group))
    expect(await shownBy(location)).toMatchObject({ type: 'location', chat: group })
  })

  test('sendcontacttogroup, by its own path and by that of persons, as the samples have it', async () => {
    const whole = { '120363xxxxxxxxxxx': group }
    const calls = [sample('sendcontacttogroup'), sample('contactToGroup'), sample('contactToGroup', whole)]
    for (const answer of await Promise.all(calls)) {
      expect(answer).toEqual(sent('vcard', group))
      expect(await shownBy(answer)).toMatchObject({ type: 'contact', chat: group })
    }
  })

  test('groups shows the time of the last message, or that of the creation', async () => {
    const fresh = { name: 'test 2', owner: BUDI, participants: [SHOP] }
    const { id } = await app.control<{ id: string }>('POST', '/groups', fresh)
    const answer = await sample('groups')
    const time = expect.toSatisfy((at) => Number.isInteger(at) && Math.abs(at - Date.now() / 1000) < 120)
    const rows = [
      { groupid: group.replace('@g.us', ''), groupname: 'test', grouplastchat: time },
      { groupid: id.replace('@g.us', ''), groupname: 'test 2', grouplastchat: time },
    ]
    expect(answer).toEqual(answers(200, { success: true, message: expect.arrayContaining(rows) }))
  })
})

describe('document 004, the account', () => {
  test('getqr when connected', async () => {
    const message = { isAuthenticated: true, number: SHOP, name: 'Toko bot', qrcode: '' }
    const answer = await sample('getqr')
    expect(answer).toEqual(answers(200, { success: true, message }))
  })

  test('getqr when not connected shows the code; what needs a connection fails', async () => {
    await app.native('POST', '/v1/sessions', { id: 'fresh' })
    const fresh = (await app.credential('chatbot', 'fresh')).key ?? ''
    const answer = await sample('getqr', { '{{secret_key}}': fresh })
    expect(answer).toEqual(
      answers(200, { success: true, message: { isAuthenticated: false, qrcode: expect.any(String) } }),
    )
    const { qrcode } = (answer.body as { message: { qrcode: string } }).message
    expect(qrcode.split(',').length).toBeGreaterThanOrEqual(4)
    for (const name of ['sendwa', 'groups', 'checknumber'] as const) {
      expect(await sample(name, { '{{secret_key}}': fresh })).toEqual(answers(400, FAILED))
    }
  })

  test('checknumber', async () => {
    expect(await sample('checknumber')).toEqual(answers(200, { success: true, message: true }))
    const unknown = await sample('checknumber', { '628123xxxxxx': '6281999999999' })
    expect(unknown).toEqual(answers(200, { success: true, message: false }))
  })
})

describe('document 004, failures', () => {
  test('each is 400 with an errorMessage, a wrong key 401, and nothing is sent', async () => {
    const before = (await app.shown(BUDI)).length
    expect(await sample('sendwa', { '628123xxxxxx': '6281999999999' })).toEqual(answers(400, FAILED))
    expect(await sample('sendwa', { '628123xxxxxx': 'Budi' })).toEqual(answers(400, FAILED))
    expect(await sample('sendwa', { 'Test kirim text': '' })).toEqual(answers(400, FAILED))
    expect(await sample('sendmedia', { 'yourmedia.pdf': 'none.pdf' })).toEqual(answers(400, FAILED))
    expect(await sample('sendmedia', { 'https://yourdomain/': 'http://10.1.2.3/' })).toEqual(answers(400, FAILED))
    const inside = { 'https://yourdomain/your_notify_url': 'http://192.168.1.1/' }
    expect(await sample('sendwa', inside)).toEqual(answers(400, FAILED))
    expect(await sample('sendlocation', { '101.426866': 'timur' })).toEqual(answers(400, FAILED))
    expect(await sample('sendlocation', { '101.426866': '181' })).toEqual(answers(400, FAILED))
    expect(await sample('sendcontact', { '628125xxxxxx': 'x' })).toEqual(answers(400, FAILED))
    expect(await sample('sendwatogroup', { '120363xxxxxxxxxxx': `${BUDI}@c.us` })).toEqual(answers(400, FAILED))
    const unknown = await sample('sendwatogroup', { '120363xxxxxxxxxxx': '120363999999999999' })
    expect(unknown).toEqual(answers(400, { success: false, errorMessage: expect.stringContaining('group') }))
    expect(await sample('getqr', { '{{secret_key}}': 'kur_wrong' })).toEqual(answers(401, FAILED))
    expect((await app.shown(BUDI)).length).toBe(before)
  })
})

describe('document 004, notifyurl', () => {
  test('acks rise 1, 2, 3, each once', async () => {
    const answer = await sample('sendwa', { 'https://yourdomain/your_notify_url': `${site.url}/acks` })
    const { id } = (answer.body as { message: { id: string } }).message
    await until('the phone has it', () => site.postsTo('/acks').length === 2)
    await app.control('POST', `/phones/${BUDI}/read`, { id })
    await until('it is read', () => site.postsTo('/acks').length === 3)
    await app.control('POST', `/phones/${BUDI}/read`, { id })
    expect(site.postsTo('/acks')).toEqual([1, 2, 3].map((ack) => ({ msgid: id, ack })))
  })

  test('a message that WhatsApp does not take is a failure, and its ack is -1', async () => {
    await app.control('POST', '/faults', { kind: 'nack', session: SHOP, code: 463, count: 1 })
    const answer = await sample('sendwa', { 'https://yourdomain/your_notify_url': `${site.url}/failed` })
    expect(answer).toEqual(answers(400, FAILED))
    const posts = await until(
      'the failure is told of',
      () => site.postsTo('/failed').length > 0 && site.postsTo('/failed'),
    )
    expect(posts).toEqual([{ msgid: WA_ID, ack: -1 }])
  })

  test('the messages of the examples were told of as well, to their own URLs', async () => {
    for (const name of ['sendmedia', 'sendlocation', 'sendcontact', 'sendwatogroup'] as const) {
      const acks = () => site.postsTo(`/notify/${name}`).map((post) => (post as { ack: number }).ack)
      await until(`${name} is told of`, () => acks().includes(2))
      expect(acks()).toContain(1)
    }
  })
})
