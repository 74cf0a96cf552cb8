import type { proto } from 'baileys'
import type { WebSocket } from 'ws'
import { decodeStanza, encodeStanza } from '../wire/codec.ts'
import type { BinaryNode } from '../wire/node.ts'
import { NoiseResponder } from '../wire/noise.ts'
import { badRequest } from '../world/errors.ts'
import type { Companion, Registration } from '../world/model.ts'
import { TaskQueue } from '../world/tasks.ts'
import type { Client, ServerState } from './context.ts'

/** Time a client has to read the last stanza before the socket is closed, in milliseconds. */
const LINGER_MS = 20

interface Waiting {
  resolve(answer: BinaryNode): void
  reject(error: Error): void
}

/** What is done with what a client sends. */
export interface StanzaHandlers {
  login(client: Client, payload: proto.ClientPayload, clientStatic: Buffer): void
  stanza(client: Client, stanza: BinaryNode): Promise<void>
}

/** One client on the line: Noise below, stanzas above, in the order they came. */
export class Connection implements Client {
  readonly state: ServerState
  /** The device that has logged in. */
  companion: Companion | undefined
  /** A device that is about to be linked. */
  registration: Registration | undefined
  active = false
  readonly #handlers: StanzaHandlers
  readonly #socket: WebSocket
  readonly #noise: NoiseResponder
  readonly #tasks: TaskQueue
  readonly #answers = new Map<string, Waiting>()
  #closing = false

  constructor(state: ServerState, socket: WebSocket, handlers: StanzaHandlers) {
    this.#handlers = handlers
    this.state = state
    this.#socket = socket
    this.#tasks = new TaskQueue((error) => state.world.fail('stanza', error))
    this.#noise = new NoiseResponder(state.authority, {
      write: (data) => {
        if (socket.readyState === socket.OPEN) socket.send(data)
      },
      login: (payload, clientStatic) => handlers.login(this, payload, clientStatic),
      frame: (plain) => this.#receive(decodeStanza(plain)),
    })
    socket.on('message', (data) => this.#feed(data as Buffer))
    socket.on('close', () => this.#closed())
    socket.on('error', () => undefined)
  }

  send(stanza: BinaryNode): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#noise.send(encodeStanza(stanza))
  }

  /** Sends an IQ and answers the client's answer to it. Rejects where the client leaves first. */
  query(iq: BinaryNode): Promise<BinaryNode> {
    return new Promise((resolve, reject) => {
      this.#answers.set(iq.attrs.id ?? '', { resolve, reject })
      this.send(iq)
    })
  }

  close(last?: BinaryNode): void {
    this.#closing = true
    this.active = false
    if (last) this.send(last)
    this.state.world.clock.after(LINGER_MS, () => this.#socket.close())
  }

  cut(): void {
    this.#closing = true
    this.active = false
    this.#socket.terminate()
  }

  #feed(data: Buffer): void {
    try {
      this.#noise.receive(data)
    } catch {
      this.cut()
    }
  }

  #receive(stanza: BinaryNode): void {
    const answer = stanza.tag === 'iq' ? this.#answers.get(stanza.attrs.id ?? '') : undefined
    if (answer && (stanza.attrs.type === 'result' || stanza.attrs.type === 'error')) {
      this.#answers.delete(stanza.attrs.id ?? '')
      answer.resolve(stanza)
      return
    }
    this.#tasks.push(async () => {
      if (this.#closing) return
      await this.#slowDown()
      await this.#handlers.stanza(this, stanza)
    })
  }

  async #slowDown(): Promise<void> {
    const { world } = this.state
    const fault = this.companion && world.faults.strike('slow', this.companion.user.phone)
    if (fault) await new Promise<void>((resolve) => world.clock.after(fault.ms ?? 1000, resolve))
  }

  #closed(): void {
    const { connections, pairingRefs, linkCodes } = this.state
    this.#closing = true
    this.active = false
    connections.delete(this)
    if (this.companion?.link === this) this.companion.link = undefined
    const gone = badRequest('the device has left')
    for (const waiting of this.#answers.values()) waiting.reject(gone)
    if (!this.registration) return
    for (const [ref, connection] of pairingRefs) if (connection === this) pairingRefs.delete(ref)
    for (const [phone, code] of linkCodes) {
      if (code.client !== this) continue
      linkCodes.delete(phone)
      code.finished?.reject(gone)
    }
  }
}
