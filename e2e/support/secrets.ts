import { randomBytes } from 'node:crypto'

/** What must never be seen, by a name that a failure may show. */
export class Secrets {
  readonly #known = new Map<string, string>()

  /** A secret made of random letters and digits; `shape` puts it into its place. */
  plant(name: string, shape: (value: string) => string = (value) => value): string {
    const value = `canary${randomBytes(18).toString('hex')}`
    this.#add(name, value)
    return shape(value)
  }

  /** A secret that somebody else made: text, or bytes in whatever form they may be written. */
  know(name: string, secret: string | Uint8Array): void {
    if (typeof secret === 'string') {
      this.#add(name, secret)
      return
    }
    const bytes = Buffer.from(secret)
    this.#add(`${name} in base64`, bytes.toString('base64').replace(/=+$/, ''))
    this.#add(`${name} in base64url`, bytes.toString('base64url'))
    this.#add(`${name} in hexadecimal`, bytes.toString('hex'))
    this.#add(`${name} as numbers`, [...bytes].join(','))
    this.#add(
      `${name} as shown by Node.js`,
      [...bytes.subarray(0, 40)].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    )
  }

  get size(): number {
    return this.#known.size
  }

  /** The names of the secrets that `text` gives away. */
  in(text: string): string[] {
    return [...this.#known].filter(([, value]) => text.includes(value)).map(([name]) => name)
  }

  #add(name: string, value: string): void {
    if (value.length < 8) throw new Error(`${name} is too short to be looked for`)
    this.#known.set(name, value)
  }
}
