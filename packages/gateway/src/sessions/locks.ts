/** Runs what is asked for one key one after the other, in the order of asking; different keys do not wait. */
export class Locks<Key> {
  readonly #tails = new Map<Key, Promise<void>>()

  /** Settles as `work` does. */
  async run<Value>(key: Key, work: () => Promise<Value>): Promise<Value> {
    const before = this.#tails.get(key)
    const done = Promise.withResolvers<void>()
    this.#tails.set(key, done.promise)
    try {
      await before
      return await work()
    } finally {
      done.resolve()
      if (this.#tails.get(key) === done.promise) this.#tails.delete(key)
    }
  }
}
