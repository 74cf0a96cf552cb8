import { buffer } from 'node:stream/consumers'
import type { Jid } from '../../core/jid.ts'
import type { MediaId } from '../../core/media.ts'
import type {
  AccountIdentity,
  CloseReason,
  EngineSink,
  GroupSummary,
  InboundMessage,
  OutboundMessage,
  Receipt,
  SourceFile,
  UndecryptableMessage,
} from '../port.ts'
import type { ChatDeed } from './actions.ts'
import { type AccountWorld, type FarSide, ScriptedConnection, type SendAnswer } from './connection.ts'

interface Kept {
  message: InboundMessage
  /** A connection was handed it before: decrypted and journalled, so that it comes again ahead of the login. */
  journalled: boolean
}

/** The far side of one session: what WhatsApp's server keeps for it, and what its phone does. */
export class ScriptedAccount implements FarSide {
  readonly world: AccountWorld
  /** Every message that reached the server, repetitions included, in order. */
  readonly accepted: OutboundMessage[] = []
  /** Every call of `send`, whatever became of it. */
  readonly attempted: OutboundMessage[] = []
  readonly groups: GroupSummary[] = []
  readonly deeds: ChatDeed[] = []
  readonly blocked = new Set<Jid>()
  /** The files that the media server has of this account. */
  readonly uploads = new Map<MediaId, Buffer>()
  /** Called before each upload; what it throws, `prepare` rejects with. */
  beforeUpload: (id: MediaId) => void | Promise<void> = () => {}
  /** Decides about each `send`; acknowledges where it is silent. */
  answer: (message: OutboundMessage, attempt: number) => SendAnswer = () => ({ kind: 'ack' })
  /** How often `connect` was called. */
  connects = 0
  /** When false, a paired connection stays before the login until `open()` is called. */
  opensItself = true
  /** When false, what the server kept is handed over only when `drain()` is called. */
  drainsItself = true
  /** Whether recipients confirm that they got a message, once for each time that the server gets it. */
  confirmsDelivery = false
  #identity: AccountIdentity | null = null
  #unlinked = false
  #live: ScriptedConnection | null = null
  #kept: Kept[] = []
  #keptReceipts: Receipt[] = []

  constructor(world: AccountWorld) {
    this.world = world
  }

  get isPaired(): boolean {
    return this.#identity !== null
  }

  get identity(): AccountIdentity | null {
    return this.#identity
  }

  /** The phone removed this device, and the client does not know yet. */
  get isUnlinked(): boolean {
    return this.#unlinked
  }

  /** The connection that stands or is being made. */
  get live(): ScriptedConnection | null {
    return this.#live
  }

  /** As `live`, for scripts that know there is one. */
  get connection(): ScriptedConnection {
    if (!this.#live) throw new Error('the session has no connection')
    return this.#live
  }

  connect(sink: EngineSink): ScriptedConnection {
    this.connects += 1
    this.#live?.end({ kind: 'replaced' })
    const connection = new ScriptedConnection(this, sink)
    this.#live = connection
    return connection
  }

  ended(connection: ScriptedConnection): void {
    if (this.#live === connection) this.#live = null
  }

  /** Gives the session credentials without showing a QR. */
  pair(identity: AccountIdentity): void {
    this.#identity = identity
    this.#unlinked = false
  }

  /** The phone scans a QR text. Throws for one that is not shown now. */
  scan(qr: string, identity: AccountIdentity): void {
    const connection = this.connection
    if (connection.shownQr !== qr) throw new Error('the QR code is stale or foreign')
    this.pair(identity)
    connection.paired(identity)
  }

  /** The phone takes a pairing code. Throws for a wrong one. */
  enterCode(code: string, identity: AccountIdentity): void {
    const connection = this.connection
    if (connection.pairingCode !== code) throw new Error('the pairing code is wrong')
    this.pair(identity)
    connection.paired(identity)
  }

  /** The person removes the linked device. */
  unlink(): void {
    this.#unlinked = true
    this.#live?.end({ kind: 'logged_out' })
  }

  forget(): void {
    this.#identity = null
    this.#unlinked = false
    this.#kept = this.#kept.filter((kept) => !kept.journalled)
  }

  /** Cuts the connection, if there is one. */
  drop(reason: CloseReason = { kind: 'lost', detail: 'dropped by the script' }): void {
    this.#live?.end(reason)
  }

  /** Somebody sends to this account: handed over now or at the next login, again and again until it is stored. */
  deliver(message: Omit<InboundMessage, 'offline' | 'journalKey'>): void {
    const kept = {
      message: { ...message, journalKey: `journal-${message.waId}`, offline: false },
      journalled: false,
    }
    this.#kept.push(kept)
    const live = this.#live
    if (live?.isDrained) this.#hand(kept, live)
    else kept.message.offline = true
  }

  /** A message that this device cannot decrypt. */
  deliverUndecryptable(message: UndecryptableMessage): void {
    this.connection.tell('message', (sink) => sink.onUndecryptable(message))
  }

  /** News of what this account sent: now, or at the next login. */
  receipt(receipt: Pick<Receipt, 'waIds' | 'status'> & Partial<Receipt>): void {
    const full = { chat: '' as Jid, participant: null, at: this.world.clock.now(), ...receipt }
    const live = this.#live
    if (live?.isDrained) live.tell('receipt', (sink) => sink.onReceipt(full))
    else this.#keptReceipts.push(full)
  }

  async upload(id: MediaId, file: SourceFile): Promise<void> {
    await this.beforeUpload(id)
    this.uploads.set(id, await buffer(file.read()))
  }

  replayJournal(connection: ScriptedConnection): void {
    for (const kept of this.#kept) if (kept.journalled) this.#hand(kept, connection)
  }

  answerTo(message: OutboundMessage): SendAnswer {
    this.attempted.push(message)
    const attempt = this.attempted.filter(({ waId }) => waId === message.waId).length
    const answer = this.answer(message, attempt)
    const reached = answer.kind !== 'drop-before' && answer.kind !== 'refuse' && answer.kind !== 'throw'
    if (reached) this.accepted.push(message)
    if (reached && this.confirmsDelivery) {
      const { waId, to: chat } = message
      queueMicrotask(() => this.receipt({ waIds: [waId], chat, status: 'delivered' }))
    }
    return answer
  }

  handOver(connection: ScriptedConnection): void {
    for (const kept of this.#kept) if (!kept.journalled) this.#hand(kept, connection)
    for (const receipt of this.#keptReceipts.splice(0)) connection.tell('receipt', (sink) => sink.onReceipt(receipt))
  }

  #hand(kept: Kept, connection: ScriptedConnection): void {
    kept.journalled = true
    connection.tell('message', async (sink) => {
      await sink.onMessage(kept.message)
      this.#kept = this.#kept.filter((other) => other !== kept)
    })
  }
}
