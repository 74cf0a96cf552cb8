import { ERRORS, type ErrorCode, KurirError } from '../../core/errors.ts'
import { type DialectAnswer, json } from '../dialect.ts'

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'Unauthorized: a valid Bearer token, or session_id and access_token, is needed',
  session_not_connected: 'The WhatsApp session is not connected',
  not_registered: 'The number is not registered on WhatsApp',
  internal: 'Internal server error',
}

/** Any error as `{status: false, message, data: null}`. */
export function errorAnswer(error: KurirError): DialectAnswer {
  const message = MESSAGES[error.code] ?? detailOf(error)
  return json(statusOf(error), { status: false, message, data: null })
}

/** The error's own words; where they are only its title, what is wrong with the first field. */
function detailOf({ code, message, fields }: KurirError): string {
  const [first] = fields
  return first && message === ERRORS[code].title ? `${first.field.replace(/^\//, '')} ${first.message}` : message
}

function statusOf({ code, status }: KurirError): number {
  switch (code) {
    case 'timeout':
      return 408
    case 'media_gone':
      return 404
    case 'already_connected':
    case 'session_not_connected':
    case 'session_not_ready':
    case 'media_not_convertible':
      return 400
    case 'send_failed':
      return 500
    default:
      return status
  }
}

/** A request that is not as the document has it. */
export function badRequest(message: string): KurirError {
  return new KurirError('invalid_request', message)
}
