import type { KurirError } from '../../core/errors.ts'
import { type DialectAnswer, type ErrorPlace, json } from '../dialect.ts'
import { type Action, envelope } from './responses.ts'

/** The service's two digits in the codes of `POST /token` and of the session calls. */
const TOKEN_SERVICE = '73'
const SESSION_SERVICE = '24'

/** Cases of `POST /token`. */
const TOKEN_CASES = { unsupported: '01', missing: '02' } as const

/** A request for a token that cannot be granted as it is. */
export class BlipcomError extends Error {
  override readonly name = 'BlipcomError'
  readonly reason: keyof typeof TOKEN_CASES

  constructor(reason: keyof typeof TOKEN_CASES, message: string) {
    super(message)
    this.reason = reason
  }
}

/** 400 for a request for a token: `40073NN`. */
export function tokenRefusal({ reason, message }: BlipcomError): DialectAnswer {
  return tokenError(400, TOKEN_CASES[reason], message)
}

/** An error of `POST /token`: status, service and case in one code. */
export function tokenFailure(error: KurirError): DialectAnswer {
  const message = error.code === 'unauthorized' ? 'Unauthorized. Invalid client' : error.message
  return tokenError(error.status, error.code === 'invalid_request' ? '01' : '00', message)
}

function tokenError(status: number, oneCase: string, responseMessage: string): DialectAnswer {
  return json(status, { responseCode: `${status}${TOKEN_SERVICE}${oneCase}`, responseMessage })
}

/** Cases 01 to 03 stand in the document with their texts; 04 is dialects.md's. */
const FAILURES = {
  idMissing: ['01', 'WHATSAPP ID REQUIRED'],
  notFound: ['02', 'WHATSAPP SESSION NOT FOUND'],
  invalid: ['03', 'Whatsapp ID / Phone Number required'],
  noQr: ['04', 'QR code not available, try again.'],
} as const

/** A failure that the document's table has: HTTP 400, the case in `responseCode`. */
export function failure(action: Action, reason: keyof typeof FAILURES): DialectAnswer {
  const [responseCode, responseDescription] = FAILURES[reason]
  return failed(action, 400, responseCode, `400${SESSION_SERVICE}${responseCode}`, responseDescription)
}

/** Any other failure keeps its HTTP status; the whole code stands in both places, since "00" would mean success. */
export function sessionFailure(error: KurirError, { method, path }: ErrorPlace): DialectAnswer {
  const action: Action = method === 'POST' || path.endsWith('/add') ? 'ADD' : 'GET'
  if (error.code === 'session_not_found') return failure(action, 'notFound')
  if (error.code === 'invalid_request') return failure(action, action === 'ADD' ? 'invalid' : 'idMissing')
  const code = `${error.status}${SESSION_SERVICE}00`
  const text = error.code === 'unauthorized' ? 'Unauthorized. Invalid token' : error.message
  return failed(action, error.status, code, code, text)
}

function failed(action: Action, status: number, responseCode: string, code: string, text: string): DialectAnswer {
  const data = { responseCode, responseDescription: text, status: false }
  return json(status, envelope(action, 'FAILED', code, action === 'GET' ? { ...data, status_code: status } : data))
}
