import { KurirError } from '../core/errors.ts'

/**
 * What a client sent, by name. Clients of the dialects write numbers as texts and texts as numbers, so every reader
 * takes both; an empty text counts as absent. Names that nobody asks for are ignored.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>> = {}) {
    this.#values = values
  }

  /** The value as it came; undefined where it is absent, null or an empty text. */
  value(name: string): unknown {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    return value === null || value === '' ? undefined : value
  }

  /** A text; numbers are written out. Throws `invalid_request` for anything else. */
  text(name: string): string | undefined {
    const value = this.value(name)
    if (value === undefined || typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'bigint') return String(value)
    throw badField(name, 'must be a text')
  }

  /** A text without the white space around it; undefined where nothing else is left. */
  word(name: string): string | undefined {
    return this.text(name)?.trim() || undefined
  }

  /** A number; texts are read. Throws `invalid_request` for anything else. */
  number(name: string): number | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    const number = typeof value === 'string' && value.trim() ? Number(value) : value
    if (typeof number === 'number' && Number.isFinite(number)) return number
    throw badField(name, 'must be a number')
  }

  /** A switch: `true`, `"true"`, `1`, `"1"`, `"on"`, `"yes"` and their opposites. Throws `invalid_request` otherwise. */
  flag(name: string): boolean | undefined {
    const value = this.value(name)
    if (value === undefined || typeof value === 'boolean') return value
    const word = String(value).trim().toLowerCase()
    if (TRUE.includes(word)) return true
    if (FALSE.includes(word)) return false
    throw badField(name, 'must be true or false')
  }

  /** A list; a JSON array in a text is read, and one value alone is a list of one. */
  list(name: string): unknown[] | undefined {
    const value = this.value(name)
    if (value === undefined || Array.isArray(value)) return value
    const parsed = typeof value === 'string' ? parseArray(value) : undefined
    return parsed ?? [value]
  }

  /** An object's members; a JSON object in a text is read. Throws `invalid_request` for anything else. */
  group(name: string): Fields | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    const object = typeof value === 'string' ? parseObject(value) : value
    if (isPlainObject(object)) return new Fields(object)
    throw badField(name, 'must be an object')
  }

  /** These fields with `others` beneath: a name that both have is read here. */
  over(others: Fields): Fields {
    const own = Object.entries(this.#values).filter(([name]) => this.value(name) !== undefined)
    return new Fields({ ...others.#values, ...Object.fromEntries(own) })
  }

  /** Everything that came, for fingerprints and for what a dialect passes on. */
  all(): Readonly<Record<string, unknown>> {
    return this.#values
  }
}

const TRUE = ['true', '1', 'on', 'yes']
const FALSE = ['false', '0', 'off', 'no']

/** A fault in one field. */
export function badField(field: string, message: string): KurirError {
  return new KurirError('invalid_request', `${field} ${message}`, { fields: [{ field, message }] })
}

/** Whether a value is an object of members, not a list. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseArray(text: string): unknown[] | undefined {
  const value = parseOr(text)
  return Array.isArray(value) ? value : undefined
}

function parseObject(text: string): unknown {
  return parseOr(text)
}

function parseOr(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
