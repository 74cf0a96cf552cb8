import { KurirError } from '../../core/errors.ts'

/** An `invalid_request` about one field. */
export function invalid(field: string, message: string): KurirError {
  return new KurirError('invalid_request', `${field} ${message}`, { fields: [{ field, message }] })
}

/**
 * The time that an ISO 8601 text names, in milliseconds since 1970. Throws `invalid_request`: a leap second is a time that
 * the schema takes and the clock does not know.
 */
export function readTime(text: string, field: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw invalid(field, 'is no time')
  return at
}
