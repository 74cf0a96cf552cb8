import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabApp, type Shown, Site, until } from '../test/lab-app.ts'

/** Document 004, keyword webhooks both ways: what is posted, and what an answer makes the bot say. */
const SHOP = '6281210000003'
const JHON = '6282386000003'
const HOOK_KEY = 'YourSecretWebhookKey'

let app: LabApp
let site: Site

beforeAll(async () => {
  ;[app, site] = await Promise.all([LabApp.start(), Site.open()])
  await app.phone(JHON, 'Jhon Doe')
  await app.paired('bot', SHOP)
  for (const keyword of ['penawaran', 'penawaran#', 'otherType', 'semua', 'tolak']) await rule(keyword, pathOf(keyword))
  await app.native('POST', '/v1/sessions/bot/rules', {
    keyword: '',
    match: 'any',
    action: { type: 'webhook', url: `${site.url}/any`, webhookkey: HOOK_KEY },
  })
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  site.files.set('/your_image_file.png', { type: 'image/png', bytes: await image.png().toBuffer() })
  site.files.set('/your_document_file.pdf', { type: 'application/pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') })
  const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)])
  site.files.set('/your_audio_file.mp3', { type: 'audio/mpeg', bytes: Buffer.concat([frame, frame, frame]) })
})
afterAll(async () => {
  await Promise.all([app?.close(), site?.close()])
})

/** Webhook Settings of the document: keywords to their URLs. */
async function rule(keyword: string, path: string): Promise<void> {
  const action = { type: 'webhook', url: site.url + path, webhookkey: HOOK_KEY }
  await app.native('POST', '/v1/sessions/bot/rules', { keyword, action })
}

function pathOf(keyword: string): string {
  return `/${keyword.replace('#', '-args')}`
}

async function say(text: string): Promise<void> {
  await app.control('POST', `/phones/${JHON}/messages`, { to: SHOP, text })
}

/** The next question that the URL of a keyword is asked. */
async function asked(keyword: string, text: string, answer: unknown): Promise<unknown> {
  const path = pathOf(keyword)
  site.answers.set(path, answer)
  const before = site.postsTo(path).length
  await say(text)
  return until(`${keyword} is asked`, () => site.postsTo(path)[before])
}

/** The `count` messages that the person is shown next. */
async function replies(count: number, work: () => Promise<unknown>): Promise<Shown[]> {
  const before = (await app.shown(JHON)).length
  await work()
  return until(`${count} replies are shown`, async () => {
    const rows = (await app.shown(JHON)).slice(before)
    return rows.length >= count && rows
  })
}

describe('document 004, what a webhook is posted', () => {
  const nothing = { success: false, message: 'Unauthorized' }

  test("User-input: 'penawaran#Jhon Doe#…'", async () => {
    expect(await asked('penawaran#', 'penawaran#Jhon Doe#jhon@example.com', nothing)).toEqual({
      keyword: 'penawaran#',
      data: ['Jhon Doe', 'jhon@example.com'],
      webhookkey: HOOK_KEY,
      from: JHON,
    })
  })

  test("User-input: 'penawaran'", async () => {
    const post = {
      ...{ keyword: 'penawaran', data: { nama: 'Jhon Doe', nohp: JHON } },
      ...{ webhookkey: HOOK_KEY, from: JHON },
    }
    expect(await asked('penawaran', 'penawaran', nothing)).toEqual(post)
    expect(await asked('penawaran', '  PENAWARAN ', nothing)).toEqual(post)
  })

  test('keywords go to URLs of their own, in their own spelling; what is left goes to the catch-all', async () => {
    expect(await asked('otherType', 'othertype', nothing)).toMatchObject({ keyword: 'otherType' })
    expect(await asked('any', 'apa kabar', nothing)).toEqual({
      keyword: '',
      data: { nama: 'Jhon Doe', nohp: JHON, pesan: 'apa kabar' },
      webhookkey: HOOK_KEY,
      from: JHON,
    })
  })
})

describe('document 004, what a webhook answers', () => {
  test('three replies are sent in order, once', async () => {
    const reply = [1, 2, 3].map((n) => ({ type: 'message', content: `Webhook Response ${n}` }))
    const shown = await replies(3, () => asked('semua', 'semua', { success: true, message: { reply } }))
    expect(shown.map(({ text }) => text)).toEqual(reply.map(({ content }) => content))
    expect(shown.map(({ copies }) => copies)).toEqual([1, 1, 1])
  })

  test('text, location, audio, image and document', async () => {
    const reply = [
      { type: 'message', content: 'Webhook Response' },
      { type: 'location', content: [{ coordinate: '0.525960-101.426866' }] },
      { type: 'audio', content: `${site.url}/your_audio_file.mp3` },
      { type: 'image', content: `${site.url}/your_image_file.png` },
      { type: 'document', content: `${site.url}/your_document_file.pdf` },
    ]
    const shown = await replies(5, () => asked('semua', 'semua', { success: true, message: { reply } }))
    expect(shown).toMatchObject([
      { type: 'text', text: 'Webhook Response' },
      { type: 'location', latitude: 0.52596, longitude: 101.426866 },
      { type: 'audio' },
      { type: 'image' },
      { type: 'document', fileName: 'your_document_file.pdf' },
    ])
    expect(shown.map(({ mediaError }) => mediaError)).toEqual(Array.from({ length: 5 }))
  })

  test("the PHP sample's answer has the list itself; one without success sends nothing", async () => {
    const refused = [{ type: 'message', content: 'must not be sent' }]
    const list = [{ type: 'message', content: 'Masukkan pesan berhasil disini' }]
    const shown = await replies(1, async () => {
      await asked('tolak', 'tolak', { success: false, message: refused })
      await asked('penawaran', 'penawaran', { success: true, message: list })
    })
    expect(shown.map(({ text }) => text)).toEqual(['Masukkan pesan berhasil disini'])
  })
})
