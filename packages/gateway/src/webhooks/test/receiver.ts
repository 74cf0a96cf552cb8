import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** One POST as the receiver saw it. */
export interface Hit {
  path: string
  headers: IncomingHttpHeaders
  id: string
  body: Buffer
  event: { id: string; seq: number; type: string; session: string; data: { chat: string; text: string } }
}

export type Answering = (hit: Hit, response: ServerResponse) => void

/** A customer's server. */
export class Receiver {
  readonly hits: Hit[] = []
  readonly url: string
  readonly #close: () => Promise<void>
  #connections = 0

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  /** Listens on `host`; answers 204 unless `answer` does otherwise. */
  static async start(
    answer: Answering = (_, response) => response.writeHead(204).end(),
    host = '127.0.0.1',
  ): Promise<Receiver> {
    const sockets = new Set<Socket>()
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks)
        const { headers, url = '' } = request
        const hit: Hit = {
          path: url,
          headers,
          id: String(headers['webhook-id']),
          body,
          event: JSON.parse(body.toString()) as Hit['event'],
        }
        receiver.hits.push(hit)
        answer(hit, response)
      })
    })
    server.on('connection', (socket) => {
      receiver.#connections++
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    const receiver = new Receiver(`http://${host}:${(server.address() as AddressInfo).port}/hook`, async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    })
    return receiver
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** How many TCP connections came. */
  get connections(): number {
    return this.#connections
  }

  /** The texts of the messages, in order of arrival. */
  get texts(): string[] {
    return this.hits.map(({ event }) => event.data.text)
  }

  close(): Promise<void> {
    return this.#close()
  }
}

/** Whether the receivers' library accepts the signature, whatever the time of signing. */
export function isSigned({ headers, body, id }: Hit, secret: string): boolean {
  const seconds = Number(headers['webhook-timestamp'])
  return headers['webhook-signature'] === new Webhook(secret).sign(id, new Date(seconds * 1000), body)
}
