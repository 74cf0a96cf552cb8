import type { IncomingCall } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import type { SessionUid } from '../core/ids.ts'
import type {
  AccountIdentity,
  CloseReason,
  ConnectOptions,
  Engine,
  EngineConnection,
  EngineSink,
  GroupUpdate,
} from '../engine/port.ts'
import { type Ending, HEALTHY_AFTER_MS } from './lifecycle.ts'
import { watchLiveness } from './liveness.ts'
import type { SessionTraffic } from './ports.ts'

/** What a connection means to its session. Calls never overlap and come in the engine's order. */
export interface ConnectionEvents {
  readonly session: SessionUid
  /** The connection that is being made; null once it has ended. */
  onConnection(connection: EngineConnection | null): void
  onQr(qr: { text: string; expiresAt: number }): Promise<void>
  onPaired(identity: AccountIdentity): Promise<void>
  onOpen(connection: EngineConnection, identity: AccountIdentity): Promise<void>
  onDrained(): void
  onClosed(): void
  /** Resolves when it is stored; may come at any time. */
  onGroupUpdate(update: GroupUpdate): Promise<void>
  /** The same for a call. */
  onCall(call: IncomingCall): Promise<void>
}

export interface ConnectionReport {
  ending: Ending
  /** It was logged in long enough for its end to be no sign of trouble. */
  wasHealthy: boolean
  /** It came to a login or a QR code. */
  gotThrough: boolean
}

interface Deps {
  engine: Engine
  traffic: SessionTraffic
  clock: Clock
}

/**
 * Runs one connection to its end: puts the engine's calls in a row, so that each is stored before the next is looked
 * at, watches the line, and closes it when `signal` fires. `leave` gives back the place in the handshake gate.
 */
export async function runConnection(
  events: ConnectionEvents,
  { engine, traffic, clock }: Deps,
  signal: AbortSignal,
  leave: () => void,
  options: ConnectOptions = {},
): Promise<ConnectionReport> {
  const ended = Promise.withResolvers<CloseReason>()
  const over = new AbortController()
  const progress = { openedAt: 0, closedAt: 0, gotThrough: false }
  let row = Promise.resolve()
  const next = (step: () => void | Promise<void>) => {
    row = row.then(step).catch(ended.reject)
  }
  const through = () => {
    progress.gotThrough = true
    leave()
  }
  const { session } = events
  const sink: EngineSink = {
    onQr: (qr) => {
      through()
      next(() => (over.signal.aborted ? undefined : events.onQr(qr)))
    },
    onPaired: (identity) => {
      through()
      next(() => events.onPaired(identity))
    },
    onOpen: (identity) => {
      through()
      progress.openedAt = clock.now()
      next(() => (over.signal.aborted ? undefined : events.onOpen(connection, identity)))
    },
    onDrained: () => next(() => events.onDrained()),
    onClosed: (reason) => {
      progress.closedAt = clock.now()
      over.abort()
      next(() => ended.resolve(reason))
    },
    onMessage: (message) => traffic.onMessage(session, message),
    onUndecryptable: (message) => traffic.onUndecryptable(session, message),
    onGroupUpdate: (update) => events.onGroupUpdate(update),
    onCall: (call) => events.onCall(call),
    onHistory: (messages) => traffic.onHistory(session, messages),
    onReceipt: (receipt) => traffic.onReceipt(session, receipt),
  }
  const connection = engine.connect(session, sink, options)
  return follow(connection, { events, clock, signal, over, ended: ended.promise, progress })
}

interface Following {
  events: ConnectionEvents
  clock: Clock
  signal: AbortSignal
  over: AbortController
  ended: Promise<CloseReason>
  progress: { openedAt: number; closedAt: number; gotThrough: boolean }
}

async function follow(connection: EngineConnection, following: Following): Promise<ConnectionReport> {
  const { events, clock, signal, over, ended, progress } = following
  let isDead = false
  const close = () => void connection.close().catch(() => {})
  events.onConnection(connection)
  over.signal.addEventListener('abort', () => events.onConnection(null), { once: true })
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  const watching = watchLiveness(connection, clock, over.signal).then((dead) => {
    isDead = dead
    if (dead) close()
  })
  try {
    const reason = await ended
    const stood = progress.openedAt === 0 ? 0 : progress.closedAt - progress.openedAt
    return { ending: why(reason, isDead), wasHealthy: stood >= HEALTHY_AFTER_MS, gotThrough: progress.gotThrough }
  } finally {
    close()
    over.abort()
    signal.removeEventListener('abort', close)
    events.onClosed()
    await watching
  }
}

function why(reason: CloseReason, isDead: boolean): Ending {
  if (reason.kind !== 'stopped') return reason
  return isDead ? { kind: 'unresponsive' } : { kind: 'lost', detail: 'closed by this side' }
}
