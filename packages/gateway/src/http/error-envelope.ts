import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { ERRORS, type ErrorCode, type FieldError, KurirError } from '../core/errors.ts'

/** An error as RFC 9457 has it, with our stable word beside. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  errors?: FieldError[]
}

const CONTENT_TYPE = 'application/problem+json'
/** Seconds after which a client may ask again when the gateway cannot take a request. */
const RETRY_AFTER = 2

/** What the caller is told. `type` is a URN, since it names the kind of problem and promises no page. */
export function problemOf(error: KurirError): Problem {
  return {
    type: `urn:kurir:error:${error.code}`,
    title: ERRORS[error.code].title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(error.fields.length ? { errors: error.fields } : {}),
  }
}

/** Answers a request with the error as the native API shows it. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const known = receiveError(error, request, reply, logger)
  reply
    .code(known.status)
    .header('content-type', CONTENT_TYPE)
    .send(JSON.stringify(problemOf(known)))
}

/**
 * The error that the caller may be told of; anything that is not meant for callers becomes `internal` and is logged.
 * Sets the headers that go with it.
 */
export function receiveError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): KurirError {
  const known = translate(error)
  if (known.status >= 500) {
    logger.error({ reqId: request.id, err: known.code === 'internal' ? error : known }, 'request failed')
  }
  if (known.code === 'unauthorized') reply.header('www-authenticate', 'Bearer')
  const waits = known.code === 'unavailable' || known.code === 'rate_limited'
  const retryAfter = known.retryAfter ?? (waits ? RETRY_AFTER : undefined)
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter)
  return known
}

/** Answers what is no HTTP: the connection is closed afterwards. */
export function answerClientError(error: { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const isTimeout = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const detail = isTimeout ? 'The request did not come in time' : 'The request is not valid HTTP'
  const body = JSON.stringify(problemOf(new KurirError('invalid_request', detail)))
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: ${CONTENT_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  )
}

/** Details of errors that Fastify raises before a handler is reached. */
const FRAMEWORK: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'The body is larger than 1 MB'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_request', 'The body is empty, but its content type is application/json'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_request', 'The body is not valid JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'The body is not as long as Content-Length says'],
}

function translate(error: unknown): KurirError {
  if (error instanceof KurirError) return error
  const { code = '', statusCode = 500 } = (error ?? {}) as Partial<FastifyError>
  const framework = FRAMEWORK[code]
  if (framework) return new KurirError(...framework)
  if (statusCode === 413) return new KurirError('payload_too_large')
  if (statusCode === 415) return new KurirError('unsupported_media_type')
  if (statusCode === 503) return new KurirError('unavailable', 'The gateway is shutting down')
  if (statusCode >= 400 && statusCode < 500) return new KurirError('invalid_request', 'The request is not valid')
  return new KurirError('internal', undefined, { cause: error })
}
