import { PassThrough, type Readable } from 'node:stream'
import { presentSession } from '../../../core/session.ts'
import type { PairingNews } from '../../../sessions/verbs.ts'
import { presentQr } from './present.ts'

const HEARTBEAT_MS = 15_000

/**
 * Pairing news as server-sent events: `qr` for every new code, `status` for every change, and `connected`, after which
 * it ends. News is written in the order in which it came.
 */
export class PairingStream {
  readonly #out = new PassThrough()
  readonly #heartbeat = setInterval(() => this.#out.write(': still here\n\n'), HEARTBEAT_MS)
  #tail: Promise<void> = Promise.resolve()

  constructor() {
    this.#out.once('close', () => clearInterval(this.#heartbeat))
  }

  /** What goes to the client. */
  get body(): Readable {
    return this.#out
  }

  /** Writes the news after all that came before. */
  tell(news: PairingNews): void {
    this.#tail = this.#tail.then(() => this.#write(news)).catch((error: Error) => void this.#out.destroy(error))
  }

  /** Ends the stream when everything is written. */
  end(): void {
    this.#tail = this.#tail.then(() => void this.#out.end())
  }

  async #write(news: PairingNews): Promise<void> {
    if (this.#out.writableEnded || this.#out.destroyed) return
    if (news.kind === 'qr') return this.#event('qr', await presentQr(news.qr))
    const session = presentSession(news.session, Date.now())
    if (session.status !== 'connected') return this.#event('status', session)
    this.#event('connected', session)
    this.#out.end()
  }

  #event(name: string, data: unknown): void {
    this.#out.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
  }
}
