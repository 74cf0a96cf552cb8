import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import type { SessionUid } from '../core/ids.ts'
import type { MessageRecord } from '../core/message.ts'
import type { MessageStore } from './ports.ts'

export interface ScheduleDeps {
  store: Pick<MessageStore, 'dueSessions' | 'expireMessages' | 'nextTimed'>
  clock: Clock
  logger: Logger
  /** Messages of the session have come to their time. */
  onDue: (session: SessionUid) => void
  onChanged: (message: MessageRecord) => void
}

/** The store is looked at this often at least, so that a clock that was set forward is noticed. Milliseconds. */
const LOOK_MS = 60_000
const RETRY_MS = 1_000
const PAGE = 200

/**
 * Wakes the outbox when messages come to their time, and ends those whose time is over. Times live in the store: after
 * a restart everything goes on as if nothing had been.
 */
export class Schedule {
  readonly #deps: ScheduleDeps
  readonly #over = new AbortController()
  #alarm = new AbortController()
  #running: Promise<void> | undefined
  /** Sessions with messages due until then were woken. */
  #seen = 0

  constructor(deps: ScheduleDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** A message with a time was accepted. */
  wake(): void {
    this.#alarm.abort()
  }

  async stop(): Promise<void> {
    this.#over.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#deps
    while (!this.#over.signal.aborted) {
      this.#alarm = new AbortController()
      let waitMs = RETRY_MS
      try {
        waitMs = await this.#look()
      } catch (err) {
        if (!this.#over.signal.aborted) logger.warn({ err }, 'scheduled messages could not be read')
      }
      await clock.sleep(waitMs, AbortSignal.any([this.#over.signal, this.#alarm.signal]))
    }
  }

  /** Answers how long nothing is to be done. */
  async #look(): Promise<number> {
    const { store, clock, onDue, onChanged } = this.#deps
    const now = clock.now()
    for (const session of await store.dueSessions(this.#seen, now)) onDue(session)
    this.#seen = now
    for (let page = PAGE; page === PAGE; ) {
      const ended = await store.expireMessages(now, PAGE)
      for (const message of ended) onChanged(message)
      page = ended.length
    }
    const next = await store.nextTimed(now)
    return Math.max(1, Math.min(LOOK_MS, (next ?? Number.POSITIVE_INFINITY) - clock.now()))
  }
}
