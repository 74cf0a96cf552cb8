import type { Logger } from 'pino'
import { backOffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import type { SessionUid } from '../core/ids.ts'
import type { SessionStatus, StatusReason } from '../core/session.ts'
import { isNews } from './lifecycle.ts'
import type { PairingBoard } from './pairing.ts'
import type { SessionStore } from './ports.ts'

export interface StatusNow {
  status: SessionStatus
  reason: StatusReason
}

/** Waits between tries of a store that fails. */
const STORE_RETRY = { firstMs: 200, maxMs: 5_000 }

/** Writes what happens to sessions, first to the store, then to those who watch; does not give up on a failing store. */
export class StatusBook {
  readonly #store: SessionStore
  readonly #pairing: PairingBoard
  readonly #clock: Clock
  readonly #logger: Logger

  constructor(store: SessionStore, pairing: PairingBoard, clock: Clock, logger: Logger) {
    this.#store = store
    this.#pairing = pairing
    this.#clock = clock
    this.#logger = logger
  }

  /** Sets a status that is news against `now`; answers the status that stands afterwards. Rejects as the store does. */
  async change(session: SessionUid, now: StatusNow, next: StatusNow): Promise<StatusNow> {
    if (!isNews(now, next)) return now
    await this.#store.setSessionStatus(session, { ...next, at: this.#clock.now() })
    this.#logger.info({ session, ...next }, 'session status')
    if (this.#pairing.isWatched(session)) {
      const record = await this.#store.getSessionByUid(session)
      if (record) this.#pairing.tell(session, { kind: 'status', session: record })
    }
    return next
  }

  /**
   * Repeats a write until the store takes it. Answers undefined where `signal` fired before that, or where the store
   * is well and yet refuses (the session was deleted).
   */
  async untilStored<Value>(write: () => Promise<Value>, signal: AbortSignal): Promise<{ value: Value } | undefined> {
    for (let failures = 1; ; failures += 1) {
      try {
        return { value: await write() }
      } catch (error) {
        this.#logger.error({ err: error, failures }, 'the store refused a change of a session')
        if (error instanceof KurirError && error.code !== 'unavailable') return undefined
      }
      await this.#clock.sleep(backOffMs(failures, STORE_RETRY), signal)
      if (signal.aborted) return undefined
    }
  }
}
