import type { SignalDataSet, SignalDataTypeMap, SignalKeyStoreWithTransaction } from 'baileys'
import type { Clock } from '../../core/clock.ts'
import { isUnavailable } from '../../core/errors.ts'
import type { SessionUid } from '../../core/ids.ts'
import type { AuthStore, JournalEntry, KeyWrite } from './auth-port.ts'
import { BoundedCache } from './bounded-cache.ts'
import { decodeKey, encodeKey, type KeyType } from './key-codec.ts'

/** Waits between tries of a store that takes nothing now. Milliseconds. */
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 4_000
const NOTE = 'note'

/**
 * A session's Signal keys: one raw store under Baileys and under our repository, without a cache, so that neither can
 * see what the other has not written. `set` resolves when it is on disk. While the store takes nothing, all wait as
 * long as the connection stands: a failure would look like a message that cannot be read, or cannot be encrypted.
 */
export class SignalKeys implements SignalKeyStoreWithTransaction {
  readonly #store: AuthStore
  readonly #session: SessionUid
  readonly #distributed = new Map<string, Distribution>()
  readonly #sessions = new BoundedCache({ limit: SESSIONS_PARSED, ttlMs: 1, now: () => 0 })
  readonly #clock: Clock
  #life: AbortSignal | undefined
  #retired = false

  constructor(store: AuthStore, session: SessionUid, clock: Clock) {
    this.#store = store
    this.#session = session
    this.#clock = clock
  }

  /** From now on waits for the store until the signal fires; without, its failures come through at once. */
  waitWhile(life: AbortSignal): void {
    this.#life = life
  }

  async get<T extends KeyType>(type: T, ids: string[]): Promise<{ [id: string]: SignalDataTypeMap[T] }> {
    const found: { [id: string]: SignalDataTypeMap[T] } = {}
    const missing = ids.filter((id) => {
      const kept = type === 'sender-key-memory' ? this.#distributed.get(id) : undefined
      if (kept) found[id] = decodeKey(type, kept.text)
      return !kept
    })
    if (missing.length === 0) return found
    const stored = await this.#insist(() => this.#store.getKeys(this.#session, type, missing))
    for (const [id, text] of stored) found[id] = type === 'session' ? this.#parsed(id, text) : decodeKey(type, text)
    return found
  }

  async set(data: SignalDataSet): Promise<void> {
    await this.commit(data, [])
  }

  /** Keys and journal rows in one transaction. */
  async commit(data: SignalDataSet, journal: JournalEntry[]): Promise<void> {
    if (this.#retired) throw new Error('the session has been forgotten')
    const keys: KeyWrite[] = []
    for (const type of Object.keys(data) as KeyType[]) {
      for (const [id, value] of Object.entries(data[type] ?? {})) {
        const text = value === null || value === undefined ? null : encodeKey(type, value)
        if (type === 'session' && text !== null) this.#sessions.set(id, { text, value })
        if (type !== 'sender-key-memory' || !this.#keepBack(id, text)) keys.push({ type, id, value: text })
      }
    }
    if (keys.length + journal.length === 0) return
    await this.#insist(() => this.#store.commit(this.#session, { keys, journal }))
  }

  /** The plaintext of a ciphertext that was decrypted before. */
  findJournal(key: string): Promise<Uint8Array | undefined> {
    return this.#insist(() => this.#store.findJournal(this.#session, key))
  }

  /** What the engine notes for itself beside Signal's keys. */
  async readNote(name: string): Promise<string | undefined> {
    const found = await this.#insist(() => this.#store.getKeys(this.#session, NOTE, [name]))
    return found.get(name)
  }

  async writeNote(name: string, value: string): Promise<void> {
    if (this.#retired) throw new Error('the session has been forgotten')
    const keys = [{ type: NOTE, id: name, value }]
    await this.#insist(() => this.#store.commit(this.#session, { keys, journal: [] }))
  }

  /**
   * Who has a group's sender key is believed only when the server has acknowledged the message that carried it. Baileys
   * writes it down as soon as the stanza is written; were that stanza lost, those devices could read nothing more.
   */
  async settleDistribution(group: string, acked: boolean): Promise<void> {
    const kept = this.#distributed.get(group)
    if (!kept || kept.onDisk) return
    if (!acked) {
      this.#distributed.delete(group)
      return
    }
    kept.onDisk = true
    const keys = [{ type: 'sender-key-memory', id: group, value: kept.text }]
    await this.#insist(() => this.#store.commit(this.#session, { keys, journal: [] }))
  }

  /** Refuses all further writes: the session was wiped, and a late one must not outlive it. */
  retire(): void {
    this.#retired = true
  }

  /** Baileys' own transactions lie above this store; below it a transaction is one `commit`. */
  isInTransaction(): boolean {
    return false
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    return work()
  }

  async #insist<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let pause = FIRST_RETRY_MS; ; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
      try {
        return await work()
      } catch (error) {
        if (!isUnavailable(error) || this.#retired || !this.#life || this.#life.aborted) throw error
      }
      await this.#clock.sleep(pause, this.#life)
    }
  }

  /** What the text says; parsed once, since each message reads the same records several times. Never changed by readers. */
  #parsed<T extends KeyType>(id: string, text: string): SignalDataTypeMap[T] {
    const known = this.#sessions.get<{ text: string; value: SignalDataTypeMap[T] }>(id)
    if (known?.text === text) return known.value
    const value = decodeKey('session' as T, text)
    this.#sessions.set(id, { text, value })
    return value
  }

  #keepBack(group: string, text: string | null): boolean {
    if (text === null) {
      this.#distributed.delete(group)
      return false
    }
    const kept = this.#distributed.get(group)
    if (kept?.text !== text) this.#distributed.set(group, { text, onDisk: false })
    return true
  }
}

const SESSIONS_PARSED = 64

interface Distribution {
  /** JSON: device to `true`. */
  text: string
  onDisk: boolean
}
