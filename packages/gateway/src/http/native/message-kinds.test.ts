import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WaMessageId } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import type { MediaId } from '../../core/media.ts'
import type { IncomingContent } from '../../core/message.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { ScriptedAccount } from '../../engine/scripted/account.ts'
import { inbound, OWN, until } from '../../messages/test/rig.ts'
import { type Answer, HttpRig } from '../test/http-rig.ts'

const GROUP = '120363000000000001@g.us'
const TO = '6281300000201'

let rig: HttpRig
let session: SessionRecord
let account: ScriptedAccount
let site: Server
const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a6' } })
  .png()
  .toBuffer()

beforeAll(async () => {
  rig = await HttpRig.open()
  session = await rig.rig.connected('shop')
  account = rig.rig.account(session)
  site = createServer((request, response) => {
    if (request.url === '/picture.png') response.end(picture)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await rig.close()
  site.close()
})

function siteUrl(path: string): string {
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}${path}`
}

function send(body: Record<string, unknown>): Promise<Answer> {
  return rig.call('POST', '/v1/sessions/shop/messages?wait=5000', { body: { to: TO, ...body } })
}

/** What the engine was given for a message that was sent. */
function given(waId: unknown): { content: Record<string, unknown>; quote: Record<string, unknown> | null } {
  const message = account.accepted.find((one) => one.waId === waId)
  return JSON.parse(new TextDecoder().decode(message?.proto))
}

async function sent(body: Record<string, unknown>) {
  const answer = await send(body)
  expect(answer, answer.text).toMatchObject({ status: 200, body: { type: body.type, status: 'sent' } })
  return { body: answer.body, ...given(answer.body.wa_id) }
}

let count = 0

/** A message that comes in, as it is shown. */
async function received(content: IncomingContent, over: Partial<ReturnType<typeof inbound>> | object = {}) {
  count += 1
  const waId = `IN${count}`
  account.deliver({ ...inbound(waId, '', phoneJid(TO)), ...over, content })
  return until('it is stored', async () => {
    const { body } = await rig.call('GET', '/v1/sessions/shop/messages?direction=in&limit=5')
    return (body.data as Record<string, unknown>[]).find((one) => one.wa_id === waId)
  })
}

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
    await received(content, { remote })
    const body = { to: TO, type: 'image', media: { id: 'med_RECEIVED' } }
    const answer = await rig.call('POST', '/v1/sessions/other/messages', { key, body })
    expect(answer.body.code).toBe('media_not_found')
  })

  test('that come in are shown without what opens them', async () => {
    const media = { id: 'med_IN' as MediaId, mimetype: 'image/jpeg', size: 5, fileName: null, sha256: 'ab' }
    const shown = await received({ type: 'image', media, caption: 'lihat', forwarded: true })
    expect(shown).toMatchObject({
      type: 'image',
      caption: 'lihat',
      forwarded: true,
      media: { id: 'med_IN', mimetype: 'image/jpeg', size: 5, file_name: null, sha256: 'ab' },
    })
  })
})

describe('about another message', () => {
  const asked = { type: 'text', text: 'Berapa?' } as const
  const author = '6281300000202@s.whatsapp.net' as Jid

  test('a reaction, by id or by what WhatsApp knows it by', async () => {
    const question = await received(asked, { chat: GROUP as Jid, participant: author })
    const byId = await sent({ type: 'reaction', to: undefined, target: question.id, emoji: '👍' })
    const target = { waId: question.wa_id, fromMe: false, participant: author }
    expect(byId.content).toEqual({ type: 'reaction', target, emoji: '👍' })
    expect(byId.body).toMatchObject({
      chat: GROUP,
      emoji: '👍',
      target: { wa_id: question.wa_id, from_me: false, participant: '6281300000202' },
    })
    const known = { wa_id: 'ABC', from_me: true }
    const byName = await sent({ type: 'reaction', target: known, emoji: '' })
    expect(byName.content).toEqual({ type: 'reaction', target: { waId: 'ABC', fromMe: true }, emoji: '' })
    expect(byName.body).toMatchObject({ emoji: '', target: known })
    expect((await send({ type: 'reaction', to: undefined, target: known, emoji: '' })).body.detail).toBe(
      '/to is missing',
    )
    expect((await send({ type: 'reaction', target: 'msg_nothing', emoji: '' })).body.code).toBe('message_not_found')
    expect((await send({ type: 'reaction', target: 'ABC', emoji: '' })).status).toBe(400)
  })

  test('an answer carries the words and the author of what it answers', async () => {
    const question = await received(asked)
    const answer = await sent({ type: 'location', latitude: 1, longitude: 2, reply_to: question.id })
    expect(answer.quote).toEqual({ waId: question.wa_id, text: 'Berapa?' })
    const again = await sent({ type: 'text', text: 'halo', reply_to: answer.body.id })
    expect(again.quote).toEqual({ waId: answer.body.wa_id, participant: phoneJid(OWN.phone) })
    const inGroup = await sent({ type: 'text', text: 'halo', to: GROUP })
    const own = await sent({ type: 'text', text: 'juga', to: GROUP, reply_to: inGroup.body.id })
    expect(own.quote).toEqual({ waId: inGroup.body.wa_id, participant: OWN.lid, text: 'halo' })
  })

  test('an edit', async () => {
    const first = await sent({ type: 'text', text: 'besk' })
    const path = `/v1/messages/${first.body.id}?wait=5000`
    const edit = await rig.call('PATCH', path, { body: { text: 'besok', mentions: ['081300000203'] } })
    expect(edit).toMatchObject({
      status: 200,
      body: {
        type: 'edit',
        text: 'besok',
        mentions: ['6281300000203'],
        target: { wa_id: first.body.wa_id, from_me: true },
      },
    })
    expect(given(edit.body.wa_id).content).toMatchObject({ type: 'edit', text: 'besok' })
    const theirs = await received(asked)
    expect((await rig.call('PATCH', `/v1/messages/${theirs.id}`, { body: { text: 'x' } })).status).toBe(400)
    expect((await rig.call('PATCH', '/v1/messages/msg_nothing', { body: { text: 'x' } })).status).toBe(404)
    expect((await rig.call('PATCH', path, { body: { text: '' } })).status).toBe(400)
    const readOnly = await rig.key(['read'])
    expect((await rig.call('PATCH', path, { key: readOnly, body: { text: 'x' } })).status).toBe(403)
  })

  test('a revoke', async () => {
    const first = await sent({ type: 'poll', question: 'When?', options: ['a', 'b'] })
    const revoke = await rig.call('DELETE', `/v1/messages/${first.body.id}?wait=5000`)
    expect(revoke).toMatchObject({ status: 200, body: { type: 'revoke', target: { wa_id: first.body.wa_id } } })
    const theirs = await received(asked, { chat: GROUP as Jid, participant: author })
    const removed = await rig.call('DELETE', `/v1/messages/${theirs.id}?wait=5000`)
    expect(given(removed.body.wa_id).content).toEqual({
      type: 'revoke',
      target: { waId: theirs.wa_id, fromMe: false, participant: author },
    })
    const alone = await received(asked)
    expect((await rig.call('DELETE', `/v1/messages/${alone.id}`)).status).toBe(400)
    await rig.rig.unpaired('bound')
    const key = await rig.key(['send'], { session: 'bound' })
    expect((await rig.call('DELETE', `/v1/messages/${first.body.id}`, { key })).status).toBe(404)
  })

  test('a forward', async () => {
    const text = await received({ type: 'text', text: 'kabar', mentions: [author] })
    const answer = await send({ type: 'forward', message: text.id })
    expect(answer).toMatchObject({ status: 200, body: { type: 'text', text: 'kabar', forwarded: true } })
    expect(given(answer.body.wa_id).content).toEqual({ type: 'text', text: 'kabar', forwarded: true })
    const image = await sent({ type: 'image', media: { base64: picture.toString('base64') }, caption: 'lihat' })
    const passed = await send({ type: 'forward', message: image.body.id })
    expect(passed.body).toMatchObject({
      type: 'image',
      caption: 'lihat',
      forwarded: true,
      media: image.body.media as object,
    })
    const poll = await sent({ type: 'poll', question: 'When?', options: ['a', 'b'] })
    expect((await send({ type: 'forward', message: poll.body.id })).body.detail).toContain('poll')
    expect((await send({ type: 'forward', message: 'msg_nothing' })).status).toBe(404)
  })

  test('what comes in is shown with its target and has an event of its own', async () => {
    const target = { waId: 'OURS' as WaMessageId, fromMe: true }
    const shown = { wa_id: 'OURS', from_me: true }
    const contents = [
      [{ type: 'reaction', target, emoji: '🙏' }, 'message.reaction', { emoji: '🙏' }],
      [{ type: 'edit', target, text: 'baru' }, 'message.edited', { text: 'baru' }],
      [{ type: 'revoke', target }, 'message.revoked', {}],
      [{ type: 'pollVote', target, options: ['a'] }, 'message.received', { votes: ['a'] }],
    ] as const
    for (const [content, type, fields] of contents) {
      const message = await received(content as IncomingContent)
      const whole = { ...fields, type: content.type, target: shown }
      expect(message).toMatchObject(whole)
      const { body } = await rig.call('GET', `/v1/events?session=shop&types=${type}`)
      const told = (body.data as { data: { wa_id: string } }[]).find(({ data }) => data.wa_id === message.wa_id)
      expect(told?.data).toMatchObject(whole)
    }
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
