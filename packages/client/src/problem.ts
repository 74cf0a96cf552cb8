import type { components } from './openapi.ts'

/** An error as the gateway tells it (RFC 9457). */
export type Problem = components['schemas']['Problem']

/** The stable words of the gateway's errors; `unknown` where an answer was none of the gateway's own. */
export type ErrorCode = Problem['code'] | 'unknown'

/** The gateway refused, or failed. `message` says it in one line; `code` is what a program decides by. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  readonly code: ErrorCode
  readonly title: string
  /** Which fields of the request are wrong, and how. */
  readonly errors: NonNullable<Problem['errors']>
  /** Seconds after which asking again may help. */
  readonly retryAfter: number | undefined
  /** What to name when asking the operator about it. */
  readonly requestId: string | undefined

  constructor(response: Response, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The gateway answered ${response.status}`)
    this.status = response.status
    this.code = problem.code ?? 'unknown'
    this.title = problem.title ?? response.statusText
    this.errors = problem.errors ?? []
    this.retryAfter = retryAfterOf(response)
    this.requestId = response.headers.get('x-request-id') ?? undefined
  }

  /** Reads the body of an answer that is no success. */
  static async of(response: Response): Promise<ProblemError> {
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
    const body: unknown = isJson ? await response.json().catch(() => undefined) : undefined
    if (!isJson) await response.body?.cancel()
    return new ProblemError(response, typeof body === 'object' && body !== null ? body : {})
  }
}

/** No answer came: the gateway cannot be reached, or the connection broke. `cause` is what `fetch` threw. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'

  constructor(url: string, cause: unknown) {
    super(`${url} cannot be reached: ${reasonOf(cause)}`, { cause })
  }
}

/** `Retry-After` in seconds, of either form; undefined without one. */
export function retryAfterOf(response: Response, now: number = Date.now()): number | undefined {
  const value = response.headers.get('retry-after')
  if (value === null) return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined
}

/** Node's `fetch` says why only in the cause of what it throws. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const { cause } = thrown
  if (!(cause instanceof Error)) return thrown.message
  return cause.message || ('code' in cause ? String(cause.code) : thrown.message)
}
