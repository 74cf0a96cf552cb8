import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, type RequestOptions, request } from 'node:https'
import { rootCertificates } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { type MediaServer, type MediaServerOptions, startMediaServer } from './server.ts'

const open: MediaServer[] = []

async function start(options: MediaServerOptions = {}): Promise<MediaServer> {
  const server = await startMediaServer(options)
  open.push(server)
  return server
}

afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: Buffer
}

function call(server: MediaServer, path: string, options: RequestOptions = {}, body?: Buffer): Promise<Answer> {
  const agent = new Agent({ ca: readFileSync(server.caFile) })
  return new Promise((resolve, reject) => {
    const sent = request(`https://${server.host}${path}`, { agent, ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64url')
}

function upload(server: MediaServer, body: Buffer, hash = hashOf(body), query = `auth=a&token=${hash}`) {
  return call(server, `/mms/image/${hash}?${query}`, { method: 'POST' }, body)
}

describe('media server', () => {
  it.each([
    ['in memory', {}],
    ['in temporary files', { limits: { blobBytes: 1000 } }],
  ])('serves what was uploaded, %s', async (_, options) => {
    const server = await start(options)
    const body = randomBytes(300_000)
    const answer = await upload(server, body)
    expect(answer.status).toBe(200)
    const stored = JSON.parse(answer.body.toString()) as { url: string; direct_path: string }
    expect(stored.url).toBe(`https://${server.host}${stored.direct_path}`)

    const whole = await call(server, `${stored.direct_path}&extra=1`)
    expect(whole.status).toBe(200)
    expect(whole.body.equals(body)).toBe(true)
    const part = await call(server, stored.direct_path, { headers: { range: 'bytes=1000-1999' } })
    expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 1000-1999/300000'])
    expect(part.body.equals(body.subarray(1000, 2000))).toBe(true)
    expect(server.get(stored.direct_path)?.equals(body)).toBe(true)
    expect(server.served).toEqual({ uploads: 1, downloads: 2, rejected: 0 })
  })

  it('refuses a body whose hash is not that of the path', async () => {
    const server = await start()
    const answer = await upload(server, Buffer.from('sent'), hashOf(Buffer.from('claimed')))
    expect(answer.status).toBe(400)
    expect((await call(server, `/v/t62.7118-24/${hashOf(Buffer.from('claimed'))}`)).status).toBe(404)
  })

  it('refuses uploads without a token or to another path', async () => {
    const server = await start()
    const body = Buffer.from('body')
    expect((await upload(server, body, hashOf(body), `token=${hashOf(body)}`)).status).toBe(401)
    expect((await upload(server, body, hashOf(body), 'auth=a&token=other')).status).toBe(400)
    expect((await call(server, '/elsewhere', { method: 'POST' }, body)).status).toBe(404)
    expect(server.served.rejected).toBe(3)
  })

  it('proves itself to a client that trusts the authority, and to no other', async () => {
    const server = await start()
    const path = server.put(Buffer.from('file'))
    expect((await call(server, path)).body.toString()).toBe('file')
    await expect(call(server, path, { agent: new Agent({ ca: [...rootCertificates] }) })).rejects.toThrow(
      /certificate|issuer/,
    )
  })

  it('fails as the fault hook says', async () => {
    const faults: (ReturnType<NonNullable<MediaServerOptions['fault']>> | undefined)[] = [{ status: 507 }, 'drop']
    const seen: unknown[] = []
    const server = await start({
      fault: (request) => {
        seen.push(request)
        return faults.shift()
      },
    })
    const body = Buffer.from('body')
    expect((await upload(server, body)).status).toBe(507)
    await expect(upload(server, body)).rejects.toThrow(/hang up|ECONNRESET/)
    expect((await upload(server, body)).status).toBe(200)
    expect(seen[0]).toEqual({ method: 'upload', path: `/mms/image/${hashOf(body)}`, auth: 'a' })
  })
})
