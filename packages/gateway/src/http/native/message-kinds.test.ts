import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MediaId } from '../../core/media.ts'
import type { ScriptedAccount } from '../../engine/scripted/account.ts'
import type { HttpRig } from '../test/http-rig.ts'
import { Shop, TO } from '../test/shop.ts'

const GROUP = '120363000000000001@g.us'

let shop: Shop
let rig: HttpRig
let account: ScriptedAccount
let site: Server
const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a6' } })
  .png()
  .toBuffer()

beforeAll(async () => {
  shop = await Shop.open()
  ;({ rig, account } = shop)
  site = createServer((request, response) => {
    if (request.url === '/picture.png') response.end(picture)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await shop.close()
  site.close()
})

function siteUrl(path: string): string {
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}${path}`
}

const send = (body: Record<string, unknown>) => shop.send(body)
const sent = (body: Record<string, unknown>) => shop.sent(body)

describe('what is in the request', () => {
  test('a text with a preview, forwarded', async () => {
    const preview = { url: 'https://example.com', title: 'Example', description: 'To look at', thumbnail: 'AAAA' }
    const { body, content } = await sent({ type: 'text', text: 'see https://example.com', preview, forwarded: true })
    expect(content).toEqual({ type: 'text', text: 'see https://example.com', preview, forwarded: true })
    const { thumbnail: _thumbnail, ...shown } = preview
    expect(body).toMatchObject({ text: 'see https://example.com', preview: shown, forwarded: true })
    expect(body.preview).not.toHaveProperty('thumbnail')
    expect((await send({ type: 'text', text: 'no link', preview })).body.detail).toContain('/preview/url')
  })

  test('a text that names everybody, in groups only', async () => {
    const all = { type: 'text', text: 'hi @all', mention_all: true }
    const { body, content } = await sent({ ...all, to: GROUP })
    expect(content).toMatchObject({ mentionAll: true })
    expect(body).toMatchObject({ mention_all: true })
    expect(await send(all)).toMatchObject({ status: 400, body: { errors: [{ field: '/mention_all' }] } })
  })

  test('a location', async () => {
    const place = { latitude: -6.25, longitude: 106.75, name: 'Monas', address: 'Gambir' }
    const { body, content } = await sent({ type: 'location', ...place })
    expect(content).toEqual({ type: 'location', ...place })
    expect(body.location).toEqual(place)
    expect((await send({ type: 'location', latitude: 91, longitude: 0 })).status).toBe(400)
  })

  test('contacts, whose numbers are read as people write them', async () => {
    const phones = [{ number: '0813-0000-0001' }, { number: '+62 21 555 000', type: 'WORK' }]
    const contacts = [
      { name: 'Budi', phones, organization: 'Toko' },
      { name: 'Ani', vcard: 'BEGIN:VCARD' },
    ]
    const { body, content } = await sent({ type: 'contacts', contacts })
    const read = [
      {
        name: 'Budi',
        organization: 'Toko',
        phones: [{ number: '6281300000001' }, { number: '6221555000', type: 'WORK' }],
      },
      { name: 'Ani', phones: [], vcard: 'BEGIN:VCARD' },
    ]
    expect(content).toEqual({ type: 'contacts', contacts: read })
    expect(body.contacts).toEqual(read)
    for (const bad of [{ name: 'Budi' }, { name: 'Budi', phones: [{ number: 'abc' }] }]) {
      expect((await send({ type: 'contacts', contacts: [bad] })).status).toBe(400)
    }
  })

  test('a poll', async () => {
    const { body, content } = await sent({ type: 'poll', question: 'When?', options: ['a', 'b'] })
    expect(content).toEqual({ type: 'poll', question: 'When?', options: ['a', 'b'], selectable: 1 })
    expect(body.poll).toEqual({ question: 'When?', options: ['a', 'b'], selectable: 1 })
    const many = Array.from({ length: 13 }, (_, index) => `${index}`)
    for (const bad of [
      { options: ['a'] },
      { options: ['a', 'a'] },
      { options: many },
      { options: ['a', 'b'], selectable: 3 },
    ]) {
      expect((await send({ type: 'poll', question: 'When?', ...bad })).status).toBe(400)
    }
  })

  test('a list', async () => {
    const sections = [{ title: 'Hot', rows: [{ id: 'tea', title: 'Tea', description: 'with lemon' }] }]
    const list = { text: 'Menu', title: 'Toko', footer: 'till ten', button_text: 'Open', sections }
    const { body, content } = await sent({ type: 'list', ...list })
    const { button_text: buttonText, ...rest } = list
    expect(content).toEqual({ type: 'list', ...rest, buttonText })
    expect(body).toMatchObject({ ...list, fallback: true })
    const [section] = sections
    expect((await send({ type: 'list', ...list, sections: [section, section] })).body).toMatchObject({
      errors: [{ field: '/sections' }],
    })
  })

  test('buttons', async () => {
    const buttons = [
      { kind: 'reply', id: 'y', title: 'Yes' },
      { kind: 'url', title: 'Track', url: 'https://example.com' },
      { kind: 'call', title: 'Call', phone: '0812-0000-0001' },
    ]
    const { body, content } = await sent({
      type: 'buttons',
      text: 'Sure?',
      header: 'Order',
      footer: 'Toko',
      buttons,
      form: 'text',
    })
    const read = [...buttons.slice(0, 2), { kind: 'call', title: 'Call', phone: '6281200000001' }]
    expect(content).toEqual({
      type: 'buttons',
      text: 'Sure?',
      header: 'Order',
      footer: 'Toko',
      buttons: read,
      form: 'text',
    })
    expect(body).toMatchObject({ text: 'Sure?', buttons: read, fallback: true })
    const faults = [
      [{ kind: 'reply', title: 'Yes' }, '/buttons/0/id'],
      [{ kind: 'url', title: 'x' }, '/buttons/0/url'],
      [{ kind: 'url', title: 'x', url: 'javascript:alert(1)' }, '/buttons/0/url'],
      [{ kind: 'call', title: 'x', phone: 'abc' }, '/buttons/0/phone'],
    ] as const
    for (const [bad, field] of faults) {
      expect((await send({ type: 'buttons', text: 'Sure?', buttons: [bad] })).body).toMatchObject({
        errors: [{ field }],
      })
    }
  })
})

describe('files', () => {
  const sha256 = createHash('sha256').update(picture).digest('hex')

  async function stored(): Promise<string> {
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'foto.png')
    const response = await fetch(`${rig.url}/v1/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.admin}` },
      body: form,
    })
    return ((await response.json()) as { id: string }).id
  }

  test('by id, by URL and as base64 are the same picture to the engine', async () => {
    const inputs = [{ id: await stored() }, { url: siteUrl('/picture.png') }, { base64: picture.toString('base64') }]
    for (const media of inputs) {
      const { body, content } = await sent({ type: 'image', media, caption: 'look', view_once: true })
      expect(body).toMatchObject({
        media: { mimetype: 'image/png', size: picture.length, sha256 },
        caption: 'look',
        view_once: true,
      })
      expect(content).toMatchObject({ type: 'image', caption: 'look', viewOnce: true })
      expect(account.uploads.get((body.media as { id: MediaId }).id)?.equals(picture)).toBe(true)
      const history = body.status_history as { status: string }[]
      expect(history.map(({ status }) => status)).toEqual(['accepted', 'prepared', 'sent'])
    }
  })

  test('as a document under another name, and as a sticker', async () => {
    const media = { id: await stored() }
    const document = await sent({ type: 'document', media, file_name: 'gambar.png', caption: 'baca' })
    expect(document.body).toMatchObject({ media: { file_name: 'gambar.png' }, caption: 'baca' })
    const sticker = await sent({ type: 'sticker', media })
    expect(sticker.body).toMatchObject({ media: { mimetype: 'image/webp' } })
  })

  test('above buttons', async () => {
    const buttons = [{ kind: 'reply', id: 'y', title: 'Yes' }]
    const { body, content } = await sent({ type: 'buttons', text: 'This?', media: { id: await stored() }, buttons })
    expect(body).toMatchObject({ media: { sha256 } })
    expect(content).toMatchObject({ media: { sha256 } })
  })

  test('that cannot be had send nothing', async () => {
    const before = account.attempted.length
    const faults = [
      [{}, 'invalid_request'],
      [{ id: 'med_x', url: 'https://example.com' }, 'invalid_request'],
      [{ id: 'med_nothing' }, 'media_not_found'],
      [{ url: siteUrl('/nothing') }, 'media_fetch_failed'],
      [{ url: 'http://10.0.0.1/' }, 'url_not_allowed'],
      [{ url: 'file:///etc/passwd' }, 'url_not_allowed'],
    ] as const
    for (const [media, code] of faults) {
      expect((await send({ type: 'image', media })).body, JSON.stringify(media)).toMatchObject({ code })
    }
    expect((await send({ type: 'image', to: 'nobody', media: { id: await stored() } })).body.code).toBe(
      'invalid_recipient',
    )
    expect(account.attempted.length).toBe(before)
  })

  test('of another session do not exist for a key that is bound to one', async () => {
    await rig.rig.unpaired('other')
    const key = await rig.key(['send'], { session: 'other' })
    const content = {
      type: 'image' as const,
      media: { id: 'med_RECEIVED' as MediaId, mimetype: 'image/png', size: 1, fileName: null, sha256: null },
    }
    const remote = {
      kind: 'image' as const,
      mimetype: 'image/png',
      size: 1,
      fileName: null,
      url: null,
      directPath: '/x',
      mediaKey: '',
      fileSha256: null,
      fileEncSha256: null,
    }
    await shop.received(content, { remote })
    const body = { to: TO, type: 'image', media: { id: 'med_RECEIVED' } }
    const answer = await rig.call('POST', '/v1/sessions/other/messages', { key, body })
    expect(answer.body.code).toBe('media_not_found')
  })

  test('that come in are shown without what opens them', async () => {
    const media = { id: 'med_IN' as MediaId, mimetype: 'image/jpeg', size: 5, fileName: null, sha256: 'ab' }
    const shown = await shop.received({ type: 'image', media, caption: 'lihat', forwarded: true })
    expect(shown).toMatchObject({
      type: 'image',
      caption: 'lihat',
      forwarded: true,
      media: { id: 'med_IN', mimetype: 'image/jpeg', size: 5, file_name: null, sha256: 'ab' },
    })
  })
})

test('a repetition with the same Idempotency-Key stores no second file and sends nothing', async () => {
  const body = { to: TO, type: 'image', media: { url: siteUrl('/picture.png') } }
  const headers = { 'idempotency-key': 'once' }
  const path = '/v1/sessions/shop/messages?wait=5000'
  const first = await rig.call('POST', path, { body, headers })
  const uploads = account.uploads.size
  const again = await rig.call('POST', path, { body, headers })
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(account.uploads.size).toBe(uploads)
})
