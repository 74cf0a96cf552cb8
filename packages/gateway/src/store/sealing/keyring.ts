import { createHash, createSecretKey, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { decrypt, encrypt } from './record.ts'

/** The master key is not usable, or does not fit the store; the message is for the operator. Nothing was written. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError'
}

/** Where master keys come from: the setting's text, or a file that is read again when they are rotated. */
export type MasterKeySource = { text: string } | { file: string }

interface MasterKey {
  /** Tells the key among others and says nothing about it. */
  id: string
  key: KeyObject
}

const KEY_BYTES = 32
const HOW = 'A master key is 32 random bytes in base64 or hex, for example from "openssl rand -base64 32"'

/**
 * The master keys (KEK). They wrap data keys and encrypt nothing else; the first wraps, the others only open what was
 * wrapped before a rotation.
 */
export class Keyring {
  private readonly source: MasterKeySource
  private keys: [MasterKey, ...MasterKey[]]

  /** Throws {@link MasterKeyError}. */
  constructor(source: MasterKeySource) {
    this.source = source
    this.keys = readKeys(source)
  }

  /** Id of the key that wraps. */
  get current(): string {
    return this.keys[0].id
  }

  has(id: string): boolean {
    return this.keys.some((key) => key.id === id)
  }

  /** Reads the source again; throws {@link MasterKeyError} and keeps the keys it has where that fails. */
  reload(): void {
    this.keys = readKeys(this.source)
  }

  /** Wraps with the current key. */
  wrap(plain: Uint8Array, aad: string): { kek: string; wrapped: string } {
    const { id, key } = this.keys[0]
    return { kek: id, wrapped: encrypt(key, plain, aad).toString('base64') }
  }

  /** Throws {@link MasterKeyError} for a key that is not here, and where the bytes or `aad` are not the same. */
  unwrap({ kek, wrapped }: { kek: string; wrapped: string }, aad: string): Buffer {
    // Another process of the same store may have begun a rotation: the file knows the new key already.
    if (!this.has(kek)) this.reload()
    const found = this.keys.find(({ id }) => id === kek)
    if (!found) throw new MasterKeyError(`The store is encrypted with master key ${kek}, which is not configured.`)
    return decrypt(found.key, Buffer.from(wrapped, 'base64'), aad)
  }
}

function readKeys(source: MasterKeySource): [MasterKey, ...MasterKey[]] {
  const text = 'text' in source ? source.text : readKeyFile(source.file)
  const [first, ...others] = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(parseKey)
  if (!first) throw new MasterKeyError(`There is no master key in it. ${HOW}.`)
  return [first, ...others]
}

function readKeyFile(file: string): string {
  try {
    if (statSync(file).mode & 0o077) {
      throw new MasterKeyError(`${file} may be read by others than its owner: chmod 600 it. Nothing was changed.`)
    }
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof MasterKeyError) throw error
    throw new MasterKeyError(`The master key's file ${file} cannot be read`, { cause: error })
  }
}

function parseKey(text: string): MasterKey {
  const bytes = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64')
  if (bytes.length !== KEY_BYTES || !/^[A-Za-z0-9+/_=-]+$/.test(text)) throw new MasterKeyError(`${HOW}.`)
  if (new Set(bytes).size < 8) throw new MasterKeyError(`The master key is not random. ${HOW}.`)
  const id = createHash('sha256').update('kurir master key').update(bytes).digest('hex').slice(0, 16)
  return { id, key: createSecretKey(bytes) }
}
