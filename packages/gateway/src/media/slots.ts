interface Waiting {
  weight: number
  begin: () => void
}

/**
 * Lets work run together while it weighs at most `count` in all; the rest waits in the order of asking, so that heavy
 * work is not passed by for ever.
 */
export class Slots {
  #free: number
  readonly #count: number
  readonly #waiting: Waiting[] = []

  constructor(count: number) {
    this.#count = count
    this.#free = count
  }

  /** Settles as `work` does. What weighs more than all slots takes them all. */
  async run<Value>(work: () => Promise<Value>, weight = 1): Promise<Value> {
    const taken = Math.min(weight, this.#count)
    if (this.#waiting.length === 0 && taken <= this.#free) this.#free -= taken
    else await new Promise<void>((begin) => this.#waiting.push({ weight: taken, begin }))
    try {
      return await work()
    } finally {
      this.#free += taken
      this.#beginNext()
    }
  }

  /** What begins has its slots from here on: nobody can take them in between. */
  #beginNext(): void {
    for (;;) {
      const next = this.#waiting[0]
      if (!next || next.weight > this.#free) return
      this.#waiting.shift()
      this.#free -= next.weight
      next.begin()
    }
  }
}
