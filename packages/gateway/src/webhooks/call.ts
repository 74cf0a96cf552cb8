import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import { type FetchFailure, SafeFetchError } from '../safe-fetch/errors.ts'
import type { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import { excerptOf } from './excerpt.ts'
import type { Endpoint, RenderedBody } from './ports.ts'
import { signatureHeaders } from './sign.ts'

/** What is kept of an answer's body. */
const ANSWER_BYTES = 4096

/** What went wrong once the receiver could be asked, or where it was not asked at all. */
export const ATTEMPT_ERRORS = ['http_status', 'redirect', 'gone', 'endpoint_disabled', 'internal'] as const

/** What `lastError` of a delivery may say. */
type AttemptError = Exclude<FetchFailure, 'aborted'> | (typeof ATTEMPT_ERRORS)[number]

export interface CallNeeds {
  http: Pick<SafeFetch, 'post'>
  clock: Clock
  logger: Logger
  /** `Kurir/<version>`. */
  userAgent: string
  /** For DNS, connection and answer together, in milliseconds. */
  timeoutMs: number
  /** Sent besides the endpoint's own. */
  headers?: Record<string, string>
}

export interface CallAnswer {
  status: number | null
  error: AttemptError | null
  /** How the answer's body began, for people; null where it had none. */
  answer?: string | null
  retryAfter?: string | undefined
}

/** Posts a body to the endpoint, signed; `id` names what is told. Undefined where `signal` cut it short. */
export async function callEndpoint(
  endpoint: Endpoint,
  id: string,
  { body, contentType }: RenderedBody,
  { http, clock, userAgent, timeoutMs, headers: more }: CallNeeds,
  signal: AbortSignal,
): Promise<CallAnswer | undefined> {
  const at = clock.now()
  try {
    const { status, headers, beginning } = await http.post(endpoint.url, {
      headers: {
        ...more,
        ...withUserAgent(endpoint.headers, userAgent),
        'content-type': contentType,
        ...signatureHeaders({ id, at, body, secrets: secretsOf(endpoint, at) }),
      },
      body,
      timeoutMs: Math.min(endpoint.timeoutMs ?? timeoutMs, timeoutMs),
      signal,
    })
    const retryAfter = headers['retry-after']
    return {
      status,
      error: errorOf(status),
      answer: excerptOf(beginning, endpoint, ANSWER_BYTES),
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    }
  } catch (error) {
    if (!(error instanceof SafeFetchError)) throw error
    return error.reason === 'aborted' ? undefined : { status: null, error: error.reason }
  }
}

/** The secret, and while it is being rotated the one before it. */
function secretsOf({ secret, previousSecret }: Endpoint, now: number): string[] {
  const secrets = secret === '' ? [] : [secret]
  return previousSecret && previousSecret.until > now ? [...secrets, previousSecret.secret] : secrets
}

function withUserAgent(headers: Record<string, string>, userAgent: string): Record<string, string> {
  for (const name in headers) if (name.toLowerCase() === 'user-agent') return headers
  return { ...headers, 'user-agent': userAgent }
}

function errorOf(status: number): AttemptError | null {
  if (status >= 200 && status < 300) return null
  if (status === 410) return 'gone'
  return status >= 300 && status < 400 ? 'redirect' : 'http_status'
}
