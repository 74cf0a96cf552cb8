import { DatabaseError } from 'pg'

/** The database failed, and not the statement. `code` is an SQLSTATE, or what the operating system says. */
export class OutageError extends Error {
  override readonly name: string = 'OutageError'
  readonly code: string

  constructor(code: string, cause?: unknown, message = `PostgreSQL cannot be used now (${code})`) {
    super(message, { cause })
    this.code = code
  }
}

/**
 * Connection lost, too few resources, a shutdown, a standby that takes no writes, disk or file failures, and
 * transactions that another one made fail. See "PostgreSQL Error Codes" of its manual.
 */
const OUTAGE = /^(?:08|53|57P|58|40|25006|XX)/

/** The error as callers are to see it: an {@link OutageError} where the statement is not to blame. */
export function classify(error: unknown): unknown {
  if (error instanceof OutageError) return error
  if (error instanceof DatabaseError && error.code && !OUTAGE.test(error.code)) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return new OutageError(code ?? 'CONNECTION', error)
}
