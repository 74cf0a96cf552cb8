import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Scope } from '../../access/ports.ts'
import { DEFAULT_TENANT, newId } from '../../core/ids.ts'
import { inbound } from '../../messages/test/rig.ts'
import { HttpRig } from '../test/http-rig.ts'

const MB = 1024 * 1024
let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open({ media: { maxBytes: 2 * MB } })
  await rig.gateway.access.createTenant({ id: 'other', name: 'Other' })
})
afterAll(() => rig.close())

const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a6' } })
  .png()
  .toBuffer()
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

interface Stored {
  id: string
  mimetype: string
  size: number
  sha256: string
  file_name: string | null
  url: string
}

async function upload(body: Buffer | FormData, headers: Record<string, string> = {}, query = '') {
  const response = await fetch(`${rig.url}/v1/media${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.admin}`, ...headers },
    body: body instanceof FormData ? body : new Uint8Array(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Stored & { code: string } }
}

function form(bytes: Buffer, type: string, name: string): FormData {
  const made = new FormData()
  made.append('note', 'a field before the file')
  made.append('file', new Blob([new Uint8Array(bytes)], { type }), name)
  return made
}

async function get(id: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(`${rig.url}/v1/media/${id}`, {
    method,
    headers: { authorization: `Bearer ${rig.admin}`, ...headers },
  })
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

describe('giving a file', () => {
  test('as a form', async () => {
    const made = await upload(form(picture, 'image/png', 'foto.png'))
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.stringMatching(/^med_/),
      mimetype: 'image/png',
      size: picture.length,
      sha256: hashOf(picture),
      file_name: 'foto.png',
      url: `${rig.url}/v1/media/${made.body.id}`,
    })
    expect(made.headers.get('location')).toBe(made.body.url)
    expect((await get(made.body.id)).bytes).toEqual(picture)
  })

  test('as the body, of any content type, also JSON and what curl says by itself', async () => {
    const named = await upload(picture, { 'content-type': 'image/png' }, '?file_name=foto.png')
    expect(named.body).toMatchObject({ mimetype: 'image/png', file_name: 'foto.png' })
    const json = await upload(Buffer.from('{"a": 1}'), { 'content-type': 'application/json; charset=utf-8' })
    expect(json.body).toMatchObject({ mimetype: 'application/json', size: 8 })
    const plain = await upload(picture, { 'content-type': 'application/x-www-form-urlencoded' })
    expect(plain.body.mimetype).toBe('image/png')
  })

  test('a file larger than allowed is refused, however it is sent, and leaves nothing', async () => {
    const before = await files()
    const large = randomBytes(2 * MB + 1)
    const said = await upload(large, { 'content-type': 'application/pdf' })
    const inForm = await upload(form(large, 'application/pdf', 'a.pdf'))
    const unsaid = await chunked(large)
    expect([said.status, inForm.status, unsaid]).toEqual([413, 413, 413])
    expect(said.body.code).toBe('payload_too_large')
    expect(await files()).toEqual(before)
    const exact = await upload(form(large.subarray(1), 'application/pdf', 'a.pdf'))
    expect(exact.status).toBe(201)
  })

  test('a form without a file, with two, or without an end is refused', async () => {
    const none = new FormData()
    none.append('note', 'nothing')
    expect((await upload(none)).body.code).toBe('invalid_request')
    const two = form(picture, 'image/png', 'a.png')
    two.append('other', new Blob(['x'], { type: 'text/plain' }), 'b.txt')
    expect((await upload(two)).body.code).toBe('payload_too_large')
    const cut = Buffer.from('--b\r\ncontent-disposition: form-data; name="f"; filename="x.txt"\r\n\r\nhalf')
    const half = await upload(cut, { 'content-type': 'multipart/form-data; boundary=b' })
    expect([half.status, half.body.code]).toEqual([400, 'invalid_request'])
    const empty = await upload(Buffer.alloc(0), { 'content-type': 'image/png' })
    expect(empty.body.code).toBe('invalid_request')
  })

  test('an upload that breaks off leaves nothing', async () => {
    const before = await files()
    for (const head of [
      `content-length: ${MB}`,
      'transfer-encoding: chunked\r\ncontent-type: multipart/form-data; boundary=b',
    ]) {
      const { hostname, port } = new URL(rig.url)
      const socket = connect(Number(port), hostname)
      socket.write(`POST /v1/media HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${rig.admin}\r\n${head}\r\n\r\n`)
      const part = '--b\r\ncontent-disposition: form-data; name="f"; filename="x.txt"\r\n\r\n'
      if (head.includes('chunked')) socket.write(`${part.length.toString(16)}\r\n${part}\r\n`)
      const rest = randomBytes(100_000)
      if (head.includes('chunked')) socket.write(`${rest.length.toString(16)}\r\n`)
      socket.write(rest)
      await until(async () => (await files()).length > before.length)
      socket.destroy()
      await until(async () => (await files()).length === before.length)
    }
    expect(await files()).toEqual(before)
  })

  test('the same key with the same file is answered the same, with another one refused', async () => {
    const headers = { 'idempotency-key': 'file-1', 'content-type': 'image/png' }
    const first = await upload(picture, headers)
    const again = await upload(picture, headers)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const other = await upload(randomBytes(100), headers)
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_mismatch'])
    expect((await get(first.body.id)).bytes).toEqual(picture)
  })

  test('needs the scope to send', async () => {
    const key = await rig.key(['read'])
    expect((await upload(picture, { authorization: `Bearer ${key}` })).status).toBe(403)
    expect((await upload(picture, { authorization: 'Bearer nonsense' })).status).toBe(401)
  })

  test('names that would lead elsewhere are no more than names', async () => {
    const before = (await readdir(rig.rig.dataDir)).sort()
    const names = ['../../../etc/cron.d/x.png', '..\\..\\x.png', '/etc/passwd', '..', 'a\u202Egnp.exe']
    const shown = []
    for (const name of names) {
      const made = await upload(picture, { 'content-type': 'image/png' }, `?file_name=${encodeURIComponent(name)}`)
      shown.push(made.body.file_name)
      const disposition = (await get(made.body.id)).headers.get('content-disposition') ?? ''
      expect(disposition).toMatch(/^attachment/)
      expect(disposition).not.toMatch(/[\r\n\\/]/)
    }
    expect(shown).toEqual(['x.png', 'x.png', 'passwd', null, 'agnp.exe'])
    expect((await readdir(rig.rig.dataDir)).sort()).toEqual(before)
    const named = await upload(picture, {}, `?file_name=${encodeURIComponent('résumé "2" %.pdf')}`)
    expect((await get(named.body.id)).headers.get('content-disposition')).toBe(
      `attachment; filename="r_sum_ _2_ _.pdf"; filename*=UTF-8''r%C3%A9sum%C3%A9%20%222%22%20%25.pdf`,
    )
  })
})

describe('getting a file', () => {
  test('with headers that let a browser do nothing but save it', async () => {
    const { body } = await upload(picture, { 'content-type': 'image/png' }, '?file_name=foto.png')
    const { status, headers } = await get(body.id)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="foto.png"/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toMatch(/(^|; )sandbox(;|$)/)
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  })

  const script = '<script>alert(1)</script>'
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
  test.each([
    ['HTML', `<!doctype html><html>${script}`, 'text/html'],
    ['HTML as an image', `<html>${script}`, 'image/jpeg'],
    ['SVG', svg, 'image/svg+xml'],
    ['SVG with an XML head', `<?xml version="1.0"?>${svg}`, 'image/svg+xml'],
    ['XHTML', `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">${script}`, 'application/xhtml+xml'],
    ['JavaScript', 'alert(1)', 'text/javascript'],
    ['nothing known as PDF', 'hello', 'application/pdf'],
  ])('%s is nothing but bytes', async (_what, text, claim) => {
    const { body } = await upload(Buffer.from(text), { 'content-type': claim })
    expect(body.mimetype).toBe('application/octet-stream')
    expect((await get(body.id)).headers.get('content-type')).toBe('application/octet-stream')
  })

  test('parts, conditions and HEAD', async () => {
    const bytes = randomBytes(1000)
    const { body } = await upload(bytes)
    const part = await get(body.id, { range: 'bytes=10-19' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/1000'])
    expect(part.bytes).toEqual(bytes.subarray(10, 20))
    expect((await get(body.id, { range: 'bytes=-5' })).bytes).toEqual(bytes.subarray(995))
    expect((await get(body.id, { range: 'bytes=990-' })).bytes).toEqual(bytes.subarray(990))
    for (const whole of ['bytes=0-1,5-6', 'items=0-1', 'bytes=9-1', 'bytes=-']) {
      expect((await get(body.id, { range: whole })).status, whole).toBe(200)
    }
    const beyond = await get(body.id, { range: 'bytes=1000-' })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */1000'])
    const tag = part.headers.get('etag') ?? ''
    expect((await get(body.id, { 'if-none-match': tag })).status).toBe(304)
    expect((await get(body.id, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
    const head = await get(body.id, {}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), head.bytes.length]).toEqual([200, '1000', 0])
  })

  test("another tenant's does not exist", async () => {
    const { body } = await upload(picture)
    const key = await rig.key(['read', 'send'], { tenant: 'other' })
    expect((await get(body.id, { authorization: `Bearer ${key}` })).status).toBe(404)
    expect((await get(body.id, { authorization: `Bearer ${key}` }, 'HEAD')).status).toBe(404)
    expect((await get('med_nothing')).status).toBe(404)
    expect((await get('..%2f..%2fetc%2fpasswd')).status).toBe(404)
  })
})

describe('a file that came with a message', () => {
  test('is for keys that may read, and for its session’s alone', async () => {
    const { store, engine } = rig.rig
    for (const id of ['shop', 'other-shop']) await rig.call('POST', '/v1/sessions', { body: { id } })
    const session = await store.sessions.getSession(DEFAULT_TENANT, 'shop')
    const id = newId('med')
    const facts = { mimetype: 'image/png', size: picture.length, fileName: null }
    const place = { url: null, directPath: `/v/${id}`, mediaKey: 'a2V5', fileSha256: null, fileEncSha256: null }
    engine.remoteFiles.set(place.directPath, picture)
    await store.messages.storeInbound(
      session!.uid,
      {
        ...inbound('3A01', ''),
        ...{ journalKey: 'j1', offline: false, content: { type: 'image', media: { id, ...facts, sha256: null } } },
        remote: { kind: 'image', ...facts, ...place },
      },
      0,
    )
    const as = async (scopes: Scope[], session?: string) => {
      const key = await rig.key(scopes, session === undefined ? {} : { session })
      const headers = { authorization: `Bearer ${key}` }
      return [(await get(id, headers, 'HEAD')).status, (await get(id, headers)).status]
    }
    expect(await as(['send'])).toEqual([404, 404])
    expect(await as(['read'], 'other-shop')).toEqual([404, 404])
    expect(await as(['read'], 'shop')).toEqual([200, 200])
    expect(await as(['read'])).toEqual([200, 200])
    expect((await get(id)).bytes).toEqual(picture)
    const foreign = await rig.key(['admin'], { tenant: 'other' })
    const asked = (tenant: string) => get(`${id}?tenant=${tenant}`, { authorization: `Bearer ${foreign}` })
    expect([(await asked('other')).status, (await asked('default')).status]).toEqual([404, 200])
  })
})

async function files(): Promise<string[]> {
  const folder = join(rig.rig.dataDir, 'media')
  const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return all.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** Uploads without saying how long the body is; answers the status. */
function chunked(bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${rig.admin}` }
    const outgoing = httpRequest(`${rig.url}/v1/media`, { method: 'POST', headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    for (let from = 0; from < bytes.length; from += 65_536) outgoing.write(bytes.subarray(from, from + 65_536))
    outgoing.end()
  })
}

async function until(probe: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error('gave up waiting')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
