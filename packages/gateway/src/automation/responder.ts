import { isUnavailable } from '../core/errors.ts'
import type { JobId, SessionUid } from '../core/ids.ts'
import { type AnswerNeeds, answerMessage } from './answer.ts'
import { PatternCache } from './pattern.ts'
import type { AutomationJob, AutomationStore, JobOutcome } from './ports.ts'

export type ResponderNeeds = Omit<AnswerNeeds, 'store' | 'patterns' | 'repliesPerMinute'> & {
  store: AutomationStore
  /** Automatic replies per minute and chat, against bots that answer one another; default 20. */
  repliesPerMinute?: number
}

/** Messages that are being answered at once, of all sessions and of one. */
const AT_ONCE = 32
const AT_ONCE_PER_SESSION = 8
const STORE_RETRY_MS = 1_000
/** Tries of a message whose answering fails for a fault of ours. */
const MOST_FAULTS = 5
const KEPT_MS = 3 * 24 * 3_600_000
const PRUNE_BATCH = 500

/**
 * Takes messages to answer from the store and answers them, in order within a chat. It reads the store when messages
 * were stored, when an answer ended and when one that was put off is due, and is still otherwise. Nothing is marked
 * before: what a crash cuts short is simply due again.
 */
export class Responder {
  readonly #needs: AnswerNeeds & { store: AutomationStore }
  readonly #stop = new AbortController()
  readonly #busy = new Map<JobId, SessionUid>()
  readonly #tasks = new Set<Promise<void>>()
  #alarm = new AbortController()
  #unsubscribe: (() => void) | undefined
  #isOpen = false
  #isReading = false
  #isWanted = false

  constructor({ repliesPerMinute = 20, ...needs }: ResponderNeeds) {
    this.#needs = { ...needs, repliesPerMinute, patterns: new PatternCache() }
  }

  /** Begins to answer, with what an earlier process left. */
  start(): void {
    if (this.#isOpen || this.#stop.signal.aborted) return
    this.#isOpen = true
    this.#unsubscribe = this.#needs.store.onJobs(() => this.#wake())
    this.#wake()
  }

  /** Begins nothing more, cuts what waits for a webhook and resolves when store and network are no longer used. */
  async stop(): Promise<void> {
    this.#isOpen = false
    this.#unsubscribe?.()
    this.#alarm.abort()
    this.#stop.abort()
    await Promise.all(this.#tasks)
  }

  /** Deletes what ended days before `now` (milliseconds since the epoch). */
  async prune(now: number): Promise<void> {
    while ((await this.#needs.store.pruneJobs(now - KEPT_MS, PRUNE_BATCH)) === PRUNE_BATCH);
  }

  #wake(): void {
    if (!this.#isOpen) return
    this.#isWanted = true
    if (this.#isReading) return
    this.#isReading = true
    // Later in this turn of the loop more may end or be written: one reading serves them all.
    setImmediate(() => this.#track(this.#read()))
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task)
    void task.finally(() => this.#tasks.delete(task))
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      this.#isWanted = false
      if (this.#isOpen) await this.#beginDue()
    } catch (error) {
      this.#needs.logger.error({ err: error }, 'messages to answer could not be read')
      this.#wakeAt(this.#needs.clock.now() + STORE_RETRY_MS)
    } finally {
      this.#isReading = false
      if (this.#isWanted) this.#wake()
    }
  }

  async #beginDue(): Promise<void> {
    const { store, clock } = this.#needs
    const now = clock.now()
    const limit = AT_ONCE - this.#busy.size
    if (limit > 0) {
      const due = await store.dueJobs({ now, limit, busy: new Set(this.#busy.keys()), blocked: this.#fullSessions() })
      const begun = due.filter((job) => this.#begin(job)).length
      // A full page may hide others behind it, or behind a session that has become full by it.
      if (begun > 0 && due.length === limit) this.#isWanted = true
    }
    const next = await store.nextJobAt(now)
    if (next !== undefined) this.#wakeAt(next)
  }

  #fullSessions(): Set<SessionUid> {
    const counts = new Map<SessionUid, number>()
    for (const session of this.#busy.values()) counts.set(session, (counts.get(session) ?? 0) + 1)
    return new Set([...counts].filter(([, count]) => count >= AT_ONCE_PER_SESSION).map(([session]) => session))
  }

  #begin(job: AutomationJob): boolean {
    const { sessionUid } = job.message
    if (!this.#isOpen || this.#busy.has(job.id) || this.#fullSessions().has(sessionUid)) return false
    this.#busy.set(job.id, sessionUid)
    this.#track(this.#answer(job))
    return true
  }

  /** Never rejects. */
  async #answer(job: AutomationJob): Promise<void> {
    const { store, logger } = this.#needs
    let pauseMs = 0
    try {
      const outcome = await this.#outcomeOf(job)
      if (outcome) await store.settleJob(job.id, outcome)
      if (outcome) logger.debug({ job: job.id, outcome: outcome.kind, reason: outcome.reason }, 'automation')
    } catch (error) {
      // The store takes nothing now: the message stays due.
      pauseMs = STORE_RETRY_MS
      if (this.#isOpen) logger.warn({ err: error, job: job.id }, 'a message could not be answered yet')
    }
    if (pauseMs > 0) await this.#needs.clock.sleep(pauseMs, this.#stop.signal)
    this.#busy.delete(job.id)
    this.#wake()
  }

  async #outcomeOf(job: AutomationJob): Promise<JobOutcome | undefined> {
    const { clock, logger } = this.#needs
    try {
      return await answerMessage(job, this.#needs, this.#stop.signal)
    } catch (error) {
      if (isUnavailable(error)) throw error
      logger.error({ err: error, job: job.id }, 'answering a message failed')
      const at = clock.now()
      if (job.attempts >= MOST_FAULTS) return { kind: 'ended', at, reason: 'internal' }
      return { kind: 'retry', dueAt: at + STORE_RETRY_MS * 2 ** job.attempts, reason: 'internal' }
    }
  }

  /** One sleep until the earliest time that the last reading told. */
  #wakeAt(at: number): void {
    this.#alarm.abort()
    this.#alarm = new AbortController()
    const { signal } = this.#alarm
    void this.#needs.clock.sleep(Math.max(0, at - this.#needs.clock.now()), signal).then(() => {
      if (!signal.aborted) this.#wake()
    })
  }
}
