import type { ErrorCode, KurirError } from '../../core/errors.ts'
import { type DialectAnswer, json } from '../dialect.ts'

/** Every failure is 400, but for these. */
const OWN_STATUS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unauthorized',
  'not_found',
  'method_not_allowed',
  'idempotency_mismatch',
  'payload_too_large',
  'media_quota_exceeded',
  'unsupported_media_type',
  'rate_limited',
  'quota_exceeded',
  'unavailable',
])

/** Any error as `{success: false, errorMessage}`. */
export function errorAnswer({ code, status, message }: KurirError): DialectAnswer {
  // The key's session was deleted while the request was under way, and the key with it.
  const isUnknown = code === 'unauthorized' || code === 'session_not_found'
  const errorMessage = isUnknown ? 'The secret key is not valid' : message
  return json(isUnknown ? 401 : OWN_STATUS.has(code) ? status : 400, { success: false, errorMessage })
}
