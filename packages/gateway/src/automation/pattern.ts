import { RE2JS, RE2JSException } from 're2js'

/** A regular expression that looks for itself anywhere in a text, in time that is linear in the text's length. */
export interface Pattern {
  finds(text: string): boolean
}

/** An expression cannot be used; the message says why. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** Characters of an expression. */
const LONGEST = 256
/** Instructions that an expression may compile to. Time is instructions times characters. */
const LARGEST = 200
/** Characters of a text that are looked at, so that a match takes single milliseconds. */
const LOOKED_AT = 1_000

/**
 * Compiles an expression by the rules of RE2 (https://github.com/google/re2/wiki/Syntax), ignoring case. Throws
 * {@link PatternError}.
 */
export function compilePattern(expression: string): Pattern {
  if (expression.length > LONGEST) throw new PatternError(`is longer than ${LONGEST} characters`)
  if (/\(\?<?[=!]/.test(expression)) throw new PatternError('uses look-around, which is not supported')
  if (/(?:^|[^\\])(?:\\\\)*\\(?:[1-9]|k[<{'])/.test(expression)) {
    throw new PatternError('uses a back-reference, which is not supported')
  }
  const compiled = compile(expression)
  if (compiled.programSize() > LARGEST) throw new PatternError('is too complex: repeat less')
  return { finds: (text) => compiled.matcher(text.slice(0, LOOKED_AT)).find() }
}

function compile(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression, RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw new PatternError(`cannot be read: ${error.message.replace(/^error parsing regexp: /, '')}`)
  }
}

/** Compiled expressions of the rules in use. */
export class PatternCache {
  readonly #limit: number
  readonly #kept = new Map<string, Pattern>()

  constructor(limit = 1_000) {
    this.#limit = limit
  }

  /** Throws {@link PatternError}. */
  get(expression: string): Pattern {
    const known = this.#kept.get(expression)
    if (known) return known
    const pattern = compilePattern(expression)
    if (this.#kept.size >= this.#limit) this.#kept.clear()
    this.#kept.set(expression, pattern)
    return pattern
  }
}
