import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A proxy of this machine. */
export interface TestProxy {
  url: string
  /** `host:port` of every way that it opened, in order. */
  opened: string[]
  /** What clients said who they are, `name:password`. */
  users: Set<string>
  close(): Promise<void>
}

/** Takes CONNECT, with any user or none. */
export function httpProxy(): Promise<TestProxy> {
  return listen('http', async (client, seen) => {
    const head = await readUntil(client, (bytes) => bytes.includes('\r\n\r\n'))
    const text = head.toString('latin1')
    const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(text) ?? []
    const basic = /^proxy-authorization: basic (\S+)/im.exec(text)?.[1]
    if (basic) seen.users.add(Buffer.from(basic, 'base64').toString())
    join(client, seen, host, Number(port), 'HTTP/1.1 200 Connection established\r\n\r\n')
  })
}

/** SOCKS 5 (RFC 1928) with CONNECT; takes a user (RFC 1929) where the client has one. */
export function socksProxy(): Promise<TestProxy> {
  return listen('socks5', async (client, seen) => {
    const greeting = await readUntil(client, (bytes) => bytes.length >= 2 && bytes.length >= 2 + (bytes[1] ?? 0))
    const wantsUser = greeting.subarray(2).includes(2)
    client.write(Buffer.from([5, wantsUser ? 2 : 0]))
    if (wantsUser) {
      const login = await readUntil(client, (bytes) => bytes.length >= 5)
      const name = login.subarray(2, 2 + (login[1] ?? 0))
      const password = login.subarray(3 + name.length)
      seen.users.add(`${name}:${password}`)
      client.write(Buffer.from([1, 0]))
    }
    const request = await readUntil(client, (bytes) => bytes.length >= 10)
    const isName = request[3] === 3
    const host = isName ? request.subarray(5, 5 + (request[4] ?? 0)).toString() : request.subarray(4, 8).join('.')
    join(client, seen, host, request.readUInt16BE(request.length - 2), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
  })
}

type Seen = Pick<TestProxy, 'opened' | 'users'>

async function listen(scheme: string, serve: (client: Socket, seen: Seen) => Promise<void>): Promise<TestProxy> {
  const seen: Seen = { opened: [], users: new Set() }
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
    sockets.add(client)
    client.on('close', () => sockets.delete(client)).on('error', () => client.destroy())
    serve(client, seen).catch(() => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return { url: `${scheme}://127.0.0.1:${port}`, ...seen, close }
}

function join(client: Socket, { opened }: Seen, host: string, port: number, yes: string | Buffer): void {
  const server = connect(port, host, () => {
    opened.push(`${host}:${port}`)
    client.write(yes)
    client.pipe(server).pipe(client)
  })
  server.on('error', () => client.destroy()).on('close', () => client.destroy())
  client.on('close', () => server.destroy())
}

async function readUntil(client: Socket, isWhole: (bytes: Buffer) => boolean): Promise<Buffer> {
  let bytes = Buffer.alloc(0)
  while (!isWhole(bytes)) {
    const [chunk] = (await once(client, 'data')) as [Buffer]
    bytes = Buffer.concat([bytes, chunk])
  }
  return bytes
}
