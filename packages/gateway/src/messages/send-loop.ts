import type { Logger } from 'pino'
import { backOffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { isUnavailable } from '../core/errors.ts'
import type { SessionUid, WaMessageId } from '../core/ids.ts'
import type { MessageRecord } from '../core/message.ts'
import { AckTimeout, type EngineConnection } from '../engine/port.ts'
import { type Held, Lanes } from './lanes.ts'
import { type Attempted, judge, judgePreparation, RESEND, type Verdict } from './outcome.ts'
import type { Pacer } from './pacer.ts'
import type { MessageStore, OutboxItem, StatusAdvance } from './ports.ts'
import type { Preparation } from './prepare.ts'
import type { Restrictions } from './restrictions.ts'
import type { StoreRetry } from './until-stored.ts'

export interface SendLoopDeps {
  store: Pick<MessageStore, 'loadOutbox' | 'loadScheduled' | 'countAttempt' | 'beginAttempt' | 'advanceStatus'>
  preparation: Preparation
  pacer: Pick<Pacer, 'turn'>
  restrictions: Pick<Restrictions, 'heldUntil' | 'refused'>
  retry: StoreRetry
  clock: Clock
  logger: Logger
  random: () => number
  /** Called with a message after each change that this loop stored. */
  onChanged: (message: MessageRecord) => void
  /** How many chats may have a message at the engine at once. */
  concurrency: number
}

/** How many messages one read of the outbox brings. */
const PAGE = 200
/** How many messages are held in memory per session; the rest waits on disk. */
const WINDOW = 2_000
/** How many more may wait in memory because they are held, so that others come by. */
const MOST_HELD = 50_000
/** Outages that lengthen the wait before the next try: to about four seconds. */
const MOST_OUTAGES = 3
/** A message that is held is looked at again after so long, since it may be let go sooner. Milliseconds. */
const LOOK_MS = 15_000

/**
 * Sends a session's outbox over one connection: in order of acceptance, each chat strictly one message after the
 * other, several chats at once. Ends with the connection; what has no ack then goes over the next one, with the same
 * id and bytes.
 */
export class SendLoop {
  readonly #session: SessionUid
  readonly #connection: EngineConnection
  readonly #deps: SendLoopDeps
  readonly #lanes = new Lanes()
  readonly #over = new AbortController()
  readonly #work = new Set<Promise<void>>()
  readonly #provenWhileReading = new Set<WaMessageId>()
  #afterRow = 0
  #afterDue = { dueAt: 0, row: 0 }
  #inFlight = 0
  #onHold = 0
  #isReading = false
  /** The outbox may have rows that were not read yet. */
  #mayHaveMore = true
  #mayHaveDue = true

  constructor(session: SessionUid, connection: EngineConnection, deps: SendLoopDeps) {
    this.#session = session
    this.#connection = connection
    this.#deps = deps
    this.#read()
  }

  /** Something was accepted for this session. */
  wake(): void {
    this.#mayHaveMore = true
    this.#read()
  }

  /** Messages of this session have come to their time. */
  wakeDue(): void {
    this.#mayHaveDue = true
    this.#read()
  }

  /** As {@link wakeDue}, also for times that were passed before. What the lanes hold already is not taken twice. */
  wakeOverdue(): void {
    this.#afterDue = { dueAt: 0, row: 0 }
    this.wakeDue()
  }

  /** A receipt settled the message: it must not be sent (again). */
  proven(waId: WaMessageId): void {
    if (this.#isReading) this.#provenWhileReading.add(waId)
    const held = this.#lanes.find(waId)
    if (!held) return
    held.isProven = true
    held.onProven?.()
  }

  /** Starts nothing new. Resolves when what was in flight has come to an end and is stored. */
  async end(): Promise<void> {
    this.#over.abort()
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  #read(): void {
    if (this.#isReading || this.#over.signal.aborted) return
    this.#isReading = true
    this.#track(this.#readPages())
  }

  async #readPages(): Promise<void> {
    try {
      while ((this.#mayHaveMore || this.#mayHaveDue) && this.#hasRoom(WINDOW) && !this.#over.signal.aborted) {
        const items = this.#mayHaveDue ? await this.#readDue() : await this.#readNew()
        for (const item of items) if (!this.#provenWhileReading.has(item.waId)) this.#lanes.add(item)
        this.#provenWhileReading.clear()
        this.#pump()
      }
    } catch (error) {
      this.#mayHaveMore = true
      this.#mayHaveDue = true
      this.#deps.logger.error({ err: error, session: this.#session }, 'the outbox could not be read')
    } finally {
      this.#isReading = false
    }
  }

  async #readNew(): Promise<OutboxItem[]> {
    const { store, retry } = this.#deps
    this.#mayHaveMore = false
    const page = { afterRow: this.#afterRow, limit: PAGE }
    const items = await retry.untilStored(() => store.loadOutbox(this.#session, page))
    this.#afterRow = items.at(-1)?.row ?? this.#afterRow
    if (items.length === PAGE) this.#mayHaveMore = true
    return items
  }

  async #readDue(): Promise<OutboxItem[]> {
    const { store, retry, clock } = this.#deps
    this.#mayHaveDue = false
    const page = { until: clock.now(), after: this.#afterDue, limit: PAGE }
    const items = await retry.untilStored(() => store.loadScheduled(this.#session, page))
    this.#afterDue = items.at(-1) ?? this.#afterDue
    if (items.length === PAGE) this.#mayHaveDue = true
    return items
  }

  #pump(): void {
    while (this.#inFlight < this.#deps.concurrency && !this.#over.signal.aborted) {
      const held = this.#lanes.take()
      if (!held) return
      this.#inFlight += 1
      this.#track(this.#step(held))
    }
  }

  async #step(held: Held): Promise<void> {
    const verdict = await this.#deliver(held).catch((error: unknown): Verdict => {
      this.#deps.logger.error({ err: error, message: held.item.id }, 'the outcome of a message could not be stored')
      return { kind: 'left' }
    })
    this.#inFlight -= 1
    switch (verdict.kind) {
      case 'settled':
      case 'proven':
        // What is being read may still have it.
        if (this.#isReading) this.#provenWhileReading.add(held.item.waId)
        this.#lanes.drop(held)
        break
      case 'again':
        void this.#releaseLater(held, backOffMs(verdict.failures, RESEND, this.#deps.random))
        break
      case 'held':
        void this.#hold(held, verdict.until)
        break
      case 'left':
        // The connection is closing; the next one reads the row again. Nothing more can be sent over this one.
        this.#over.abort()
        break
      default:
        verdict satisfies never
    }
    if ((this.#mayHaveMore || this.#mayHaveDue) && this.#hasRoom(WINDOW / 2)) this.#read()
    this.#pump()
  }

  #hasRoom(window: number): boolean {
    return this.#lanes.size - Math.min(this.#onHold, MOST_HELD) < window
  }

  async #hold(held: Held, until: number): Promise<void> {
    this.#onHold += 1
    await this.#releaseLater(held, Math.min(until - this.#deps.clock.now(), LOOK_MS))
    this.#onHold -= 1
  }

  async #releaseLater(held: Held, delayMs: number): Promise<void> {
    const wake = new AbortController()
    held.onProven = () => wake.abort()
    await this.#deps.clock.sleep(delayMs, AbortSignal.any([this.#over.signal, wake.signal]))
    held.onProven = null
    this.#lanes.release(held)
    this.#pump()
  }

  /** One attempt with everything that must be stored about it. */
  async #deliver(held: Held): Promise<Verdict> {
    if (held.isProven) return { kind: 'proven' }
    // A message that may have been sent before is no first one.
    const until =
      held.item.attempts > 0 ? undefined : await this.#deps.restrictions.heldUntil(this.#session, held.item.chat)
    if (until !== undefined) return { kind: 'held', until }
    const proto = held.proto ?? (await this.#prepare(held))
    if (!(proto instanceof Uint8Array)) return proto
    held.proto = proto
    if (!(await this.#deps.pacer.turn(this.#session, this.#over.signal))) return { kind: 'left' }
    if (held.isProven) return { kind: 'proven' }
    const ended = await this.#begin(held)
    if (ended) return ended
    const attempt = await this.#attempt(held, proto)
    this.#count(held, attempt)
    const verdict = judge(attempt, held)
    if (verdict.kind === 'settled') {
      const at = verdict.status === 'sent' ? verdict.at : this.#deps.clock.now()
      const reason = verdict.status === 'failed' ? { reason: verdict.reason } : {}
      const counted = held.item.expiresAt === null ? { attempted: true as const } : {}
      await this.#store(held, { status: verdict.status, ...reason, at, ...counted })
      if (verdict.status === 'failed' && verdict.reason === 'restricted')
        await this.#deps.restrictions.refused(this.#session)
    } else if (held.item.expiresAt === null) {
      await this.#deps.retry.untilStored(() => this.#deps.store.countAttempt(held.item.id))
    }
    return verdict
  }

  /** A message that expires is counted before it may be out: what was never counted was never sent. */
  async #begin({ item }: Held): Promise<Verdict | undefined> {
    if (item.expiresAt === null) return undefined
    const { store, retry, clock, onChanged } = this.#deps
    const over = await retry.untilStored(() => store.beginAttempt(item.id, clock.now()))
    if (!over) return undefined
    onChanged(over)
    return { kind: 'proven' }
  }

  /** The bytes to send, or what follows where there are none; the network has seen nothing of the message then. */
  async #prepare(held: Held): Promise<Uint8Array | Verdict> {
    const { preparation, clock } = this.#deps
    try {
      return await preparation.prepare(held.item, this.#connection)
    } catch (error) {
      countError(held, error)
      this.#log(held, { err: error }, 'a message could not be prepared')
      const verdict = judgePreparation(error, held)
      if (verdict.kind === 'settled' && verdict.status === 'failed') {
        await this.#store(held, { status: 'failed', reason: verdict.reason, at: clock.now() })
      }
      return verdict
    }
  }

  async #attempt(held: Held, proto: Uint8Array): Promise<Attempted> {
    const { item } = held
    const proven = new Promise<Attempted>((resolve) => {
      held.onProven = () => resolve({ kind: 'proven' })
    })
    try {
      const { waId, chat: to, content } = item
      const sending = this.#connection.send({ waId, to, content, proto })
      return await Promise.race([sending, proven])
    } catch (error) {
      return { kind: 'error', error }
    } finally {
      held.onProven = null
    }
  }

  #count(held: Held, attempt: Attempted): void {
    if (attempt.kind === 'refused') {
      held.refusals += 1
      this.#log(held, { code: attempt.code, retry: attempt.retry }, 'the server refused a message')
    } else if (attempt.kind === 'error') {
      const { error } = attempt
      if (error instanceof AckTimeout) held.timeouts += 1
      else countError(held, error)
      this.#log(held, { err: error }, 'a message was not acknowledged')
    }
  }

  async #store(held: Held, change: StatusAdvance): Promise<void> {
    const { store, retry, onChanged } = this.#deps
    const result = await retry.untilStored(() => store.advanceStatus(held.item.id, change))
    if (result) onChanged(result.message)
  }

  #log({ item }: Held, what: Record<string, unknown>, text: string): void {
    this.#deps.logger.warn({ session: this.#session, message: item.id, ...what }, text)
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work.finally(() => this.#work.delete(tracked))
    this.#work.add(tracked)
  }
}

function countError(held: Held, error: unknown): void {
  if (isUnavailable(error)) {
    // Later waits are no longer than some seconds: the outbox goes on soon after the store does.
    held.outages = Math.min(held.outages + 1, MOST_OUTAGES)
  } else {
    held.errors += 1
    held.outages = 0
  }
}
