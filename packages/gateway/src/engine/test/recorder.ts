import type { IncomingCall } from '../../core/call.ts'
import type { SessionUid } from '../../core/ids.ts'
import type {
  AccountIdentity,
  CloseReason,
  Engine,
  EngineConnection,
  EngineSink,
  GroupUpdate,
  InboundMessage,
  PastMessage,
  Receipt,
  UndecryptableMessage,
} from '../port.ts'

export type Told =
  | { kind: 'qr'; text: string; expiresAt: number }
  | { kind: 'paired'; identity: AccountIdentity }
  | { kind: 'open'; identity: AccountIdentity }
  | { kind: 'drained' }
  | { kind: 'closed'; reason: CloseReason }
  | { kind: 'message'; message: InboundMessage }
  | { kind: 'undecryptable'; message: UndecryptableMessage }
  | { kind: 'receipt'; receipt: Receipt }
  | { kind: 'history'; messages: PastMessage[] }
  | { kind: 'group'; update: GroupUpdate }
  | { kind: 'call'; call: IncomingCall }

type ToldKind = Told['kind']
type ToldOf<Kind extends ToldKind> = Extract<Told, { kind: Kind }>

const PATIENCE_MS = 15_000

/** Writes down everything that a connection tells, in order, and lets a test wait for it. */
export class Recorder implements EngineSink {
  readonly told: Told[] = []
  /** What `onMessage` does before it resolves. */
  store: (message: InboundMessage) => Promise<void> = () => Promise.resolve()
  /** How many calls of `onMessage` had not been answered when the last one came. */
  overlap = 0
  #pending = 0
  #changed = Promise.withResolvers<void>()

  onQr(qr: { text: string; expiresAt: number }): void {
    this.#tell({ kind: 'qr', ...qr })
  }

  onPaired(identity: AccountIdentity): void {
    this.#tell({ kind: 'paired', identity })
  }

  onOpen(identity: AccountIdentity): void {
    this.#tell({ kind: 'open', identity })
  }

  onDrained(): void {
    this.#tell({ kind: 'drained' })
  }

  onClosed(reason: CloseReason): void {
    this.#tell({ kind: 'closed', reason })
  }

  async onMessage(message: InboundMessage): Promise<void> {
    this.overlap = Math.max(this.overlap, this.#pending)
    this.#pending += 1
    try {
      await this.store(message)
      this.#tell({ kind: 'message', message })
    } finally {
      this.#pending -= 1
    }
  }

  onUndecryptable(message: UndecryptableMessage): Promise<void> {
    this.#tell({ kind: 'undecryptable', message })
    return Promise.resolve()
  }

  onHistory(messages: PastMessage[]): Promise<void> {
    this.#tell({ kind: 'history', messages })
    return Promise.resolve()
  }

  async onCall(call: IncomingCall): Promise<void> {
    this.#tell({ kind: 'call', call })
  }

  async onGroupUpdate(update: GroupUpdate): Promise<void> {
    this.#tell({ kind: 'group', update })
  }

  onReceipt(receipt: Receipt): Promise<void> {
    this.#tell({ kind: 'receipt', receipt })
    return Promise.resolve()
  }

  /** Everything of one kind, in order. */
  all<Kind extends ToldKind>(kind: Kind): ToldOf<Kind>[] {
    return this.told.filter((told): told is ToldOf<Kind> => told.kind === kind)
  }

  /** The kinds in order, without what is not asked for. */
  order(...kinds: ToldKind[]): ToldKind[] {
    return this.told.map(({ kind }) => kind).filter((kind) => kinds.includes(kind))
  }

  /** The first thing told of this kind, past or to come. */
  first<Kind extends ToldKind>(kind: Kind): Promise<ToldOf<Kind>> {
    return this.find(kind, () => true)
  }

  async find<Kind extends ToldKind>(kind: Kind, is: (told: ToldOf<Kind>) => boolean): Promise<ToldOf<Kind>> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const found = this.all(kind).find(is)
      if (found) return found
      const left = deadline - Date.now()
      if (left <= 0) {
        const told = JSON.stringify(this.told.map((one) => (one.kind === 'closed' ? one : one.kind)))
        throw new Error(`waited for ${kind} in vain; what was told: ${told}`)
      }
      await this.#change(left)
    }
  }

  async count<Kind extends ToldKind>(kind: Kind, count: number): Promise<ToldOf<Kind>[]> {
    await this.find(kind, () => this.all(kind).length >= count)
    return this.all(kind)
  }

  #tell(told: Told): void {
    this.told.push(told)
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  async #change(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, Math.min(ms, 1_000))
    await Promise.race([this.#changed.promise, promise])
    clearTimeout(timer)
  }
}

export interface Connected {
  connection: EngineConnection
  told: Recorder
}

/** Opens a connection that writes down what it is told. */
export function connect(engine: Engine, session: SessionUid, told = new Recorder()): Connected {
  return { connection: engine.connect(session, told, {}), told }
}
