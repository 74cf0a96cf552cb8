import { type Lab, type LabOptions, startLab } from 'kurir-lab'
import pino from 'pino'
import { systemClock } from '../../../core/clock.ts'
import { newId, type SessionUid, type WaMessageId } from '../../../core/ids.ts'
import { type Jid, phoneJid } from '../../../core/jid.ts'
import type { ConnectOptions, EngineConnection, OutboundMessage } from '../../port.ts'
import { BaileysEngine } from '../engine.ts'
import type { BaileysEngineOptions } from '../options.ts'
import { MemoryAuth } from './memory-auth.ts'
import { Recorder } from './recorder.ts'
import { Wire } from './wire.ts'

const DEADLINE_MS = 10_000
const FIRST_NUMBER = 15_551_000_000

/** Resolves when `read` gives something; asks again until then. */
export async function eventually<T>(
  read: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  deadline = DEADLINE_MS,
): Promise<T> {
  const end = Date.now() + deadline
  while (Date.now() < end) {
    const value = await read()
    if (value !== undefined && value !== false && value !== null) return value
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`not so within ${deadline} ms: ${read}`)
}

export interface PhoneMessage {
  id: string
  from: string
  chat: string
  type: string
  text?: string
  copies: number
  undecryptable: number
}

/** The lab's control API. */
export class Control {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async call<T = Record<string, unknown>>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await fetch(`${this.#url}${path}`, { method, ...json })
    const answer = (await response.json()) as T & { error?: string }
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.error}`)
    return answer
  }

  async phone(phone: string, options: object = {}): Promise<void> {
    await this.call('POST', '/phones', { phone, ...options })
  }

  async inbox(phone: string): Promise<PhoneMessage[]> {
    return (await this.call<{ messages: PhoneMessage[] }>('GET', `/phones/${phone}/messages`)).messages
  }

  /** A text from one phone to another phone or a group; answers its id. */
  async text(from: string, to: string, text: string, options: object = {}): Promise<string> {
    return (await this.call<{ id: string }>('POST', `/phones/${from}/messages`, { to, text, ...options })).id
  }

  async fault(kind: string, options: object = {}): Promise<void> {
    await this.call('POST', '/faults', { kind, ...options })
  }

  async drop(phone?: string): Promise<void> {
    await this.call('POST', '/connections/drop', phone === undefined ? {} : { phone })
  }
}

/** A lab, an engine and an AuthStore in this process. */
export class Bench {
  readonly lab: Lab
  readonly control: Control
  readonly wire: Wire
  readonly auth = new MemoryAuth()
  readonly engine: BaileysEngine
  readonly #open: EngineConnection[] = []
  #numbers = 0

  static async start(
    options: Partial<Omit<BaileysEngineOptions, 'network'>> & { lab?: LabOptions } = {},
  ): Promise<Bench> {
    const { lab, ...engine } = options
    const wire = new Wire()
    return new Bench(await startLab({ observe: wire.observe, ...lab }), engine, wire)
  }

  constructor(lab: Lab, options: Partial<BaileysEngineOptions>, wire = new Wire()) {
    this.lab = lab
    this.wire = wire
    this.control = new Control(lab.url)
    this.engine = this.newEngine(options)
  }

  /** Another engine over the same store: what a restarted process would have. */
  newEngine(options: Partial<BaileysEngineOptions> = {}): BaileysEngine {
    const { ws: url, rootKey, caFile } = this.lab
    return new BaileysEngine({
      auth: this.auth,
      logger: pino({ level: 'silent' }),
      network: { kind: 'lab', url, rootKey, caFile },
      clock: systemClock,
      ...options,
    })
  }

  connect(
    session: SessionUid,
    engine = this.engine,
    options: ConnectOptions = {},
  ): { connection: EngineConnection; sink: Recorder } {
    const sink = new Recorder(this.auth, session)
    const connection = engine.connect(session, sink, options)
    this.#open.push(connection)
    return { connection, sink }
  }

  /** Connects and waits until messages can be sent and everything kept for the session has come. */
  async login(session: SessionUid, engine = this.engine, options: ConnectOptions = {}) {
    const made = this.connect(session, engine, options)
    await eventually(() => made.sink.drained)
    return made
  }

  /** Makes a phone, pairs a new session with it and logs in. */
  async pair(phone: string, options: object = {}) {
    await this.control.phone(phone, options)
    return this.link(phone)
  }

  /** Links a new session to a phone that is there. The login after the pairing is still to come. */
  async scan(phone: string, engine = this.engine, options: ConnectOptions = {}) {
    const session = newId('ses')
    const { sink: pairing } = this.connect(session, engine, options)
    const qr = await eventually(() => pairing.qrs[0])
    await this.control.call('POST', `/phones/${phone}/scan`, { qr: qr.text })
    await eventually(() => pairing.closed)
    return { session, pairing }
  }

  /** Links a new session to a phone that is there, and logs in. */
  async link(phone: string, engine = this.engine, options: ConnectOptions = {}) {
    const linked = await this.scan(phone, engine, options)
    return { ...linked, ...(await this.login(linked.session, engine, options)) }
  }

  /** A phone number that nobody in this lab has. */
  newNumber(): string {
    this.#numbers += 1
    return String(FIRST_NUMBER + this.#numbers)
  }

  /** A phone with a new number; answers the number. */
  async contact(options: object = {}): Promise<string> {
    const phone = this.newNumber()
    await this.control.phone(phone, options)
    return phone
  }

  /** A phone with a new number and a session that is linked to it and logged in. */
  async account() {
    const phone = this.newNumber()
    return { phone, ...(await this.pair(phone)) }
  }

  /** A text ready to send; its bytes are kept for retry receipts as the outbox keeps them. */
  outbound(to: string, text: string, waId: WaMessageId = this.engine.newMessageId()): OutboundMessage {
    const content = { type: 'text' as const, text }
    const jid = (to.includes('@') ? to : phoneJid(to)) as Jid
    const proto = this.engine.compose(content, null, jid)
    if (!proto) throw new Error('a text needs no preparation')
    this.auth.sent.set(waId, proto)
    return { waId, to: jid, content, proto }
  }

  /** The linked device of a phone as the lab's server knows it. */
  companion(phone: string, device = 1) {
    const companion = this.lab.world.phone(phone).companions.get(device)
    if (!companion) throw new Error(`${phone} has no device ${device}`)
    return companion
  }

  /** A group of these phones; the owner's is the first. */
  async group(name: string, owner: string, participants: string[]): Promise<Jid> {
    const made = await this.control.call<{ id: string }>('POST', '/groups', { name, owner, participants })
    return made.id as Jid
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((connection) => connection.close()))
    await this.lab.close()
  }
}
