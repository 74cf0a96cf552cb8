/** Runs tasks of one key one after another, in the order they came; tasks of different keys side by side. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>()

  /** Resolves or rejects as the task does. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key)
    const result = before === undefined ? task() : before.then(task)
    const tail = result.then(ignore, ignore)
    this.#tails.set(key, tail)
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    })
    return result
  }
}

function ignore(): void {}
