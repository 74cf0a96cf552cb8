import type { Clock } from '../../core/clock.ts'

interface Sleeper {
  at: number
  wake(): void
}

/** A clock that stands until a test turns it. */
export class ManualClock implements Clock {
  #now: number
  #sleepers: Sleeper[] = []

  constructor(now = 1_700_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', done)
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        resolve()
      }
      const sleeper: Sleeper = { at: this.#now + ms, wake: done }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', done, { once: true })
    })
  }

  /** How long until each sleeper wakes, milliseconds, soonest first. */
  pending(): number[] {
    return this.#sleepers.map(({ at }) => at - this.#now).sort((a, b) => a - b)
  }

  /** Goes on by `ms`, waking the sleepers on the way in their order and letting what they do settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settle()
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#now = Math.max(this.#now, next.at)
      next.wake()
    }
    this.#now = end
    await settle()
  }
}

/** Lets everything happen that waits for no timer: the store's writer and the engine work in micro- and macrotasks. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
