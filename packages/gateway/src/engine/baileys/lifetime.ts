import { ConnectionLost } from '../port.ts'

/**
 * Ends what is pending when a connection ends. A race against one long-lived promise would do the same and keep every
 * call's result for as long as the connection stands.
 */
export class Lifetime {
  readonly #pending = new Set<() => void>()
  readonly #over = new AbortController()

  /** Fires at the end. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /** The answer, or {@link ConnectionLost} as soon as the connection ends. */
  within<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(new ConnectionLost('the connection has ended'))
      if (this.#over.signal.aborted) lose()
      this.#pending.add(lose)
      void answer.then(resolve, reject).finally(() => this.#pending.delete(lose))
    })
  }

  end(): void {
    this.#over.abort()
    for (const lose of this.#pending) lose()
    this.#pending.clear()
  }
}
