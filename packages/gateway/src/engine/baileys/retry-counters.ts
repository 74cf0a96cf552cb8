import type { Clock } from '../../core/clock.ts'
import type { SignalKeys } from './signal-keys.ts'

/** How long a count holds: as long as a message may be asked for again. Milliseconds. */
const KEEP_MS = 14 * 86_400_000
const MOST = 1_000

type Counts = Map<string, { count: number; at: number }>

/**
 * How often each device asked for a message again, in the shape of Baileys' `CacheStore`. On disk, so that a restart
 * does not give a device that can never read a message another five tries; written once for each such request.
 */
export class RetryCounters {
  readonly #keys: Pick<SignalKeys, 'readNote' | 'writeNote'>
  readonly #clock: Clock
  #counts: Promise<Counts> | undefined

  constructor(keys: Pick<SignalKeys, 'readNote' | 'writeNote'>, clock: Clock) {
    this.#keys = keys
    this.#clock = clock
  }

  /** Undefined for a message that nobody asked for; Baileys' type does not say so. */
  async get<T>(key: string): Promise<T> {
    const known = (await this.#load()).get(key)
    return (known && known.at > this.#clock.now() - KEEP_MS ? known.count : undefined) as T
  }

  async set<T>(key: string, value: T): Promise<void> {
    const counts = await this.#load()
    counts.delete(key)
    counts.set(key, { count: Number(value), at: this.#clock.now() })
    await this.#save(counts)
  }

  async del(key: string): Promise<void> {
    const counts = await this.#load()
    if (counts.delete(key)) await this.#save(counts)
  }

  async flushAll(): Promise<void> {
    const counts = await this.#load()
    counts.clear()
    await this.#save(counts)
  }

  #load(): Promise<Counts> {
    this.#counts ??= this.#read().catch((error: unknown) => {
      this.#counts = undefined
      throw error
    })
    return this.#counts
  }

  async #read(): Promise<Counts> {
    const text = await this.#keys.readNote('retry-counts')
    return new Map(text === undefined ? [] : (JSON.parse(text) as [string, { count: number; at: number }][]))
  }

  /** Of too many the oldest are dropped: a map keeps the order of writing. */
  async #save(counts: Counts): Promise<void> {
    const since = this.#clock.now() - KEEP_MS
    for (const [key, { at }] of counts) if (counts.size > MOST || at <= since) counts.delete(key)
    await this.#keys.writeNote('retry-counts', JSON.stringify([...counts]))
  }
}
