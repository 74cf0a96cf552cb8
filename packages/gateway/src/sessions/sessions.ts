import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { isSessionName, newId, type SessionUid, type TenantId } from '../core/ids.ts'
import type { SessionRecord, SessionStatus, StatusReason } from '../core/session.ts'
import type { Pacing, SessionSettings } from '../core/session-settings.ts'
import { importsCredentials } from '../engine/capabilities.ts'
import {
  ConnectionLost,
  type Engine,
  type EngineConnection,
  type GroupSummary,
  type NumberCheck,
} from '../engine/port.ts'
import { HandshakeGate } from './handshake-gate.ts'
import { Locks } from './locks.ts'
import { PairingBoard } from './pairing.ts'
import type { SessionStore, SessionTraffic } from './ports.ts'
import { StatusBook } from './status-book.ts'
import { Supervisor, type SupervisorDeps } from './supervisor.ts'
import type { CreateSession, PairingNews, PairingQr, SessionVerbs, UpdateSession } from './verbs.ts'

export interface SessionsOptions {
  engine: Engine
  store: SessionStore
  traffic: SessionTraffic
  clock: Clock
  logger: Logger
  /** How many connections may be made at once; default 16. */
  handshakes?: number
  /** Reads the URL of a proxy; throws `url_not_allowed`. Without it no session has one. */
  checkProxy?: (url: string) => string
  /** A phone was linked, and the session is connected. Must not reject. */
  onPaired?: (session: SessionRecord) => Promise<void>
  /** 0 (inclusive) to 1 (exclusive), for the jitter of back-offs; default Math.random. */
  random?: () => number
}

/** How long `drain` waits for connections to close. Milliseconds. */
const DRAIN_MS = 1_500

/** All sessions of this process: who runs, and what the outside may do with them. */
export class Sessions implements SessionVerbs {
  readonly #deps: SupervisorDeps
  readonly #checkProxy: (url: string) => string
  readonly #locks = new Locks<SessionUid>()
  readonly #running = new Map<SessionUid, Supervisor>()
  #resuming = { resumed: 0, total: 0 }
  #isDraining = false

  constructor(options: SessionsOptions) {
    const { engine, store, traffic, clock, logger, handshakes = 16, random = Math.random } = options
    this.#checkProxy = options.checkProxy ?? refuseProxies
    const pairing = new PairingBoard(clock, logger)
    const book = new StatusBook(store, pairing, clock, logger)
    const gate = new HandshakeGate(handshakes)
    const { onPaired } = options
    const deps = { engine, store, traffic, gate, pairing, book, clock, logger, random }
    this.#deps = onPaired ? { ...deps, onPaired } : deps
  }

  /**
   * Starts every session that should run, oldest first. Resolves when all are on their way; `readiness` tells how
   * many have come through. A session whose coming to rest was cut short by a crash comes to rest now.
   */
  async resume(): Promise<void> {
    const records = await this.#deps.store.listRunnable()
    this.#resuming = { resumed: 0, total: records.length }
    await Promise.all(records.map((record) => this.#locks.run(record.uid, () => this.#resumeOne(record))))
  }

  readiness(): { resumed: number; total: number } {
    return { ...this.#resuming }
  }

  async create(tenant: TenantId, input: CreateSession): Promise<SessionRecord> {
    this.#mustTakeWork()
    const id = input.id ?? randomUUID()
    if (!isSessionName(id)) {
      const message = '1 to 64 letters, digits, hyphens and underscores, a letter or digit first'
      throw new KurirError('invalid_request', 'The session id is not valid', { fields: [{ field: 'id', message }] })
    }
    const now = this.#deps.clock.now()
    const { isStarted = true } = input
    const record: SessionRecord = {
      uid: newId('ses'),
      tenant,
      id,
      name: input.name ?? null,
      shouldRun: isStarted,
      status: isStarted ? 'connecting' : 'stopped',
      reason: 'created',
      since: now,
      phone: null,
      lid: null,
      pushName: null,
      metadata: input.metadata ?? {},
      settings: this.#settings({}, input),
      restriction: null,
      createdAt: now,
    }
    return this.#locks.run(record.uid, async () => {
      if (!(await this.#deps.store.createSession(record))) throw new KurirError('session_exists')
      if (isStarted) this.#spawn(record, 'created')
      return record
    })
  }

  async importSession(
    tenant: TenantId,
    input: Pick<CreateSession, 'id' | 'name'>,
    files: ReadonlyMap<string, unknown>,
  ): Promise<SessionRecord> {
    const { engine, store } = this.#deps
    if (!importsCredentials(engine)) throw new KurirError('invalid_request', 'The engine cannot take over accounts')
    const { uid, id } = await this.create(tenant, { ...input, isStarted: false })
    try {
      const { phone, lid, pushName } = await engine.importCredentials(uid, files)
      await store.updateSession(uid, { phone, lid, pushName })
    } catch (error) {
      await this.remove(tenant, id)
      throw error
    }
    return this.start(tenant, id)
  }

  async get(tenant: TenantId, id: string): Promise<SessionRecord> {
    const record = await this.#deps.store.getSession(tenant, id)
    if (!record) throw new KurirError('session_not_found')
    return record
  }

  async isForeign(tenant: TenantId, id: string): Promise<boolean> {
    // The first of all sessions from this id on: that of the id itself, if there is one.
    const [first] = await this.#deps.store.listSessions(null, { limit: 1, cursor: `${id}/` })
    return first?.id === id && first.tenant !== tenant
  }

  list(tenant: TenantId | null, page: { limit: number; cursor?: string }): Promise<SessionRecord[]> {
    return this.#deps.store.listSessions(tenant, page)
  }

  async update(tenant: TenantId, id: string, patch: UpdateSession): Promise<SessionRecord> {
    const { name, metadata } = patch
    return this.#locked(tenant, id, async ({ uid, settings }) => {
      const next = this.#settings(settings, patch)
      await this.#deps.store.updateSession(uid, {
        ...(name === undefined ? {} : { name }),
        ...(metadata === undefined ? {} : { metadata }),
        settings: next,
      })
      const running = this.#running.get(uid)
      if (next.proxy === settings.proxy || !running || running.isResting || this.#isDraining) {
        return this.get(tenant, id)
      }
      await running.stop()
      return this.#begin(await this.get(tenant, id))
    })
  }

  #settings(before: SessionSettings, patch: Pick<UpdateSession, 'proxy' | 'pacing' | 'calls'>): SessionSettings {
    const { proxy, pacing, calls } = patch
    const next = { ...before }
    if (proxy === null) delete next.proxy
    else if (proxy !== undefined) next.proxy = this.#checkProxy(proxy)
    if (pacing === null) delete next.pacing
    else if (pacing !== undefined) next.pacing = checkPacing(pacing)
    if (calls === null) delete next.calls
    else if (calls !== undefined) next.calls = calls
    return next
  }

  async liftRestriction(tenant: TenantId, id: string): Promise<SessionRecord> {
    const { uid } = await this.get(tenant, id)
    await this.#deps.store.liftRestriction(uid, this.#deps.clock.now())
    this.#deps.traffic.onRestrictionLifted(uid)
    return this.get(tenant, id)
  }

  async remove(tenant: TenantId, id: string): Promise<void> {
    await this.#locked(tenant, id, async ({ uid }) => {
      await this.#running.get(uid)?.logout()
      await this.#deps.engine.forget(uid)
      await this.#deps.store.deleteSession(uid)
    })
  }

  async start(tenant: TenantId, id: string): Promise<SessionRecord> {
    this.#mustTakeWork()
    return this.#locked(tenant, id, async (record) => {
      const running = this.#running.get(record.uid)
      if (running && !running.isResting) return record
      await running?.done
      return this.#begin(await this.get(tenant, id))
    })
  }

  async stop(tenant: TenantId, id: string): Promise<SessionRecord> {
    return this.#locked(tenant, id, async ({ uid }) => {
      await this.#running.get(uid)?.stop()
      return this.#rest(tenant, id, { status: 'stopped', reason: 'requested' })
    })
  }

  async restart(tenant: TenantId, id: string): Promise<SessionRecord> {
    this.#mustTakeWork()
    return this.#locked(tenant, id, async (record) => {
      await this.#running.get(record.uid)?.stop()
      return this.#begin(await this.get(tenant, id))
    })
  }

  async logout(tenant: TenantId, id: string): Promise<SessionRecord> {
    return this.#locked(tenant, id, async (record) => {
      if (record.status === 'logged_out') return record
      await this.#running.get(record.uid)?.logout()
      const rested = await this.#rest(tenant, id, { status: 'logged_out', reason: 'logout' })
      await this.#deps.engine.forget(record.uid)
      return rested
    })
  }

  async qr(tenant: TenantId, id: string): Promise<PairingQr> {
    const { uid, status } = await this.get(tenant, id)
    if (status === 'connected') throw new KurirError('already_connected')
    const qr = this.#deps.pairing.current(uid)
    if (!qr) throw new KurirError('qr_not_ready')
    return qr
  }

  async watchPairing(tenant: TenantId, id: string, listener: (news: PairingNews) => void): Promise<() => void> {
    const { uid } = await this.get(tenant, id)
    return this.#deps.pairing.watch(uid, listener)
  }

  async pairingCode(tenant: TenantId, id: string, phone: string): Promise<string> {
    const { uid, status } = await this.get(tenant, id)
    if (status === 'connected') throw new KurirError('already_connected')
    const connection = this.#running.get(uid)?.live
    if (!connection || !this.#deps.pairing.current(uid)) throw new KurirError('qr_not_ready')
    return orWhenLost('qr_not_ready', connection.requestPairingCode(phone))
  }

  async checkNumbers(tenant: TenantId, id: string, numbers: string[]): Promise<NumberCheck[]> {
    return orWhenLost('session_not_connected', (await this.#connected(tenant, id)).checkNumbers(numbers))
  }

  /**
   * Works with the session's open connection. Rejects with `session_not_connected` where there is none or it ends
   * meanwhile.
   */
  async use<Value>(
    tenant: TenantId,
    id: string,
    work: (connection: EngineConnection) => Promise<Value>,
  ): Promise<Value> {
    return orWhenLost('session_not_connected', work(await this.#connected(tenant, id)))
  }

  async groups(tenant: TenantId, id: string): Promise<GroupSummary[]> {
    return orWhenLost('session_not_connected', (await this.#connected(tenant, id)).groups())
  }

  /**
   * Takes no new work and closes all connections; resolves when they are closed, at the latest after `deadlineMs`.
   * Nothing is written: sessions that should run are resumed by the next process.
   */
  async drain(deadlineMs = DRAIN_MS): Promise<void> {
    this.#isDraining = true
    const over = new AbortController()
    const closed = Promise.all([...this.#running.values()].map((supervisor) => supervisor.stop()))
    await Promise.race([closed, this.#deps.clock.sleep(deadlineMs, over.signal)])
    over.abort()
  }

  async #resumeOne(record: SessionRecord): Promise<void> {
    const came = () => {
      this.#resuming.resumed += 1
    }
    if (this.#isDraining) return
    if (record.status === 'stopped' || record.status === 'logged_out') {
      await this.#deps.store.updateSession(record.uid, { shouldRun: false })
      return came()
    }
    const status = await this.#deps.book.change(record.uid, record, { status: 'connecting', reason: 'resumed' })
    void this.#spawn({ ...record, ...status }, 'resumed').firstOutcome.then(came)
  }

  /** Runs a session that does not run. Worthless credentials go first, so that a QR is shown. */
  async #begin(record: SessionRecord): Promise<SessionRecord> {
    const { uid, tenant, id } = record
    if (record.status === 'logged_out') await this.#deps.engine.forget(uid)
    await this.#deps.store.updateSession(uid, { shouldRun: true })
    await this.#deps.book.change(uid, record, { status: 'connecting', reason: 'requested' })
    const stored = await this.get(tenant, id)
    this.#spawn(stored, 'requested')
    return stored
  }

  /** Stores that a session does not run. One that came to rest by itself keeps the reason that it gave. */
  async #rest(
    tenant: TenantId,
    id: string,
    next: { status: Extract<SessionStatus, 'stopped' | 'logged_out'>; reason: StatusReason },
  ): Promise<SessionRecord> {
    const now = await this.get(tenant, id)
    const rests = now.status === 'logged_out' || (now.status === 'stopped' && next.status === 'stopped')
    if (!rests) await this.#deps.book.change(now.uid, now, next)
    await this.#deps.store.updateSession(now.uid, { shouldRun: false })
    return this.get(tenant, id)
  }

  #spawn(record: SessionRecord, cause: StatusReason): Supervisor {
    const supervisor = new Supervisor(record, cause, this.#deps)
    this.#running.set(record.uid, supervisor)
    void supervisor.done.then(() => {
      if (this.#running.get(record.uid) === supervisor) this.#running.delete(record.uid)
    })
    return supervisor
  }

  async #locked<Value>(tenant: TenantId, id: string, work: (record: SessionRecord) => Promise<Value>): Promise<Value> {
    const { uid } = await this.get(tenant, id)
    // Read again inside: what ran before may have deleted or changed it.
    return this.#locks.run(uid, async () => work(await this.get(tenant, id)))
  }

  async #connected(tenant: TenantId, id: string): Promise<EngineConnection> {
    const { uid } = await this.get(tenant, id)
    const connection = this.#running.get(uid)?.open
    if (!connection) throw new KurirError('session_not_connected')
    return connection
  }

  #mustTakeWork(): void {
    if (this.#isDraining) throw new KurirError('unavailable', 'The gateway is shutting down')
  }
}

function checkPacing(pacing: Pacing): Pacing {
  const [least, most] = pacing.gapMs ?? [0, 0]
  if (least <= most) return pacing
  const fields = [{ field: '/settings/pacing/gap_ms', message: 'has its least gap first' }]
  throw new KurirError('invalid_request', undefined, { fields })
}

function refuseProxies(): never {
  throw new KurirError('url_not_allowed', 'Proxies are not allowed here')
}

async function orWhenLost<Value>(
  code: 'qr_not_ready' | 'session_not_connected',
  answer: Promise<Value>,
): Promise<Value> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ConnectionLost) throw new KurirError(code, undefined, { cause: error })
    throw error
  }
}
