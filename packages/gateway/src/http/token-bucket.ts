import type { RateLimitConfig } from '../config/config.ts'

export interface Taken {
  allowed: boolean
  /** Tokens of a full bucket. */
  limit: number
  remaining: number
  /** Whole seconds until at least one token is there; 0 where one is. */
  resetSeconds: number
}

interface Bucket {
  tokens: number
  at: number
}

/** Buckets are forgotten when they are full again; this many are kept at most before that is looked at. */
const SWEEP_ABOVE = 10_000

/** A token bucket per name: bursts up to `burst`, `perSecond` in the long run. `now` is in milliseconds. */
export class TokenBuckets {
  readonly #config: RateLimitConfig
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(config: RateLimitConfig, now: () => number) {
    this.#config = config
    this.#now = now
  }

  /** How many names are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /** Takes a token where there is one. */
  take(name: string): Taken {
    const bucket = this.#refilled(name)
    const allowed = bucket.tokens >= 1
    if (allowed) bucket.tokens -= 1
    this.#buckets.set(name, bucket)
    if (this.#buckets.size > SWEEP_ABOVE) this.#sweep()
    const missing = Math.max(0, 1 - bucket.tokens)
    return {
      allowed,
      limit: this.#config.burst,
      remaining: Math.floor(bucket.tokens),
      resetSeconds: Math.ceil(missing / this.#config.perSecond),
    }
  }

  #refilled(name: string): Bucket {
    const now = this.#now()
    const bucket = this.#buckets.get(name)
    if (!bucket) return { tokens: this.#config.burst, at: now }
    const earned = (Math.max(0, now - bucket.at) / 1000) * this.#config.perSecond
    bucket.tokens = Math.min(this.#config.burst, bucket.tokens + earned)
    bucket.at = now
    return bucket
  }

  #sweep(): void {
    for (const name of this.#buckets.keys()) {
      if (this.#refilled(name).tokens >= this.#config.burst) this.#buckets.delete(name)
    }
  }
}
