import type { Clock } from '../core/clock.ts'
import { DEFAULT_TENANT, type KeyId, newId } from '../core/ids.ts'
import { hashSecret, newSecret, secretMatches } from './key-format.ts'
import type { AccessStore, KeyRecord } from './ports.ts'
import type { Caller } from './verbs.ts'

export interface LoginsOptions {
  store: AccessStore
  clock: Clock
  /** The operator's own key, which is in no table; null where there is none. */
  configured: { caller: Caller; hash: string } | null
}

/** Marks the row that stands for the operator's own key, since a login is kept as a token of a key in the store. */
const STAND_IN = 'dashboard'

/** What people's browsers hold instead of a key: tokens that end by themselves, with their key, and by logging out. */
export class Logins {
  readonly #store: AccessStore
  readonly #clock: Clock
  readonly #configured: LoginsOptions['configured']

  constructor({ store, clock, configured }: LoginsOptions) {
    this.#store = store
    this.#clock = clock
    this.#configured = configured
  }

  /** Makes a token for a caller whose key was right. */
  async open(caller: Caller, ttlMs: number): Promise<string> {
    const isConfigured = caller.keyId === this.#configured?.caller.keyId
    const key = isConfigured ? await this.#standIn() : caller.keyId
    const token = newSecret()
    await this.#store.saveToken({ hash: hashSecret(token), key, expiresAt: this.#clock.now() + ttlMs })
    return token
  }

  /** Whom a token stands for; undefined where it has ended, or is another kind of token. */
  async callerOf(token: string): Promise<Caller | undefined> {
    const record = await this.#store.getTokenKey(hashSecret(token), this.#clock.now())
    if (!record) return undefined
    if (record.dialect === STAND_IN) return this.#isCurrent(record) ? this.#configured?.caller : undefined
    if (record.dialect !== null) return undefined
    return { tenant: record.tenant, keyId: record.id, scopes: record.scopes, session: record.session }
  }

  /** The token is refused from now on. */
  close(token: string): Promise<void> {
    return this.#store.deleteToken(hashSecret(token))
  }

  /** The row for the key that is configured now. Those of former ones go, and their logins with them. */
  async #standIn(): Promise<KeyId> {
    const rows = await this.#store.listDialectKeys(DEFAULT_TENANT, STAND_IN)
    for (const row of rows) if (!this.#isCurrent(row)) await this.#store.deleteKey(DEFAULT_TENANT, row.id)
    const current = rows.find((row) => this.#isCurrent(row))
    if (current) return current.id
    const id = newId('key')
    await this.#store.createKey({
      ...{ id, tenant: DEFAULT_TENANT, name: 'Logins with the configured key', secretHash: hashSecret(this.#mark()) },
      // It opens nothing by itself: what its tokens may do is what the configured key may.
      ...{ scopes: [], sessionUid: null, session: null, dialect: STAND_IN, alias: null, sealed: null },
      createdAt: this.#clock.now(),
    })
    return id
  }

  #isCurrent({ secretHash }: KeyRecord): boolean {
    return this.#configured !== null && secretMatches(this.#mark(), secretHash)
  }

  /** Tells one configured key from another without giving either away. */
  #mark(): string {
    return `${STAND_IN} ${this.#configured?.hash ?? ''}`
  }
}
