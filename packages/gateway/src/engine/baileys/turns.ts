/** How long one pass of the event loop may be spent on encryption (milliseconds), and with how many steps. */
const SHARE_MS = 10
const STEPS = 4

/**
 * Lets the rest of the process have its turn between the steps of a long computation. The first message to a group of
 * hundreds is as many key agreements, each of some milliseconds and none waiting for anything: as one burst they hold up
 * every other session of the process for seconds (trap T15).
 */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #began = 0
  /** Steps that this pass of the event loop may still take; all where none has been taken in it. */
  #left = STEPS

  /** To be awaited before each step; resolves at once as long as this pass of the event loop has time for it. */
  next(): Promise<void> | undefined {
    if (this.#waiting.length > 0 || !this.#hasTime()) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#take()
    return undefined
  }

  #hasTime(): boolean {
    return this.#left === STEPS || (this.#left > 0 && performance.now() - this.#began < SHARE_MS)
  }

  #take(): void {
    if (this.#left === STEPS) {
      this.#began = performance.now()
      setImmediate(() => this.#comeAround())
    }
    this.#left -= 1
  }

  /** The loop has come around: those who have waited longest go on. */
  #comeAround(): void {
    this.#left = STEPS
    for (const go of this.#waiting.splice(0, STEPS)) {
      this.#take()
      go()
    }
  }
}
