import { createHash, randomBytes } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { REFUSED_URLS } from '../safe-fetch/test/refused-urls.ts'
import { bytesOf, MediaRig, OTHER, TENANT } from './test/media-rig.ts'
import { picture } from './test/pictures.ts'

let rig: MediaRig
const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
  await rig?.close()
})

/** A server on loopback; answers its address and what was asked of it. */
async function serve(
  listener: RequestListener,
  host = '127.0.0.1',
): Promise<{ url: string; port: number; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    listener(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://${host}:${port}`, port, asked }
}

const stream = (...parts: (string | Buffer)[]) => Readable.from(parts.map((part) => Buffer.from(part)))
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('a stream', () => {
  test('is kept under its hash, once for all who give it', async () => {
    rig = await MediaRig.open()
    const bytes = randomBytes(300_000)
    const refs = await Promise.all(
      [TENANT, TENANT, OTHER].map((tenant) => rig.media.fromStream(tenant, stream(bytes), { fileName: 'a/b.bin' })),
    )
    expect(new Set(refs.map(({ id }) => id)).size).toBe(3)
    expect(refs[0]).toEqual({
      id: expect.stringMatching(/^med_/),
      mimetype: 'application/octet-stream',
      size: 300_000,
      fileName: 'b.bin',
      sha256: hashOf(bytes),
    })
    expect(await rig.files()).toEqual([hashOf(bytes)])
    for (const [index, { id }] of refs.entries()) {
      const tenant = index === 2 ? OTHER : TENANT
      expect(await bytesOf((await rig.media.open(tenant, id)).read())).toEqual(bytes)
    }
  })

  test('that is too large, empty or fails leaves nothing', async () => {
    rig = await MediaRig.open({ maxBytes: 1000 })
    const take = (content: Readable, maxBytes?: number) =>
      rig.media.fromStream(TENANT, content, maxBytes === undefined ? {} : { maxBytes })
    await expect(take(stream(randomBytes(1001)))).rejects.toMatchObject({ code: 'payload_too_large' })
    await expect(take(stream(randomBytes(500)), 499)).rejects.toMatchObject({ code: 'payload_too_large' })
    await expect(take(stream(randomBytes(1001)), 5000)).rejects.toMatchObject({ code: 'payload_too_large' })
    await expect(take(stream())).rejects.toMatchObject({ code: 'invalid_request' })
    const failing = Readable.from(
      (async function* () {
        yield randomBytes(10)
        throw new Error('line cut')
      })(),
    )
    await expect(take(failing)).rejects.toThrow('line cut')
    expect(await rig.files()).toEqual([])
    expect((await take(stream(randomBytes(1000)))).size).toBe(1000)
  })

  test('beyond what a tenant may store is refused, for him alone, and what is refused is not kept', async () => {
    rig = await MediaRig.open({ quotaBytes: 2500 })
    const give = (tenant = TENANT) => rig.media.fromStream(tenant, stream(randomBytes(1000)), {})
    await give()
    await give()
    await expect(give()).rejects.toMatchObject({ code: 'media_quota_exceeded', status: 413 })
    await give(OTHER)
    await rig.media.prune(Date.now())
    expect(await rig.files()).toHaveLength(3)
  })
})

describe('the type', () => {
  const typeOf = async (content: Buffer | string, mimetype?: string) => {
    const claim = mimetype === undefined ? {} : { mimetype }
    return (await rig.media.fromStream(TENANT, stream(content), claim)).mimetype
  }

  test('is what the content shows, whatever the claim', async () => {
    rig = await MediaRig.open()
    for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
      expect(await typeOf(await picture(format), 'text/html')).toBe(`image/${format}`)
    }
    expect(await typeOf('%PDF-1.7\n%âãÏÓ\n1 0 obj', 'image/png')).toBe('application/pdf')
    expect(await typeOf(Buffer.from('MZ\x90\0', 'latin1'), 'image/png')).toBe('application/octet-stream')
  })

  test('is the claim where the content shows nothing and the claim is harmless', async () => {
    rig = await MediaRig.open()
    expect(await typeOf('a,b\n1,2\n', 'text/csv; charset=utf-8')).toBe('text/csv')
    expect(await typeOf('hello', 'TEXT/PLAIN')).toBe('text/plain')
    expect(await typeOf('{}', 'application/json')).toBe('application/json')
    for (const claim of ['text/html', 'image/svg+xml', 'image/jpeg', 'application/pdf', 'text/xml', 'a', undefined]) {
      expect(await typeOf('hello', claim), claim).toBe('application/octet-stream')
    }
  })

  test('of what the sniffer may not be able to read is unknown, and soon told', async () => {
    rig = await MediaRig.open()
    const nested = gzipSync(gzipSync(Buffer.alloc(20 * 1024 * 1024)))
    const odd = [
      nested,
      Buffer.from('PK\x03\x04'.repeat(5000), 'latin1'),
      Buffer.from('ID3\x04\0\0\x7f\x7f\x7f\x7f', 'latin1'),
    ]
    for (const bytes of odd) expect(await typeOf(bytes, 'text/html')).not.toMatch(/html|xml|script/)
  })
})

describe('base64', () => {
  const take = (text: string) => rig.media.fromBase64(TENANT, text)
  const bytes = randomBytes(200_001)

  test('is read in all its spellings', async () => {
    rig = await MediaRig.open()
    const plain = bytes.toString('base64')
    const spellings = [
      plain,
      bytes.toString('base64url'),
      plain.replace(/.{76}/g, '$&\r\n'),
      `data:application/x-what;base64,${plain}`,
      `data:;name=x;base64,${plain}`,
    ]
    for (const text of spellings) expect((await take(text)).sha256).toBe(hashOf(bytes))
    const csv = Buffer.from('a,b').toString('base64')
    expect((await take(`data:text/csv;charset=utf-8;base64,${csv}`)).mimetype).toBe('text/csv')
  })

  test.each([
    ['nothing', ''],
    ['other letters', 'ab!c'],
    ['half a byte', 'abcde'],
    ['padding in the middle', 'ab==cdef'],
    ['a data: URL that is not base64', 'data:text/plain,hello'],
    ['a path', '/etc/ssh/ssh.conf'],
    ['a URL', 'http://127.0.0.1/x'],
  ])('%s is refused', async (_what, text) => {
    rig = await MediaRig.open()
    await expect(take(text)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await rig.files()).toEqual([])
  })

  test('too much is refused before it is decoded', async () => {
    rig = await MediaRig.open({ maxBytes: 1000 })
    expect((await take(randomBytes(1000).toString('base64'))).size).toBe(1000)
    for (const size of [1001, 5_000_000]) {
      const text = `data:image/png;base64,${Buffer.alloc(size).toString('base64')}`
      await expect(take(text)).rejects.toMatchObject({ code: 'payload_too_large' })
    }
  })
})

describe('a URL', () => {
  const take = (url: string) => rig.media.fromUrl(TENANT, url)

  test('brings its file, with the type and name that it has', async () => {
    rig = await MediaRig.open({ loopback: true })
    const png = await picture('png')
    const { url } = await serve((request, response) => {
      if (request.url?.startsWith('/moved')) {
        return response.writeHead(302, { location: '/a/foto%20satu.png?x=1' }).end()
      }
      const headers = { 'content-type': 'text/html', 'content-encoding': 'gzip' }
      const named = { 'content-disposition': `attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.png` }
      return response.writeHead(200, { ...headers, ...(request.url === '/named' ? named : {}) }).end(gzipSync(png))
    })
    expect(await take(`${url}/moved`)).toMatchObject({
      mimetype: 'image/png',
      sha256: hashOf(png),
      fileName: 'foto satu.png',
    })
    expect(await take(`${url}/named`)).toMatchObject({ fileName: 'résumé.png' })
  })

  test('that fails says why, and leaves nothing', async () => {
    rig = await MediaRig.open({ loopback: true, maxBytes: 5000 })
    const { url } = await serve((request, response) => {
      const path = request.url ?? ''
      if (path === '/404') return void response.writeHead(404).end('no')
      if (path === '/large') return void response.end(randomBytes(5001))
      if (path === '/unfolds') {
        return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)))
      }
      if (path === '/endless') {
        const feed = () => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        }
        return void response.on('drain', feed).write('x', feed)
      }
      if (path === '/cut')
        return void response.writeHead(200, { 'content-length': 4000 }).write('x', () => response.destroy())
      if (path === '/hangs') return void response.writeHead(200).write('x')
      const [, hops = 0] = /^\/hop(\d)$/.exec(path) ?? []
      if (Number(hops) > 0) return void response.writeHead(307, { location: `/hop${Number(hops) - 1}` }).end()
      response.end('arrived')
    })
    const codes: Record<string, string> = {}
    for (const path of ['404', 'large', 'unfolds', 'endless', 'cut', 'hop4']) {
      codes[path] = await take(`${url}/${path}`).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      )
    }
    expect(codes).toEqual({
      ...{ 404: 'media_fetch_failed', large: 'payload_too_large', unfolds: 'payload_too_large' },
      ...{ endless: 'payload_too_large', cut: 'media_fetch_failed', hop4: 'media_fetch_failed' },
    })
    const hanging = rig.media.fromUrl(TENANT, `${url}/hangs`, { timeoutMs: 200 })
    await expect(hanging).rejects.toMatchObject({ code: 'media_fetch_failed' })
    expect(await rig.files()).toEqual([])
    expect((await take(`${url}/hop3`)).size).toBe(7)
  })

  test('that leads to the inside by a redirect is not followed', async () => {
    rig = await MediaRig.open({ allow: ['127.0.0.2/32'] })
    const canary = await serve((_request, response) => response.end('secret'))
    const open = await serve(
      (_request, response) => response.writeHead(302, { location: `${canary.url}/` }).end(),
      '127.0.0.2',
    )
    await expect(take(open.url)).rejects.toMatchObject({ code: 'url_not_allowed' })
    expect([open.asked, canary.asked]).toEqual([['/'], []])
  })

  test('of the inside is not called, in none of its spellings', async () => {
    rig = await MediaRig.open()
    const canary = await serve((_request, response) => response.end('secret'))
    const urls = REFUSED_URLS.map(([url]) => url(canary.port))
    expect(urls.length).toBeGreaterThan(80)
    for (const url of urls) {
      const refusal = await take(url).then(
        () => 'taken',
        (error: { code: string; message: string }) => error,
      )
      expect(refusal, url).toMatchObject({ code: expect.stringMatching(/^(url_not_allowed|media_fetch_failed)$/) })
      expect((refusal as { message: string }).message).not.toMatch(/127|::1|localhost/)
    }
    expect(canary.asked).toEqual([])
    expect(await rig.files()).toEqual([])
  })

  test.each(['file:///etc/passwd', 'data:text/plain;base64,eA==', '/etc/passwd', 'gopher://x/', 'blob:x', ''])(
    '%j is none',
    async (url) => {
      rig = await MediaRig.open({ loopback: true })
      await expect(take(url)).rejects.toMatchObject({ code: 'url_not_allowed' })
    },
  )
})
