import type { LookupAddress } from 'node:dns'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { guardedConnector, type Resolve, systemResolve } from './connect.ts'
import { SafeFetchError } from './errors.ts'
import { type FetchPolicy, UrlGuard } from './guard.ts'
import { type FetchRequest, SafeFetch } from './safe-fetch.ts'
import { REFUSED_URLS } from './test/refused-urls.ts'

/** Stands for the public internet: an address of this machine that the policy allows. */
const PUBLIC = '127.0.0.2'
const AS_PUBLIC: FetchPolicy = { allow: [`${PUBLIC}/32`], ports: 'any' }
const ADDRESS_IN_TEXT = /\d+\.\d+\.\d+\.\d+|::/

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function listen(server: Server | TcpServer, host: string, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        for (const socket of sockets) socket.destroy()
      }),
  )
  return (server.address() as AddressInfo).port
}

/** Counts the connections that reach 127.0.0.1 and ::1 at `port` (a free one by default). */
async function canary(port = 0): Promise<{ port: number; seen: () => number }> {
  let count = 0
  const trap = () =>
    createTcpServer((socket) => {
      count++
      socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret')
    })
  const taken = await listen(trap(), '127.0.0.1', port)
  await listen(trap(), '::1', taken)
  return { port: taken, seen: () => count }
}

async function publicServer(listener: RequestListener, port = 0): Promise<number> {
  return listen(createServer(listener), PUBLIC, port)
}

/** A name server that gives the answers one after the other, the last one for ever. */
function resolver(...answers: string[][]): { resolve: Resolve; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    resolve: async (hostname) => {
      const answer = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? []
      return answer.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  }
}

function client(policy: FetchPolicy, resolve?: Resolve): SafeFetch {
  const http = new SafeFetch({ guard: new UrlGuard(policy), ...(resolve ? { resolve } : {}) })
  closing.push(() => http.close())
  return http
}

const post = (http: SafeFetch, url: string, timeoutMs = 5000) =>
  http.post(url, { headers: { 'content-type': 'text/plain' }, body: Buffer.from('hello'), timeoutMs })

async function text(http: SafeFetch, url: string, request: FetchRequest = {}): Promise<string> {
  const { body } = await http.fetch(url, { timeoutMs: 5000, ...request })
  return Buffer.concat(await body.toArray()).toString()
}

/** The reason of the rejection, after a look whether its text gives an address away. */
async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SafeFetchError)) return `no refusal but ${String(error)}`
  expect(error.message).not.toMatch(ADDRESS_IN_TEXT)
  expect(error.cause).toBeUndefined()
  return error.reason
}

describe('addresses of the inside', () => {
  it('never get a connection, however the URL writes them', async () => {
    const trap = await canary()
    const http = client({ ports: 'any' }, async () => [{ address: '127.0.0.1', family: 4 }])
    const urls = REFUSED_URLS.map(([url]) => url(trap.port))
    urls.push(`http://public.example:${trap.port}/`, `http://127.0.0.1.nip.example:${trap.port}/`)
    const answered: string[] = []
    for (const url of urls) {
      const outcomes = [await reasonOf(post(http, url)), await reasonOf(text(http, url, { maxRedirects: 3 }))]
      if (!outcomes.every((outcome) => /_not_allowed$|^invalid_url$/.test(outcome))) answered.push(url)
    }
    expect(answered).toEqual([])
    expect(trap.seen()).toBe(0)
    const open = client({ allowLoopback: true, ports: 'any' })
    expect(await text(open, `http://127.0.0.1:${trap.port}/`)).toBe('secret')
    expect(await text(open, `http://[::1]:${trap.port}/`)).toBe('secret')
    expect(trap.seen()).toBe(2)
  })

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [[PUBLIC, '127.0.0.1']],
    [['127.0.0.1', PUBLIC]],
    [[PUBLIC, '::1']],
    [['169.254.169.254']],
    [['fe80::1']],
  ])('refuses a name that resolves to %j', async (answer) => {
    const trap = await canary()
    const port = await publicServer((_, response) => response.end('public'), trap.port)
    const http = client(AS_PUBLIC, resolver(answer).resolve)
    expect(await reasonOf(post(http, `http://receiver.example:${port}/`))).toBe('address_not_allowed')
    expect(trap.seen()).toBe(0)
  })

  it('are refused by the connection itself too, whoever asks for one', async () => {
    const trap = await canary()
    const connect = guardedConnector({ guard: new UrlGuard(AS_PUBLIC), resolve: systemResolve, timeoutMs: 1000 })
    for (const hostname of ['127.0.0.1', '::1', '[::1]']) {
      const target = { hostname, host: hostname, protocol: 'http:', port: String(trap.port) }
      const refused = new Promise((_, reject) => connect(target, (...[error]) => reject(error)))
      expect(await reasonOf(refused)).toBe('address_not_allowed')
    }
    expect(trap.seen()).toBe(0)
  })

  it('tells no address when a name cannot be resolved or nobody listens', async () => {
    const port = await publicServer(() => undefined)
    const nobody = await canary()
    const fails: Resolve = () => Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }))
    expect(await reasonOf(post(client(AS_PUBLIC, fails), `http://receiver.example:${port}/`))).toBe('dns_failed')
    expect(await reasonOf(post(client(AS_PUBLIC, resolver([]).resolve), 'http://receiver.example/'))).toBe('dns_failed')
    expect(await reasonOf(post(client(AS_PUBLIC), `http://${PUBLIC}:${nobody.port}/`))).toBe('connection_failed')
  })
})

describe('a name that changes its address', () => {
  it('is asked once per connection, and the second answer is refused', async () => {
    const trap = await canary()
    const port = await publicServer((_, response) => {
      response.setHeader('connection', 'close').end('public')
    }, trap.port)
    const names = resolver([PUBLIC], ['127.0.0.1'])
    const http = client(AS_PUBLIC, names.resolve)
    const url = `http://receiver.example:${port}/`
    expect((await post(http, url)).status).toBe(200)
    expect(names.asked).toEqual(['receiver.example'])
    expect(await reasonOf(post(http, url))).toBe('address_not_allowed')
    expect(await reasonOf(text(http, url))).toBe('address_not_allowed')
    expect(names.asked).toHaveLength(3)
    expect(trap.seen()).toBe(0)
  })

  it('keeps the connection to the checked address while it is alive, and is asked again after it', async () => {
    const trap = await canary()
    let connections = 0
    const server = createServer((_, response) => response.end('public')).on('connection', () => connections++)
    const port = await listen(server, PUBLIC, trap.port)
    const names = resolver([PUBLIC], ['127.0.0.1'])
    const http = client(AS_PUBLIC, names.resolve)
    const url = `http://receiver.example:${port}/`
    for (let i = 0; i < 5; i++) {
      expect((await post(http, url)).status).toBe(200)
      // undici gives a connection free one turn of the event loop after the answer.
      await new Promise(setImmediate)
    }
    expect([connections, names.asked.length]).toEqual([1, 1])
    server.closeAllConnections()
    await expect.poll(() => reasonOf(post(http, url))).toBe('address_not_allowed')
    expect(trap.seen()).toBe(0)
  })

  it('is asked once where many connections open at the same time', async () => {
    const port = await publicServer((_, response) => response.end())
    const names = resolver([PUBLIC])
    const http = client(AS_PUBLIC, names.resolve)
    await Promise.all(Array.from({ length: 20 }, () => post(http, `http://receiver.example:${port}/`)))
    expect(names.asked).toHaveLength(1)
  })
})

describe('what the receiver sees', () => {
  it('is the name in Host and, with TLS, in SNI, although the address is pinned', async () => {
    let host: string | undefined
    const port = await publicServer((request, response) => {
      host = request.headers.host
      response.end()
    })
    const http = client(AS_PUBLIC, resolver([PUBLIC]).resolve)
    await post(http, `http://receiver.example:${port}/`)
    expect(host).toBe(`receiver.example:${port}`)

    let hello = ''
    const tls = createTcpServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', (bytes) => {
          hello = bytes.toString('latin1')
          socket.destroy()
        })
    })
    const tlsPort = await listen(tls, PUBLIC)
    expect(await reasonOf(post(http, `https://receiver.example:${tlsPort}/`))).toBe('connection_failed')
    expect(hello).toContain('receiver.example')
  })

  it('refuses a TLS answer that is none', async () => {
    const port = await publicServer((_, response) => response.end())
    const http = client(AS_PUBLIC)
    expect(await reasonOf(post(http, `https://${PUBLIC}:${port}/`))).toBe('tls_failed')
  })
})

describe('a POST whose answer counts', () => {
  it('sends its body and brings the answer, also one that redirects', async () => {
    const seen: string[] = []
    const port = await publicServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      seen.push(`${request.method} ${request.url} ${Buffer.concat(chunks)}`)
      if (request.url === '/away') response.writeHead(302, { location: '/elsewhere' })
      response.end('an answer')
    })
    const http = client(AS_PUBLIC)
    const ask = async (path: string) => {
      const request = { method: 'POST', body: Buffer.from('a question') } as const
      const { status, body } = await http.fetch(`http://${PUBLIC}:${port}${path}`, request)
      return [status, Buffer.concat(await body.toArray()).toString()]
    }
    expect(await ask('/')).toEqual([200, 'an answer'])
    expect(await ask('/away')).toEqual([302, 'an answer'])
    expect(seen).toEqual(['POST / a question', 'POST /away a question'])
  })
})

describe('redirects', () => {
  it('are an answer like any other to a post and to a fetch that allows none', async () => {
    const trap = await canary()
    const port = await publicServer((_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${trap.port}/` }).end()
    })
    const http = client(AS_PUBLIC)
    expect((await post(http, `http://${PUBLIC}:${port}/`)).status).toBe(302)
    const answer = await http.fetch(`http://${PUBLIC}:${port}/`)
    answer.body.destroy()
    expect(answer.status).toBe(302)
    expect(trap.seen()).toBe(0)
  })

  it('are followed hop by hop, each checked, up to the limit', async () => {
    const trap = await canary()
    const targets: Record<string, string> = {
      '/1': '/2',
      '/2': '3?x=1',
      '/inside': `http://127.0.0.1:${trap.port}/`,
      '/inside6': `http://[::1]:${trap.port}/`,
      '/decimal': `//2130706433:${trap.port}/`,
      '/name': `http://inside.example:${trap.port}/`,
      '/file': 'file:///etc/passwd',
      '/user': `http://a:b@${PUBLIC}/`,
      '/broken': 'http://[',
      '/loop': '/loop',
      '/far': '/inside',
    }
    const port = await publicServer((request, response) => {
      const location = targets[request.url ?? '']
      if (location) response.writeHead(302, { location }).end('moved')
      else response.end(`arrived at ${request.url}`)
    })
    const http = client(AS_PUBLIC, async (name) => [
      { address: name === 'inside.example' ? '127.0.0.1' : PUBLIC, family: 4 },
    ])
    const get = (path: string, maxRedirects = 3) =>
      text(http, `http://outside.example:${port}${path}`, { maxRedirects })
    expect(await get('/1')).toBe('arrived at /3?x=1')
    expect(await reasonOf(get('/1', 1))).toBe('too_many_redirects')
    expect(await reasonOf(get('/loop'))).toBe('too_many_redirects')
    expect(await reasonOf(get('/inside'))).toBe('address_not_allowed')
    expect(await reasonOf(get('/inside6'))).toBe('address_not_allowed')
    expect(await reasonOf(get('/decimal'))).toBe('address_not_allowed')
    expect(await reasonOf(get('/name'))).toBe('address_not_allowed')
    expect(await reasonOf(get('/far'))).toBe('address_not_allowed')
    expect(await reasonOf(get('/file'))).toBe('scheme_not_allowed')
    expect(await reasonOf(get('/user'))).toBe('credentials_not_allowed')
    expect(await reasonOf(get('/broken'))).toBe('invalid_url')
    expect(trap.seen()).toBe(0)
  })

  it('lose the credentials on the way to another origin', async () => {
    const seen: (string | undefined)[] = []
    const second = await publicServer((request, response) => {
      seen.push(request.headers.authorization, request.headers['x-kept'] as string)
      response.end()
    })
    const first = await publicServer((_, response) => {
      response.writeHead(307, { location: `http://${PUBLIC}:${second}/` }).end()
    })
    const headers = { Authorization: 'Bearer secret', 'x-kept': 'yes' }
    await text(client(AS_PUBLIC), `http://${PUBLIC}:${first}/`, { maxRedirects: 1, headers })
    expect(seen).toEqual([undefined, 'yes'])
  })
})

describe('limits', () => {
  it('cap the body, told in advance or not', async () => {
    const port = await publicServer((request, response) => {
      if (request.url === '/told') response.setHeader('content-length', 2000)
      response.write('x'.repeat(1000))
      response.end('x'.repeat(1000))
    })
    const http = client(AS_PUBLIC)
    const url = `http://${PUBLIC}:${port}`
    expect(await text(http, `${url}/`, { maxBytes: 2000 })).toHaveLength(2000)
    expect(await reasonOf(text(http, `${url}/`, { maxBytes: 1999 }))).toBe('too_large')
    expect(await reasonOf(text(http, `${url}/told`, { maxBytes: 1999 }))).toBe('too_large')
  })

  it('cap the body after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const bodies: Record<string, [string, Buffer]> = {
      '/gzip': ['gzip', gzipSync('hello')],
      '/deflate': ['deflate', deflateSync('hello')],
      '/br': ['br', brotliCompressSync('hello')],
      '/bomb': ['gzip', bomb],
      '/broken': ['gzip', Buffer.from('hello')],
      '/strange': ['compress', Buffer.from('hello')],
      '/twice': ['gzip, gzip', gzipSync(gzipSync('hello'))],
    }
    const port = await publicServer((request, response) => {
      const [encoding, body] = bodies[request.url ?? ''] ?? ['', Buffer.alloc(0)]
      response.setHeader('content-encoding', encoding).end(body)
    })
    const http = client(AS_PUBLIC)
    const get = (path: string) => text(http, `http://${PUBLIC}:${port}${path}`, { maxBytes: 1024 * 1024 })
    expect(await get('/gzip')).toBe('hello')
    expect(await get('/deflate')).toBe('hello')
    expect(await get('/br')).toBe('hello')
    const before = process.memoryUsage().rss
    expect(await reasonOf(get('/bomb'))).toBe('too_large')
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024)
    expect(await reasonOf(get('/broken'))).toBe('invalid_response')
    expect(await reasonOf(get('/strange'))).toBe('invalid_response')
    expect(await reasonOf(get('/twice'))).toBe('invalid_response')
  })

  it('end a request that never answers, trickles, or only connects', async () => {
    const port = await publicServer((request, response) => {
      if (request.url === '/silent') return
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    const http = client(AS_PUBLIC)
    const url = `http://${PUBLIC}:${port}`
    const began = performance.now()
    expect(
      await Promise.all([
        reasonOf(post(http, `${url}/silent`, 300)),
        reasonOf(text(http, `${url}/silent`, { timeoutMs: 300 })),
        reasonOf(text(http, `${url}/trickle`, { timeoutMs: 300 })),
        reasonOf(
          post(
            client(AS_PUBLIC, () => new Promise(() => undefined)),
            'http://receiver.example/',
            300,
          ),
        ),
      ]),
    ).toEqual(['timeout', 'timeout', 'timeout', 'timeout'])
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('take the status of a post as soon as it came: the body can neither hold nor hurt it', async () => {
    const port = await publicServer((request, response) => {
      response.writeHead(200)
      response.write('x')
      if (request.url === '/reset') setImmediate(() => response.destroy())
      if (request.url === '/endless') {
        const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
        response.on('close', () => clearInterval(timer))
      }
    })
    const http = client(AS_PUBLIC)
    const url = `http://${PUBLIC}:${port}`
    expect((await post(http, `${url}/stuck`, 300)).status).toBe(200)
    expect((await post(http, `${url}/endless`)).status).toBe(200)
    expect((await post(http, `${url}/reset`)).status).toBe(200)
  })

  it('let a request be given up, before and while it runs', async () => {
    const port = await publicServer(() => undefined)
    const http = client(AS_PUBLIC)
    const url = `http://${PUBLIC}:${port}/`
    const now = AbortSignal.abort()
    const later = new AbortController()
    const headers = {}
    const body = Buffer.alloc(0)
    expect(await reasonOf(http.post(url, { headers, body, signal: now }))).toBe('aborted')
    expect(await reasonOf(http.fetch(url, { signal: now }))).toBe('aborted')
    const outcomes = [
      reasonOf(http.post(url, { headers, body, signal: later.signal })),
      reasonOf(http.fetch(url, { signal: later.signal })),
    ]
    later.abort()
    expect(await Promise.all(outcomes)).toEqual(['aborted', 'aborted'])
  })

  it('end an answer that is no HTTP', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.write('220 mail.example ESMTP\r\n'))
    })
    const port = await listen(server, PUBLIC)
    expect(await reasonOf(post(client(AS_PUBLIC), `http://${PUBLIC}:${port}/`))).toBe('invalid_response')
  })
})
