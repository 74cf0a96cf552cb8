import type { Logger } from 'pino'
import { backOffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { isUnavailable } from '../core/errors.ts'

/** Waits between tries of a store that fails. */
const STORE_RETRY = { firstMs: 100, maxMs: 5_000 }

/** Repeats writes that the store could not take, until it takes them. */
export class StoreRetry {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #signal: AbortSignal

  /** `signal` ends all waiting: what is not stored then stays as the store has it. */
  constructor(clock: Clock, logger: Logger, signal: AbortSignal) {
    this.#clock = clock
    this.#logger = logger
    this.#signal = signal
  }

  /**
   * Resolves with what the write answered. Rejects with the store's error once the signal has fired, and at once with
   * one that another try would not mend.
   */
  async untilStored<Value>(write: () => Promise<Value>): Promise<Value> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await write()
      } catch (error) {
        if (!isUnavailable(error) || this.#signal.aborted) throw error
        this.#logger.warn({ err: error, failures }, 'the store takes nothing now; trying again')
      }
      await this.#clock.sleep(backOffMs(failures, STORE_RETRY), this.#signal)
    }
  }
}
