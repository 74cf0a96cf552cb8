import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'

/** Listeners on loopback that nobody may connect to. */
export class Canaries {
  /** Where somebody connected. */
  readonly touched: string[] = []
  readonly #servers: Server[] = []

  /** Opens 127.0.0.1 and, where this machine has it, ::1: both on one free port, and on each of `ports` that may be had. */
  static async open(ports: readonly number[] = []): Promise<Canaries> {
    const canaries = new Canaries()
    await canaries.#listen('127.0.0.1', 0)
    for (const port of [canaries.port, ...ports]) {
      for (const host of ['127.0.0.1', '::1']) {
        if (host === '::1' || port !== canaries.port) await canaries.#listen(host, port).catch(() => undefined)
      }
    }
    return canaries
  }

  /** The free port. */
  get port(): number {
    const address = this.#servers[0]?.address()
    return address && typeof address === 'object' ? address.port : 0
  }

  /** Addresses with ports. */
  get addresses(): string[] {
    return this.#servers.map((server) => {
      const { address, port } = server.address() as AddressInfo
      return `${address} ${port}`
    })
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close()
    await Promise.all(this.#servers.map((server) => once(server, 'close')))
  }

  async #listen(host: string, port: number): Promise<void> {
    const server = createServer((socket) => {
      this.touched.push(`${host} ${port || this.port}`)
      socket.on('error', () => undefined)
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 6\r\n\r\nsecret')
    })
    server.listen({ host, port, ipv6Only: true })
    await once(server, 'listening')
    this.#servers.push(server)
  }
}
