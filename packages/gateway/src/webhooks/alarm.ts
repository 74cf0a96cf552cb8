import type { Clock } from '../core/clock.ts'

/** The longest sleep: after it the clock is read anew, so that a machine that was suspended is late by no more. */
const LONGEST_SLEEP_MS = 60_000

/** One timer for the earliest of many times. */
export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #at: number | undefined
  #sleep = new AbortController()

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Rings at `at` (milliseconds since the epoch) or before; an earlier time that is set already stays. */
  set(at: number): void {
    if (this.#at !== undefined && this.#at <= at) return
    this.cancel()
    this.#at = at
    const { signal } = this.#sleep
    const ms = Math.min(Math.max(at - this.#clock.now(), 0), LONGEST_SLEEP_MS)
    void this.#clock.sleep(ms, signal).then(() => {
      if (signal.aborted) return
      this.#at = undefined
      this.#ring()
    })
  }

  cancel(): void {
    this.#sleep.abort()
    this.#sleep = new AbortController()
    this.#at = undefined
  }
}
