import { ConnectionError, retryAfterOf } from './problem.ts'
import { sleep } from './sleep.ts'

export interface RetryOptions {
  /** How often a request is tried again; 0 for never. */
  retries: number
  /** The longest wait that the gateway may ask for, in seconds; an answer that asks for more is handed on at once. */
  maxWaitSeconds: number
  fetch: (request: Request) => Promise<Response>
}

/** Waits before the first try again; each later one is twice as long. Milliseconds. */
const FIRST_WAIT_MS = 500
/** Methods that do no more when they are done twice. A POST is safe by its `Idempotency-Key`. */
const SAFE_TO_REPEAT = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/**
 * A `fetch` that tries again: where the gateway said that it did nothing (429, 503), after the time that it asked for,
 * and where no answer came to a request that may be repeated. Throws {@link ConnectionError} in the end. Files are sent
 * once, since they would have to be kept in memory for another try.
 */
export function withRetries({ retries, maxWaitSeconds, fetch }: RetryOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const tries = canBeSentAgain(request) ? retries : 0
    for (let attempt = 0; ; attempt += 1) {
      const isLast = attempt >= tries
      const backoffMs = FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random() / 2)
      try {
        const response = await fetch(isLast ? request : request.clone())
        if (isLast || (response.status !== 429 && response.status !== 503)) return response
        const askedSeconds = retryAfterOf(response)
        if (askedSeconds !== undefined && askedSeconds > maxWaitSeconds) return response
        await response.body?.cancel()
        await sleep(askedSeconds === undefined ? backoffMs : askedSeconds * 1000, request.signal)
      } catch (error) {
        if (request.signal.aborted) throw error
        if (isLast || !isRepeatable(request)) throw new ConnectionError(new URL(request.url).origin, error)
        await sleep(backoffMs, request.signal)
      }
    }
  }
}

/** Whether its body can be had a second time without keeping a file in memory. */
function canBeSentAgain(request: Request): boolean {
  return request.body === null || (request.headers.get('content-type') ?? '').startsWith('application/json')
}

function isRepeatable(request: Request): boolean {
  return SAFE_TO_REPEAT.has(request.method) || request.headers.has('idempotency-key')
}
