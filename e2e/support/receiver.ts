import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface ReceivedEvent {
  webhookId: string
  id: string
  seq: number
  type: string
  session: string
  data: Record<string, unknown>
}

/** A webhook receiver that keeps an append-only ledger of what came, and verifies every signature once it knows the secret. */
export class Receiver {
  readonly events: ReceivedEvent[] = []
  /** Bodies whose signature did not verify. */
  forged = 0
  #secret: Webhook | undefined
  #waiting: (() => void)[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<Receiver> {
    const server = createServer()
    const receiver = new Receiver(server)
    server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        receiver.#take(Buffer.concat(chunks).toString(), request.headers as Record<string, string>)
        response.statusCode = 204
        response.end()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** From now on every body must be signed with this secret. */
  trust(secret: string): void {
    this.#secret = new Webhook(secret)
  }

  of(type: string): ReceivedEvent[] {
    return this.events.filter((event) => event.type === type)
  }

  /** Resolves when the next body comes. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #take(body: string, headers: Record<string, string>): void {
    try {
      this.#secret?.verify(body, headers)
    } catch {
      this.forged += 1
    }
    this.events.push({ webhookId: headers['webhook-id'] ?? '', ...JSON.parse(body) })
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
