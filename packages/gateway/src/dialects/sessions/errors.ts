import type { QuotaState } from '../../access/verbs.ts'
import { type ErrorCode, KurirError } from '../../core/errors.ts'
import { type DialectAnswer, json } from '../dialect.ts'

/** Status, `error` and, where ours would say too much or too little, `message`. */
type Shown = [status: number, error: string, message?: string]

const BY_CODE: Partial<Record<ErrorCode, Shown>> = {
  unauthorized: [401, 'Unauthorized', 'A valid API key is required in the X-API-Key header'],
  forbidden: [403, 'Forbidden', 'This session belongs to another account'],
  not_found: [404, 'Not Found'],
  session_not_found: [404, 'Not Found', 'Session not found'],
  qr_not_ready: [404, 'QR Not Ready', 'The QR code is not ready yet. Try again in a moment.'],
  already_connected: [400, 'Already Connected', 'The session is already connected'],
  session_not_connected: [400, 'Session Not Connected', 'The session is not connected to WhatsApp'],
  session_not_ready: [400, 'Session Not Connected', 'The session is not connected to WhatsApp'],
  method_not_allowed: [405, 'Method Not Allowed'],
  payload_too_large: [413, 'Payload Too Large'],
  media_quota_exceeded: [413, 'Payload Too Large'],
  unsupported_media_type: [415, 'Unsupported Media Type'],
  media_not_convertible: [400, 'Bad Request'],
  idempotency_mismatch: [409, 'Conflict'],
  rate_limited: [429, 'Too Many Requests'],
  quota_exceeded: [429, 'Too Many Requests'],
  send_failed: [502, 'Message Not Sent'],
  unavailable: [503, 'Service Unavailable'],
  timeout: [504, 'Gateway Timeout'],
}

/** Any error as `{success: false, error, message}`. */
export function errorAnswer(error: KurirError): DialectAnswer {
  const [status, name, message = error.message] = BY_CODE[error.code] ?? defaultFor(error)
  return json(status, { success: false, error: name, message })
}

function defaultFor({ status }: KurirError): Shown {
  return status < 500 ? [400, 'Bad Request'] : [500, 'Internal Server Error', 'Something went wrong on our side']
}

/** A request that is not as the document has it. */
export function badRequest(message: string): KurirError {
  return new KurirError('invalid_request', message)
}

/** The recipient has no WhatsApp; `phoneNumber` as the client wrote it. */
export function notRegisteredAnswer(phoneNumber: string): DialectAnswer {
  return json(400, {
    success: false,
    error: 'Invalid WhatsApp Number',
    message: 'The phone number is not registered on WhatsApp.',
    phoneNumber,
  })
}

/** The month's number checks do not suffice. */
export function quotaAnswer({ limit, used }: Pick<QuotaState, 'limit' | 'used'>, retryAfter = 0): DialectAnswer {
  const body = {
    success: false,
    error: 'Number check limit reached',
    limit,
    used,
    remaining: Math.max(0, limit - used),
    message: 'You have reached your number check limit. Please upgrade your plan.',
  }
  return { ...json(429, body), headers: { 'retry-after': String(retryAfter) } }
}
