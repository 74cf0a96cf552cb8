/**
 * A least-recently-used map with an age limit, in the shape of Baileys' `CacheStore`. It needs no timer: an entry that
 * is too old is dropped when it is asked for, and the size bounds the rest.
 */
export class BoundedCache {
  readonly #entries = new Map<string, { value: unknown; until: number }>()
  readonly #limit: number
  readonly #ttlMs: number
  readonly #now: () => number

  constructor(options: { limit: number; ttlMs: number; now: () => number }) {
    this.#limit = options.limit
    this.#ttlMs = options.ttlMs
    this.#now = options.now
  }

  get<T>(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    this.#entries.delete(key)
    if (entry.until <= this.#now()) return undefined
    this.#entries.set(key, entry)
    return entry.value as T
  }

  set<T>(key: string, value: T): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: this.#now() + this.#ttlMs })
    if (this.#entries.size <= this.#limit) return
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }

  del(key: string): void {
    this.#entries.delete(key)
  }

  flushAll(): void {
    this.#entries.clear()
  }
}
