import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A line to a TCP server that can be cut, held up and given back, while the server itself knows nothing of it. */
export class TcpProxy {
  readonly #server: Server
  readonly #to: { host: string; port: number }
  readonly #sockets = new Set<Socket>()
  #delayMs = 0
  #isCut = false

  private constructor(server: Server, to: { host: string; port: number }) {
    this.#server = server
    this.#to = to
    server.on('connection', (socket) => this.#take(socket))
  }

  /** Listens on a free port of 127.0.0.1. */
  static async start(to: { host: string; port: number }): Promise<TcpProxy> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpProxy(server, to)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts every line, and each new one at once, until `mend`. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend(): void {
    this.#isCut = false
  }

  /** Holds up everything that goes either way from now on, by so many milliseconds. */
  slowDown(ms: number): void {
    this.#delayMs = ms
  }

  async stop(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #take(client: Socket): void {
    if (this.#isCut) {
      client.destroy()
      return
    }
    const server = connect(this.#to)
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      // Else small answers wait for one another: 40 ms that no line has.
      one.setNoDelay(true)
      const later = this.#inOrder()
      this.#sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        this.#sockets.delete(one)
        later(() => other.destroy())
      })
      one.on('data', (chunk: Buffer) => later(() => other.writable && other.write(chunk)))
    }
  }

  /** Does things after the delay of the moment, and never before an earlier one. */
  #inOrder(): (work: () => void) => void {
    const waiting: (() => void)[] = []
    let last = 0
    return (work) => {
      last = Math.max(Date.now() + this.#delayMs, last)
      const wait = last - Date.now()
      if (wait <= 0 && waiting.length === 0) return work()
      waiting.push(work)
      // Timers of different lengths may end in another order: whichever ends first does what came first.
      setTimeout(() => waiting.shift()?.(), wait)
    }
  }
}
