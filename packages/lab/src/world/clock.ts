/** The lab's time. Injected, so that a test can hold it or let it run. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `task` once after `ms`; the answer cancels it. */
  after(ms: number, task: () => void): () => void
}

/** The machine's time. Pending tasks do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Whole seconds since 1970, as stanzas carry time. */
export function seconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}
