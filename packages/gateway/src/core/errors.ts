/**
 * Every error that a caller may see: a stable code, its HTTP status and its title.
 * `docs/errors.md` shows the same table; a test compares both ways.
 */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_recipient: { status: 400, title: 'The recipient is neither a phone number nor a WhatsApp address' },
  not_registered: { status: 400, title: 'The number has no WhatsApp account' },
  url_not_allowed: { status: 400, title: 'The URL may not be called from here' },
  media_fetch_failed: { status: 400, title: 'The file could not be fetched from its URL' },
  unauthorized: { status: 401, title: 'A valid key is needed' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  not_found: { status: 404, title: 'No such thing' },
  session_not_found: { status: 404, title: 'No such session' },
  message_not_found: { status: 404, title: 'No such message' },
  media_not_found: { status: 404, title: 'No such file' },
  group_not_found: { status: 404, title: 'The session is in no such group' },
  webhook_not_found: { status: 404, title: 'No such webhook' },
  rule_not_found: { status: 404, title: 'No such rule' },
  qr_not_ready: { status: 404, title: 'There is no QR code now' },
  media_gone: { status: 410, title: 'The file is no longer kept' },
  session_exists: { status: 409, title: 'The tenant already has a session of this id' },
  tenant_exists: { status: 409, title: 'There already is a tenant of this id' },
  refused_by_whatsapp: { status: 409, title: 'WhatsApp refused it' },
  webhook_disabled: { status: 409, title: 'The webhook is disabled' },
  session_not_connected: { status: 409, title: 'The session is not connected' },
  session_not_ready: { status: 409, title: 'The session takes no messages in its status' },
  contact_has_open_sends: { status: 409, title: 'Messages to the contact are still on their way' },
  already_connected: { status: 409, title: 'The session is already connected' },
  idempotency_mismatch: { status: 409, title: 'The Idempotency-Key was used with another request' },
  method_not_allowed: { status: 405, title: 'The resource has no such method' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  media_quota_exceeded: { status: 413, title: 'The tenant may not store that much' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  range_not_satisfiable: { status: 416, title: 'The file has no such bytes' },
  media_not_convertible: { status: 422, title: 'The file cannot be made into what the message needs' },
  rate_limited: { status: 429, title: 'Too many requests' },
  quota_exceeded: { status: 429, title: 'A quota of the tenant is used up' },
  internal: { status: 500, title: 'The gateway failed' },
  send_failed: { status: 502, title: 'WhatsApp did not take the message' },
  unavailable: { status: 503, title: 'The gateway cannot take this now' },
  timeout: { status: 504, title: 'The answer did not come in time' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof ERRORS

export interface FieldError {
  /** JSON pointer or parameter name. */
  field: string
  message: string
}

/** A failure that the caller may be told of. Anything else is `internal` to the outside. */
export class KurirError extends Error {
  override readonly name = 'KurirError'
  readonly code: ErrorCode
  readonly fields: FieldError[]
  /** Seconds after which asking again may help. */
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    detail?: string,
    options?: { fields?: FieldError[]; retryAfter?: number; cause?: unknown },
  ) {
    super(detail ?? ERRORS[code].title, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fields = options?.fields ?? []
    this.retryAfter = options?.retryAfter
  }

  /** HTTP status of the code. */
  get status(): number {
    return ERRORS[this.code].status
  }
}

/** Whether the store, or whatever else was needed, takes nothing now: that passes, and the same may be tried again. */
export function isUnavailable(error: unknown): error is KurirError {
  return error instanceof KurirError && error.code === 'unavailable'
}
