const TICK_MS = 100

interface Deadline {
  at: number
  expire: () => void
}

/**
 * Time limits of many requests on one timer: exact to a tenth of a second, which is enough for limits of seconds,
 * and cheaper than a timer each. The timer runs only while there is something to watch.
 */
export class Deadlines {
  readonly #open = new Set<Deadline>()
  #timer: NodeJS.Timeout | undefined

  /** Calls `expire` after `ms`, unless the returned function is called before. */
  start(ms: number, expire: () => void): () => void {
    const deadline = { at: performance.now() + ms, expire }
    this.#open.add(deadline)
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref()
    return () => this.#open.delete(deadline)
  }

  #tick(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const now = performance.now()
    for (const deadline of this.#open) {
      if (deadline.at > now) continue
      this.#open.delete(deadline)
      deadline.expire()
    }
  }
}
