import type { ErrorCode, FieldError, KurirError } from '../../core/errors.ts'
import { type DialectAnswer, json } from '../dialect.ts'

/** What `code` says in the document's 400 answers; the numbers are dialects.md's. */
export const CODES = {
  invalid: 40001,
  notRegistered: 40002,
  notConnected: 40003,
  groupNotFound: 40004,
  media: 40005,
  alreadyConnected: 40006,
} as const

/** Errors that are answered 400 with a code of their own. */
const REFUSALS: Partial<Record<ErrorCode, keyof typeof CODES>> = {
  not_registered: 'notRegistered',
  session_not_connected: 'notConnected',
  session_not_ready: 'notConnected',
  media_fetch_failed: 'media',
  media_not_convertible: 'media',
  media_gone: 'media',
  media_not_found: 'media',
  url_not_allowed: 'media',
  already_connected: 'alreadyConnected',
}

/** Any error in one of the document's four shapes. Statuses that the document does not know have that of its 400. */
export function errorAnswer(error: KurirError): DialectAnswer {
  const { code, status, message, fields } = error
  const reason = REFUSALS[code]
  if (reason) return refusal(reason, message)
  switch (code) {
    case 'invalid_request':
    case 'invalid_recipient':
      return invalid(message, fields)
    case 'unauthorized':
    // The licence's session was deleted while the request was under way, and the licence with it.
    case 'session_not_found':
      return json(401, { message: 'The API key is not valid' })
    case 'timeout':
      return json(504, { message })
    case 'internal':
    case 'send_failed':
      return json(500, { message: 'Internal server error', error: message, code: null })
    default:
      return json(status, { message, code: null })
  }
}

/** 400 with a code. */
export function refusal(reason: keyof typeof CODES, message: string): DialectAnswer {
  return json(400, { message, code: CODES[reason] })
}

/** 400 with what is wrong, field by field. */
function invalid(message: string, fields: readonly FieldError[]): DialectAnswer {
  const errors = fields.length > 0 ? fields.map(({ field, message: fault }) => `${field} ${fault}`) : [message]
  return json(400, { message: 'The request is not valid', errors, code: CODES.invalid })
}

/** As {@link errorAnswer}, where the only URL of a request is that of a webhook. */
export function webhookError(error: KurirError): DialectAnswer {
  if (error.code !== 'url_not_allowed') return errorAnswer(error)
  return invalid(error.message, [{ field: 'webhook', message: `is not allowed: ${error.message}` }])
}
