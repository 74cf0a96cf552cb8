import type { Server } from './context.ts'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** Headers of answers that a page may read beside those that it always may. */
const EXPOSED = [
  ...['content-disposition', 'idempotency-replayed', 'location', 'retry-after', 'x-request-id'],
  ...['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
].join(', ')
/** How long a browser need not ask again. Seconds. */
const PREFLIGHT_SECONDS = 600

/**
 * Lets pages of these origins call (CORS protocol of the Fetch standard), every route alike; without origins it does
 * nothing. Keys travel in headers, so cookies and the like are never allowed. A preflight brings no key: it is answered
 * before anybody asks for one. Must run before the checks of requests are installed, so that refusals can be read too.
 */
export function installCors(app: Server, origins: readonly string[]): void {
  if (origins.length === 0) return
  const allowed = new Set(origins)
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    reply.header('vary', 'Origin')
    if (origin === undefined || !allowed.has(origin)) return done()
    reply.header('access-control-allow-origin', origin)
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) {
      reply.header('access-control-expose-headers', EXPOSED)
      return done()
    }
    const headers = request.headers['access-control-request-headers']
    reply.headers({
      vary: 'Origin, Access-Control-Request-Headers',
      'access-control-allow-methods': METHODS,
      'access-control-max-age': PREFLIGHT_SECONDS,
      // Any: what a header may do is up to the route, and dialects have their own.
      ...(headers === undefined ? {} : { 'access-control-allow-headers': headers }),
    })
    reply.code(204).send()
  })
}
