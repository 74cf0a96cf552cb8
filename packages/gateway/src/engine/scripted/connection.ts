import type { Clock } from '../../core/clock.ts'
import { isMedia } from '../../core/content.ts'
import { type Jid, jidPhone, phoneJid } from '../../core/jid.ts'
import type { MediaId } from '../../core/media.ts'
import type { OutgoingContent, Quote } from '../../core/message.ts'
import {
  type AccountIdentity,
  AckTimeout,
  type ChatActions,
  type CloseReason,
  ConnectionLost,
  type ContactActions,
  type EngineConnection,
  type EngineSink,
  type FileSource,
  type GroupActions,
  type GroupSummary,
  type GroupUpdate,
  type NumberCheck,
  type OutboundMessage,
  type SendOutcome,
  type SourceFile,
} from '../port.ts'
import { type ChatDeed, scriptedChats, scriptedContacts, scriptedGroups } from './actions.ts'

/** What the server does with one `send`. */
export type SendAnswer =
  | { kind: 'ack' }
  | { kind: 'refuse'; code: string; retry: boolean }
  /** The server has the message and says nothing; `release` acknowledges it later. */
  | { kind: 'withhold' }
  /** The server has the message, and the ack is lost: `send` rejects with AckTimeout at once. */
  | { kind: 'lose-ack' }
  /** The server has the message and the connection drops before the ack. */
  | { kind: 'drop-after' }
  /** The connection drops and the server never saw the message. */
  | { kind: 'drop-before' }
  /** `send` rejects with this error, before anything went out. */
  | { kind: 'throw'; error: Error }

export interface AccountWorld {
  clock: Clock
  ackTimeoutMs: number
  qrMs: number
  qrCount: number
  reachable(): boolean
  registered(phone: string): boolean
  /** The bytes of a content whose file has been uploaded. */
  make(content: OutgoingContent, quote: Quote | null): Uint8Array
}

/** What a connection needs of the server and the phone behind it. */
export interface FarSide {
  readonly world: AccountWorld
  readonly identity: AccountIdentity | null
  readonly isUnlinked: boolean
  readonly connects: number
  readonly opensItself: boolean
  readonly drainsItself: boolean
  readonly groups: GroupSummary[]
  /** What the account did in chats, in order. */
  readonly deeds: ChatDeed[]
  readonly blocked: Set<Jid>
  /** The server gets a message and decides. */
  answerTo(message: OutboundMessage): SendAnswer
  /** The media server gets a file; throws where it does not take it. */
  upload(id: MediaId, file: SourceFile): Promise<void>
  /** Offers what was journalled before and never stored. */
  replayJournal(connection: ScriptedConnection): void
  /** Hands over everything that waited on the server. */
  handOver(connection: ScriptedConnection): void
  unlink(): void
  /** The connection has ended: the next one may come. */
  ended(connection: ScriptedConnection): void
}

interface Waiting {
  resolve(outcome: SendOutcome): void
  reject(error: Error): void
}

/** One scripted connection. The test speaks through the {@link ScriptedAccount}; this end keeps the port's promises. */
export class ScriptedConnection implements EngineConnection {
  readonly groupActions: GroupActions
  readonly chatActions: ChatActions
  readonly contactActions: ContactActions
  readonly #account: FarSide
  readonly #sink: EngineSink
  readonly #closed = Promise.withResolvers<void>()
  readonly #gone = new AbortController()
  readonly #lanes = { message: Promise.resolve(), receipt: Promise.resolve() }
  readonly #waiting = new Map<string, Waiting>()
  #qr: string | null = null
  #code: string | null = null
  #codes = 0
  #lastFrameAt = 0
  #open = false
  #drained = false
  /** When false the server says nothing any more: no frame, no answer to a ping. */
  answersPings = true

  constructor(account: FarSide, sink: EngineSink) {
    this.#account = account
    this.#sink = sink
    const answer = <Value>(make: () => Value) => this.#answer(make)
    const tell = (update: GroupUpdate) => this.tell('receipt', (one) => one.onGroupUpdate(update))
    this.groupActions = scriptedGroups(account, answer, tell)
    this.chatActions = scriptedChats(account, answer)
    this.contactActions = scriptedContacts(account, answer)
    queueMicrotask(() => this.#begin())
  }

  get shownQr(): string | null {
    return this.#qr
  }

  get pairingCode(): string | null {
    return this.#code
  }

  get isDrained(): boolean {
    return this.#drained
  }

  /** Calls the sink after every earlier call of the kind has been answered; a rejection is the sink's own matter. */
  tell(lane: 'message' | 'receipt', call: (sink: EngineSink) => Promise<void>): void {
    this.#frame()
    this.#lanes[lane] = this.#lanes[lane].then(() => call(this.#sink)).catch(() => {})
  }

  /** The phone accepted this device: tells so and asks for a new connection. */
  paired(identity: AccountIdentity): void {
    this.#qr = null
    this.#frame()
    this.#sink.onPaired(identity)
    this.end({ kind: 'restart_required' })
  }

  /** Logs in, where the account was told not to do so by itself. */
  open(): void {
    const { identity } = this.#account
    if (this.#gone.signal.aborted || this.#open || !identity) return
    this.#open = true
    this.#frame()
    this.#sink.onOpen(identity)
    if (this.#account.drainsItself) this.drain()
  }

  /** Hands over what the server kept and tells when that is done. */
  drain(): void {
    this.#account.handOver(this)
    this.#drained = true
    void Promise.all([this.#lanes.message, this.#lanes.receipt]).then(() => {
      if (!this.#gone.signal.aborted) this.#sink.onDrained()
    })
  }

  /** Acknowledges a withheld message. */
  release(waId: string): void {
    this.#waiting.get(waId)?.resolve({ kind: 'acked', at: this.#account.world.clock.now() })
  }

  /** Ends the connection; the first reason wins. */
  end(reason: CloseReason): void {
    if (this.#gone.signal.aborted) return
    this.#gone.abort()
    this.#qr = null
    this.#account.ended(this)
    for (const { reject } of this.#waiting.values()) reject(new ConnectionLost('the connection ended'))
    this.#waiting.clear()
    this.#sink.onClosed(reason)
    this.#closed.resolve()
  }

  async send(message: OutboundMessage): Promise<SendOutcome> {
    this.#mustStand()
    const { world } = this.#account
    const phone = jidPhone(message.to)
    if (phone && !world.registered(phone)) return { kind: 'not_registered' }
    const answer = this.#account.answerTo(message)
    await Promise.resolve()
    this.#mustStand()
    switch (answer.kind) {
      case 'ack':
        this.#frame()
        return { kind: 'acked', at: world.clock.now() }
      case 'refuse':
        this.#frame()
        return { kind: 'refused', code: answer.code, retry: answer.retry }
      case 'throw':
        throw answer.error
      case 'lose-ack':
        throw new AckTimeout('the ack was lost')
      case 'withhold':
        return this.#awaitRelease(message.waId)
      case 'drop-before':
      case 'drop-after':
        this.end({ kind: 'lost', detail: 'dropped in the middle of a send' })
        throw new ConnectionLost('the connection ended')
      default:
        return answer satisfies never
    }
  }

  async prepare(content: OutgoingContent, quote: Quote | null, _to: Jid, files: FileSource): Promise<Uint8Array> {
    this.#mustStand()
    const media = isMedia(content) || content.type === 'buttons' ? content.media : undefined
    if (media) await this.#account.upload(media.id, await files.open(media.id))
    this.#mustStand()
    this.#frame()
    return this.#account.world.make(content, quote)
  }

  requestPairingCode(phone: string): Promise<string> {
    return this.#answer(() => {
      if (!this.#qr) throw new Error('the session is not waiting to be paired')
      this.#code = `C${phone.slice(-7).padStart(7, '0')}`
      return this.#code
    })
  }

  checkNumbers(phones: string[]): Promise<NumberCheck[]> {
    const { registered } = this.#account.world
    return this.#answer(() =>
      phones.map((phone) => ({
        phone,
        exists: registered(phone),
        jid: registered(phone) ? phoneJid(phone) : null,
        lid: null,
      })),
    )
  }

  groups(): Promise<GroupSummary[]> {
    return this.#answer(() => [...this.#account.groups])
  }

  logout(): Promise<void> {
    return this.#answer(() => this.#account.unlink())
  }

  lastFrameAt(): number {
    return this.#lastFrameAt
  }

  async ping(timeoutMs: number): Promise<void> {
    this.#mustStand()
    if (!this.answersPings) {
      await this.#account.world.clock.sleep(timeoutMs, this.#gone.signal)
      this.#mustStand()
      throw new Error('no answer to the ping')
    }
    await Promise.resolve()
    this.#mustStand()
    this.#frame()
  }

  close(): Promise<void> {
    this.end({ kind: 'stopped' })
    return this.#closed.promise
  }

  #begin(): void {
    if (this.#gone.signal.aborted) return
    if (!this.#account.world.reachable()) {
      this.end({ kind: 'unreachable', detail: 'no route by the script' })
      return
    }
    if (this.#account.isUnlinked) {
      this.end({ kind: 'logged_out' })
      return
    }
    this.#account.replayJournal(this)
    if (!this.#account.identity) this.#showQr()
    else if (this.#account.opensItself) void this.#lanes.message.then(() => this.open())
  }

  #showQr(): void {
    const { clock, qrMs, qrCount } = this.#account.world
    if (this.#codes === qrCount) {
      this.end({ kind: 'pairing_timeout' })
      return
    }
    this.#codes += 1
    this.#qr = `scripted-qr,${this.#account.connects},${this.#codes}`
    this.#frame()
    this.#sink.onQr({ text: this.#qr, expiresAt: clock.now() + qrMs })
    void clock.sleep(qrMs, this.#gone.signal).then(() => {
      if (!this.#gone.signal.aborted) this.#showQr()
    })
  }

  async #awaitRelease(waId: string): Promise<SendOutcome> {
    const { clock, ackTimeoutMs } = this.#account.world
    const waiting = Promise.withResolvers<SendOutcome>()
    const over = new AbortController()
    this.#waiting.set(waId, waiting)
    void clock.sleep(ackTimeoutMs, over.signal).then(() => {
      if (!over.signal.aborted) waiting.reject(new AckTimeout('no ack in time'))
    })
    try {
      return await waiting.promise
    } finally {
      over.abort()
      this.#waiting.delete(waId)
    }
  }

  async #answer<Value>(make: () => Value): Promise<Value> {
    this.#mustStand()
    await Promise.resolve()
    this.#mustStand()
    this.#frame()
    return make()
  }

  #mustStand(): void {
    if (this.#gone.signal.aborted) throw new ConnectionLost('the connection ended')
  }

  #frame(): void {
    if (this.answersPings) this.#lastFrameAt = this.#account.world.clock.now()
  }
}
