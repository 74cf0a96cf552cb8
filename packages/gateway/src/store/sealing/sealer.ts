import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { SealedColumn } from './columns.ts'
import type { Keyring } from './keyring.ts'
import { decrypt, encrypt } from './record.ts'

/** Where a value is: moved anywhere else it does not open. */
export interface Place {
  column: SealedColumn
  /** The session's uid or the tenant's id, as the column says. */
  owner: string
  /** Values of the column's `id`. */
  id: readonly (string | number)[]
}

/** A data key as it is stored. */
export interface DataKeyRow {
  id: string
  /** `session/<uid>` or `tenant/<id>`. */
  scope: string
  kek: string
  wrapped: string
}

/** The stored data keys. `add` is called inside the transaction that writes what the key encrypts. */
export interface DataKeys {
  ofScope(scope: string): DataKeyRow | undefined
  byId(id: string): DataKeyRow | undefined
  add(row: DataKeyRow, session: string | null): void
}

interface DataKey {
  id: string
  scope: string
  key: KeyObject
}

const MARK = 'v1|'
/** Before a plain text that looks like a marked one. */
const ESCAPE = 'v0|'
const MARK_BYTES = Buffer.from(MARK)
const DATA_KEY_BYTES = 32
const ID_BYTES = 8

/**
 * Encrypts single values: `v1|kid|iv12|ciphertext|tag16`, AES-256-GCM under the data key of the owner, which the
 * master key wraps. Without master keys values stay as they are; plain ones open in both cases. Texts are in base64.
 */
export class Sealer {
  private readonly keyring: Keyring | null
  private readonly stored: DataKeys
  private readonly byScope = new Map<string, DataKey>()
  private readonly byId = new Map<string, DataKey>()

  constructor(keyring: Keyring | null, stored: DataKeys) {
    this.keyring = keyring
    this.stored = stored
  }

  get isOn(): boolean {
    return this.keyring !== null
  }

  /** An empty object stays as it is: it says nothing, and most rows have one. */
  sealText(place: Place, text: string): string {
    if (text === '{}') return text
    if (!this.keyring) return text.startsWith(MARK) || text.startsWith(ESCAPE) ? ESCAPE + text : text
    const { id, key } = this.keyFor(place)
    return `${MARK}${id}|${encrypt(key, Buffer.from(text), aadOf(place)).toString('base64')}`
  }

  /** Throws where the value was moved, changed, or its key is not here. */
  openText(place: Place, stored: string): string {
    if (stored.startsWith(ESCAPE)) return stored.slice(ESCAPE.length)
    if (!stored.startsWith(MARK)) return stored
    const end = stored.indexOf('|', MARK.length)
    const key = this.keyOf(place, stored.slice(MARK.length, end))
    return decrypt(key, Buffer.from(stored.slice(end + 1), 'base64'), aadOf(place)).toString()
  }

  /** No protobuf begins with the mark: its first byte would be a wire type that does not exist. */
  sealBytes(place: Place, bytes: Uint8Array): Uint8Array {
    if (!this.keyring) return bytes
    const { id, key } = this.keyFor(place)
    return Buffer.concat([Buffer.from(`${MARK}${id}|`), encrypt(key, bytes, aadOf(place))])
  }

  /** Throws as {@link openText} does. */
  openBytes(place: Place, stored: Uint8Array): Uint8Array {
    if (!MARK_BYTES.equals(stored.subarray(0, MARK_BYTES.length))) return stored
    const end = stored.indexOf('|'.charCodeAt(0), MARK_BYTES.length)
    const key = this.keyOf(place, Buffer.from(stored.subarray(MARK_BYTES.length, end)).toString())
    return decrypt(key, stored.subarray(end + 1), aadOf(place))
  }

  /** Whether a stored value is encrypted. */
  isSealed(stored: string | Uint8Array): boolean {
    if (typeof stored === 'string') return stored.startsWith(MARK)
    return MARK_BYTES.equals(stored.subarray(0, MARK_BYTES.length))
  }

  /** Forgets keys that it holds: after a rollback the newest of them may not be stored. */
  forget(): void {
    this.byScope.clear()
    this.byId.clear()
  }

  /** The row's key under the current master key. Throws where its own master key is not here. */
  rewrap(row: DataKeyRow): DataKeyRow {
    if (!this.keyring) throw new Error('there is no master key')
    return { ...row, ...this.keyring.wrap(this.keyring.unwrap(row, aadOfKey(row)), aadOfKey(row)) }
  }

  private keyFor(place: Place): DataKey {
    const scope = scopeOf(place)
    const known = this.byScope.get(scope)
    if (known) return known
    const row = this.stored.ofScope(scope)
    if (row) return this.keep(row)
    return this.make(scope, place.column.owner === 'session_uid' ? place.owner : null)
  }

  private keyOf(place: Place, id: string): KeyObject {
    const known = this.byId.get(id) ?? this.load(id)
    if (known.scope !== scopeOf(place)) throw new Error('a sealed value belongs to another owner')
    return known.key
  }

  private load(id: string): DataKey {
    const row = this.stored.byId(id)
    if (!row) throw new Error('the data key of a sealed value is gone')
    return this.keep(row)
  }

  private make(scope: string, session: string | null): DataKey {
    if (!this.keyring) throw new Error('there is no master key')
    const secret = randomBytes(DATA_KEY_BYTES)
    const id = randomBytes(ID_BYTES).toString('hex')
    this.stored.add({ id, scope, ...this.keyring.wrap(secret, aadOfKey({ id, scope })) }, session)
    return this.remember({ id, scope, key: createSecretKey(secret) })
  }

  private keep(row: DataKeyRow): DataKey {
    if (!this.keyring) throw new Error('the store is encrypted and there is no master key')
    return this.remember({ ...row, key: createSecretKey(this.keyring.unwrap(row, aadOfKey(row))) })
  }

  private remember({ id, scope, key }: DataKey): DataKey {
    const kept = { id, scope, key }
    this.byScope.set(scope, kept)
    this.byId.set(id, kept)
    return kept
  }
}

function scopeOf({ column, owner }: Place): string {
  return `${column.owner === 'tenant' ? 'tenant' : 'session'}/${owner}`
}

function aadOf(place: Place): string {
  return `${scopeOf(place)}/${place.column.table}.${place.column.column}/${place.id.join('/')}`
}

function aadOfKey({ id, scope }: { id: string; scope: string }): string {
  return `data key/${id}/${scope}`
}
