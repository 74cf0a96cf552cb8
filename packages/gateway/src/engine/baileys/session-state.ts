import type { Clock } from '../../core/clock.ts'
import type { SessionUid } from '../../core/ids.ts'
import type { AuthStore } from './auth-port.ts'
import { BoundedCache } from './bounded-cache.ts'
import { KeyedLock } from './locks.ts'
import { Placeholders } from './placeholders.ts'
import { RetryCounters } from './retry-counters.ts'
import { SignalKeys } from './signal-keys.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** What a session keeps in memory from one connection to the next. */
export interface SessionState {
  keys: SignalKeys
  locks: KeyedLock
  /**
   * Everybody's devices. A miss makes Baileys replace the Signal sessions with that person (trap T10), so it is kept
   * long; the server tells of changes, also of those while we were away. Not shared between accounts: an account's list
   * leaves out its own device, which the others on this gateway must write to.
   */
  devices: BoundedCache
  /** Counts how often a message was asked for again; neither a reconnect nor a restart may start the count anew. */
  retries: RetryCounters
  placeholders: Placeholders
  /** Numbers known to have an account. */
  numbers: BoundedCache
  /** When a contact was last given a privacy token, by LID. */
  tokens: BoundedCache
}

export function newSessionState(store: AuthStore, session: SessionUid, clock: Clock): SessionState {
  const cache = (limit: number, ttlMs: number) => new BoundedCache({ limit, ttlMs, now: clock.now })
  const keys = new SignalKeys(store, session, clock)
  return {
    keys,
    locks: new KeyedLock(),
    devices: cache(20_000, 30 * DAY),
    retries: new RetryCounters(keys, clock),
    placeholders: new Placeholders(keys, clock),
    numbers: cache(10_000, DAY),
    tokens: cache(10_000, 7 * DAY),
  }
}
