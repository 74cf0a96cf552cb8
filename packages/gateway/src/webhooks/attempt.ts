import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import { type FetchFailure, SafeFetchError } from '../safe-fetch/errors.ts'
import type { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import type { AttemptOutcome, BodyRenderer, DueDelivery } from './ports.ts'
import { nextAttemptAt } from './retry-schedule.ts'
import { signatureHeaders } from './sign.ts'

/** What went wrong once the receiver could be asked, or where it was not asked at all. */
export const ATTEMPT_ERRORS = ['http_status', 'redirect', 'gone', 'endpoint_disabled', 'internal'] as const

/** What `lastError` of a delivery may say. */
type AttemptError = Exclude<FetchFailure, 'aborted'> | (typeof ATTEMPT_ERRORS)[number]

export interface AttemptNeeds {
  http: Pick<SafeFetch, 'post'>
  renderer: BodyRenderer
  clock: Clock
  logger: Logger
  /** `Kurir/<version>`. */
  userAgent: string
  /** For DNS, connection and answer together, in milliseconds. */
  timeoutMs: number
  /** Numbers from 0 to 1 for the jitter. */
  random: () => number
}

interface Answer {
  status: number | null
  error: AttemptError | null
  retryAfter?: string | undefined
}

/**
 * Posts a delivery once and decides what becomes of it; undefined where `signal` cut it short, which is no attempt.
 * A disabled endpoint is not called: its delivery is dead.
 */
export async function attemptDelivery(
  due: DueDelivery,
  needs: AttemptNeeds,
  signal: AbortSignal,
): Promise<AttemptOutcome | undefined> {
  const { clock, random } = needs
  if (due.endpoint.disabledAt !== null) {
    return { at: clock.now(), status: null, error: 'endpoint_disabled', next: { kind: 'dead' } }
  }
  const answer = await post(due, needs, signal)
  if (!answer) return undefined
  const { status, error, retryAfter } = answer
  const at = clock.now()
  if (error === null) return { at, status, error, next: { kind: 'delivered' } }
  const dueAt =
    error === 'gone' ? undefined : nextAttemptAt({ attempts: due.attempts + 1, at, status, retryAfter }, random)
  return { at, status, error, next: dueAt === undefined ? { kind: 'dead' } : { kind: 'retry', dueAt } }
}

async function post(due: DueDelivery, needs: AttemptNeeds, signal: AbortSignal): Promise<Answer | undefined> {
  const { event, endpoint } = due
  try {
    const { body, contentType } = needs.renderer.render(event, endpoint)
    const { status, headers } = await needs.http.post(endpoint.url, {
      headers: {
        ...withUserAgent(endpoint.headers, needs.userAgent),
        'content-type': contentType,
        ...signatureHeaders({ id: event.id, at: needs.clock.now(), body, secret: endpoint.secret }),
      },
      body,
      timeoutMs: needs.timeoutMs,
      signal,
    })
    const retryAfter = headers['retry-after']
    return { status, error: errorOf(status), retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter }
  } catch (error) {
    if (error instanceof SafeFetchError) {
      return error.reason === 'aborted' ? undefined : { status: null, error: error.reason }
    }
    needs.logger.error({ err: error, delivery: due.id }, 'a webhook delivery could not be made')
    return { status: null, error: 'internal' }
  }
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
