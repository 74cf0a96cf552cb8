import type { FastifyReply } from 'fastify'
import type { RateLimitConfig } from '../config/config.ts'
import { KurirError } from '../core/errors.ts'
import { TokenBuckets } from './token-bucket.ts'

/** Wrong keys that one address may present: a burst, then this many a second. */
const FAILURES: RateLimitConfig = { perSecond: 1, burst: 30 }

/** Logins that one address may try, wrong or right. */
const LOGINS: RateLimitConfig = { perSecond: 0.2, burst: 10 }

/** Limits of requests by key and of wrong keys by address; without `config` neither is limited. */
export class Limits {
  readonly #requests: TokenBuckets | null
  readonly #failures: TokenBuckets | null
  readonly #logins: TokenBuckets | null

  constructor(config: RateLimitConfig | null, now: () => number = Date.now) {
    this.#requests = config && new TokenBuckets(config, now)
    this.#failures = config && new TokenBuckets(FAILURES, now)
    this.#logins = config && new TokenBuckets(LOGINS, now)
  }

  /** Counts a request of the key and tells the client what is left. Throws `rate_limited` where nothing is. */
  countRequest(keyId: string, reply: FastifyReply): void {
    if (!this.#requests) return
    const taken = this.#requests.take(keyId)
    reply.header('ratelimit-limit', taken.limit)
    reply.header('ratelimit-remaining', taken.remaining)
    reply.header('ratelimit-reset', taken.resetSeconds)
    if (taken.allowed) return
    reply.header('retry-after', taken.resetSeconds)
    throw new KurirError('rate_limited', `Too many requests; try again in ${taken.resetSeconds} s`)
  }

  /**
   * Counts a wrong key; throws `rate_limited` for an address that presented too many. Right keys are never refused for
   * their address: behind a proxy all clients may share one.
   */
  countFailure(address: string, reply: FastifyReply): void {
    const taken = this.#failures?.take(address)
    if (!taken || taken.allowed) return
    reply.header('retry-after', taken.resetSeconds)
    throw new KurirError('rate_limited', 'Too many wrong keys from this address')
  }

  /** Counts a login that is tried; throws `rate_limited` for an address that tried too many. */
  countLogin(address: string, reply: FastifyReply): void {
    const taken = this.#logins?.take(address)
    if (!taken || taken.allowed) return
    reply.header('retry-after', taken.resetSeconds)
    throw new KurirError('rate_limited', `Too many logins from this address; try again in ${taken.resetSeconds} s`)
  }
}
