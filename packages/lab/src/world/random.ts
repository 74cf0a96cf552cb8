import { type Cipheriv, createCipheriv, createSecretKey } from 'node:crypto'
import { sha256 } from '../wire/keys.ts'

const START = Buffer.alloc(16)

/**
 * A seeded source: equal seeds give equal streams, and a labelled child depends on seed and label alone, never on how
 * much was drawn before or in which order children were made.
 */
export class SeededRandom {
  readonly #seed: Buffer
  /** Made at the first draw: most sources are only there to have children. */
  #stream: Cipheriv | undefined
  #position = 0

  constructor(seed: string | Buffer) {
    this.#seed = sha256(seed)
  }

  child(label: string): SeededRandom {
    return new SeededRandom(Buffer.concat([this.#seed, Buffer.from(label)]))
  }

  /** Bytes drawn so far. */
  get position(): number {
    return this.#position
  }

  /** Goes on as if `length` bytes had been drawn. */
  skip(length: number): void {
    if (length > 0) this.bytes(length)
  }

  bytes(length: number): Buffer {
    this.#position += length
    this.#stream ??= createCipheriv('aes-256-ctr', createSecretKey(this.#seed), START)
    return this.#stream.update(Buffer.alloc(length))
  }

  /** A whole number from 0 to below `limit` (at most 2^48). */
  below(limit: number): number {
    return this.bytes(6).readUIntBE(0, 6) % limit
  }

  /** A number from 0 to below 1. */
  fraction(): number {
    return this.bytes(6).readUIntBE(0, 6) / 2 ** 48
  }

  /** `length` bytes in upper-case hexadecimal. */
  hex(length: number): string {
    return this.bytes(length).toString('hex').toUpperCase()
  }

  /** `length` decimal digits. */
  digits(length: number): string {
    return Array.from(this.bytes(length), (byte) => byte % 10).join('')
  }
}
