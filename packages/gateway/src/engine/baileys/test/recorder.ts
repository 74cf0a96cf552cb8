import type { IncomingCall } from '../../../core/call.ts'
import type { SessionUid } from '../../../core/ids.ts'
import type {
  AccountIdentity,
  CloseReason,
  EngineSink,
  GroupUpdate,
  InboundMessage,
  PastMessage,
  Receipt,
  UndecryptableMessage,
} from '../../port.ts'
import type { MemoryAuth } from './memory-auth.ts'

/** A sink that writes everything down; what it stores it consumes, as the real one does in one transaction. */
export class Recorder implements EngineSink {
  readonly qrs: { text: string; expiresAt: number }[] = []
  readonly told: string[] = []
  readonly messages: InboundMessage[] = []
  readonly undecryptable: UndecryptableMessage[] = []
  readonly receipts: Receipt[] = []
  readonly groupUpdates: GroupUpdate[] = []
  readonly calls: IncomingCall[] = []
  readonly history: PastMessage[] = []
  paired: AccountIdentity | undefined
  identity: AccountIdentity | undefined
  drained = false
  closed: CloseReason | undefined
  closedTimes = 0
  /** Awaited before a message counts as stored; may throw. */
  beforeStore: (message: InboundMessage) => void | Promise<void> = () => {}
  beforeHistory: (messages: PastMessage[]) => void | Promise<void> = () => {}
  beforeReceipt: (receipt: Receipt) => void | Promise<void> = () => {}
  readonly #auth: MemoryAuth
  readonly #session: SessionUid

  constructor(auth: MemoryAuth, session: SessionUid) {
    this.#auth = auth
    this.#session = session
  }

  onQr(qr: { text: string; expiresAt: number }): void {
    this.qrs.push(qr)
  }

  onPaired(identity: AccountIdentity): void {
    this.paired = identity
    this.told.push('paired')
  }

  onOpen(identity: AccountIdentity): void {
    this.identity = identity
    this.told.push('open')
  }

  onDrained(): void {
    this.drained = true
    this.told.push('drained')
  }

  onClosed(reason: CloseReason): void {
    this.closed = reason
    this.closedTimes += 1
    this.told.push(`closed ${reason.kind}`)
  }

  async onMessage(message: InboundMessage): Promise<void> {
    await this.beforeStore(message)
    this.messages.push(message)
    await this.#auth.consumeJournal(this.#session, [message.journalKey])
  }

  async onUndecryptable(message: UndecryptableMessage): Promise<void> {
    this.undecryptable.push(message)
  }

  async onHistory(messages: PastMessage[]): Promise<void> {
    await this.beforeHistory(messages)
    this.history.push(...messages)
  }

  async onCall(call: IncomingCall): Promise<void> {
    this.calls.push(call)
  }

  async onGroupUpdate(update: GroupUpdate): Promise<void> {
    this.groupUpdates.push(update)
  }

  async onReceipt(receipt: Receipt): Promise<void> {
    await this.beforeReceipt(receipt)
    this.receipts.push(receipt)
  }
}
