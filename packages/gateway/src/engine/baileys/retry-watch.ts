import type { BinaryNode, CacheStore } from 'baileys'
import type { Trouble } from './options.ts'

const MOST = 1_000

/** What is known of a message of ours that somebody asks for again. */
interface Asked {
  requests: number
  counts: number
  answered: number
}

/**
 * Tells who asks whom to send a message again. Baileys says so nowhere but in what it counts: once for each request
 * that it makes of somebody, once for each that it gets, and once more when it answers that.
 */
export class RetryWatch {
  readonly #tell: (trouble: Trouble) => void
  /** By message id. */
  readonly #asked = new Map<string, Asked>()

  constructor(tell: (trouble: Trouble) => void) {
    this.#tell = tell
  }

  /** A receipt comes in; before Baileys sees it. */
  receipt({ attrs }: BinaryNode): void {
    if (attrs.type !== 'retry' || attrs.id === undefined) return
    const known = this.#asked.get(attrs.id) ?? { requests: 0, counts: 0, answered: 0 }
    known.requests += 1
    this.#asked.delete(attrs.id)
    this.#asked.set(attrs.id, known)
    this.#tell('requested')
    const [oldest] = this.#asked.keys()
    if (this.#asked.size > MOST && oldest !== undefined) this.#asked.delete(oldest)
  }

  /** Baileys' counters, seen by this watch. */
  over(counters: CacheStore): CacheStore {
    const set = async (key: string, value: unknown) => {
      await counters.set(key, value)
      this.#counted(key)
    }
    return {
      get: (key) => counters.get(key),
      set: (key, value) => set(key, value),
      del: (key) => counters.del(key),
      flushAll: () => counters.flushAll(),
    }
  }

  /** `key` is `<message id>:<address>`. */
  #counted(key: string): void {
    const asked = this.#asked.get(key.slice(0, key.indexOf(':')))
    if (!asked) {
      this.#tell('asked')
      return
    }
    asked.counts += 1
    if (asked.counts - asked.requests <= asked.answered) return
    asked.answered += 1
    this.#tell('answered')
  }
}
