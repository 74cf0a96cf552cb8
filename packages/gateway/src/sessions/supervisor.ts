import type { Logger } from 'pino'
import type { IncomingCall } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import type { SessionUid } from '../core/ids.ts'
import type { SessionRecord, StatusReason } from '../core/session.ts'
import type { AccountIdentity, ConnectOptions, Engine, EngineConnection, GroupUpdate } from '../engine/port.ts'
import { takeCall } from './calls.ts'
import { type ConnectionEvents, type ConnectionReport, runConnection } from './connection.ts'
import type { HandshakeGate } from './handshake-gate.ts'
import { afterEnding, type NextStep, reconnectDelayMs } from './lifecycle.ts'
import type { PairingBoard } from './pairing.ts'
import type { SessionStore, SessionTraffic } from './ports.ts'
import type { StatusBook, StatusNow } from './status-book.ts'

export interface SupervisorDeps {
  engine: Engine
  store: SessionStore
  traffic: SessionTraffic
  gate: HandshakeGate
  pairing: PairingBoard
  book: StatusBook
  clock: Clock
  logger: Logger
  random: () => number
  /** A phone was linked, and the session is connected. Must not reject. */
  onPaired?: (session: SessionRecord) => Promise<void>
}

/** How long the server may take to remove the device. Milliseconds. */
const LOGOUT_MS = 10_000

/** Keeps one session connected from its start until it is stopped or comes to rest by itself. */
export class Supervisor implements ConnectionEvents {
  readonly session: SessionUid
  /** Resolves when the first connection has come to a login, to a QR code or to its end. */
  readonly firstOutcome: Promise<void>
  /** Resolves when nothing of this supervisor runs any more. */
  readonly done: Promise<void>
  readonly #deps: SupervisorDeps
  readonly #options: ConnectOptions
  readonly #halt = new AbortController()
  readonly #first = Promise.withResolvers<void>()
  #now: StatusNow
  #identity: Pick<SessionRecord, 'phone' | 'lid' | 'pushName'>
  /** What `connected` will give as its reason. */
  #cause: StatusReason
  readonly #record: SessionRecord
  #open: EngineConnection | null = null
  #live: EngineConnection | null = null
  #resting = false
  #leavingAccount = false

  /** Begins at once. `record` is the session as stored, `cause` why it runs. */
  constructor(record: SessionRecord, cause: StatusReason, deps: SupervisorDeps) {
    this.session = record.uid
    this.#record = record
    this.#now = { status: record.status, reason: record.reason }
    this.#identity = { phone: record.phone, lid: record.lid, pushName: record.pushName }
    this.#cause = cause
    const { proxy } = record.settings
    this.#options = proxy === undefined ? {} : { proxy }
    this.#deps = deps
    this.firstOutcome = this.#first.promise
    this.done = this.#run().catch((error: unknown) => {
      deps.logger.error({ err: error, session: this.session }, 'the supervisor of a session failed')
    })
    void this.done.then(this.#first.resolve)
  }

  /** The connection that is logged in, if there is one. */
  get open(): EngineConnection | null {
    return this.#open
  }

  /** The connection whatever its state, if there is one. */
  get live(): EngineConnection | null {
    return this.#live
  }

  /** It is coming to rest by itself: `done` is near, and another supervisor may follow. */
  get isResting(): boolean {
    return this.#resting
  }

  /** Closes the connection and ends; the stored status is the caller's matter. */
  async stop(): Promise<void> {
    this.#halt.abort()
    await this.done
  }

  /** Removes the device from the account where that is possible, and ends. */
  async logout(): Promise<void> {
    this.#leavingAccount = true
    const connection = this.#open
    if (connection) {
      const left = connection.logout().catch((error: unknown) => {
        this.#deps.logger.warn({ err: error, session: this.session }, 'the device could not be unlinked')
      })
      await Promise.race([left, this.#deps.clock.sleep(LOGOUT_MS, this.#halt.signal)])
    }
    await this.stop()
  }

  async #run(): Promise<void> {
    const { signal } = this.#halt
    let failures = 0
    while (!signal.aborted) {
      const leave = await this.#deps.gate.enter(signal)
      if (!leave) return
      const report = await runConnection(this, this.#deps, signal, leave, this.#options)
      leave()
      this.#first.resolve()
      if (signal.aborted || this.#leavingAccount) return
      const step = afterEnding(report.ending, { ...report, failures })
      this.#log(report)
      if (step.kind === 'rest') return this.#rest(step)
      await this.#change({ status: step.status, reason: step.reason })
      if (this.#cause !== 'pairing' || report.ending.kind !== 'restart_required') {
        this.#cause = step.reason === 'restart_required' ? 'restart_required' : 'resumed'
      }
      failures = step.failures
      await this.#deps.clock.sleep(reconnectDelayMs(failures, this.#deps.random), signal)
    }
  }

  onConnection(connection: EngineConnection | null): void {
    this.#live = connection
    if (!connection) this.#deps.pairing.clear(this.session)
  }

  async onQr(qr: { text: string; expiresAt: number }): Promise<void> {
    const { book, store, clock, pairing } = this.#deps
    // Held first: whoever sees the status `qr` finds a code.
    pairing.hold(this.session, qr)
    await this.#change({ status: 'qr', reason: 'pairing' })
    const write = () => store.recordQr(this.session, { ...qr, at: clock.now() })
    if (await book.untilStored(write, this.#halt.signal)) pairing.tell(this.session, { kind: 'qr', qr })
    this.#first.resolve()
  }

  async onPaired(identity: AccountIdentity): Promise<void> {
    this.#deps.pairing.clear(this.session)
    await this.#remember(identity)
    this.#cause = 'pairing'
    await this.#change({ status: 'connecting', reason: 'pairing' })
  }

  async onOpen(connection: EngineConnection, identity: AccountIdentity): Promise<void> {
    await this.#remember(identity)
    await this.#change({ status: 'connected', reason: this.#cause })
    if (this.#cause === 'pairing') await this.#deps.onPaired?.(this.#record)
    this.#open = connection
    this.#deps.traffic.onOpen(this.session, connection)
    this.#first.resolve()
  }

  onDrained(): void {
    if (this.#open) this.#deps.traffic.onDrained(this.session)
  }

  onClosed(): void {
    if (!this.#open) return
    this.#open = null
    this.#deps.traffic.onClosed(this.session)
  }

  onGroupUpdate(update: GroupUpdate): Promise<void> {
    return this.#deps.store.recordGroupUpdate(this.session, update)
  }

  onCall(call: IncomingCall): Promise<void> {
    return takeCall(this.session, call, this.#live, this.#deps)
  }

  async #remember(identity: AccountIdentity): Promise<void> {
    const known = this.#identity
    const isOther = known.phone !== null && known.phone !== identity.phone
    const next = {
      phone: identity.phone,
      lid: identity.lid ?? (isOther ? null : known.lid),
      pushName: identity.pushName ?? (isOther ? null : known.pushName),
    }
    if (next.phone === known.phone && next.lid === known.lid && next.pushName === known.pushName) return
    await this.#deps.book.untilStored(async () => {
      // Before the new number is stored, so that a crash in between finds the change again.
      if (isOther) await this.#deps.traffic.onAccountChanged(this.session)
      await this.#deps.store.updateSession(this.session, next)
      this.#identity = next
    }, this.#halt.signal)
  }

  async #rest(step: Extract<NextStep, { kind: 'rest' }>): Promise<void> {
    this.#resting = true
    const { book, store, engine } = this.#deps
    await this.#change({ status: step.status, reason: step.reason })
    await book.untilStored(() => store.updateSession(this.session, { shouldRun: false }), this.#halt.signal)
    if (step.forget) await book.untilStored(() => engine.forget(this.session), this.#halt.signal)
  }

  async #change(next: StatusNow): Promise<void> {
    const { book } = this.#deps
    const written = await book.untilStored(() => book.change(this.session, this.#now, next), this.#halt.signal)
    if (written) this.#now = written.value
  }

  #log({ ending, wasHealthy }: ConnectionReport): void {
    const detail = 'detail' in ending ? ending.detail : undefined
    this.#deps.logger.info({ session: this.session, ending: ending.kind, detail, wasHealthy }, 'connection ended')
  }
}
