import { randomBytes } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { KurirError } from '../core/errors.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { mountDialects } from '../dialects/mount.ts'
import type { Gateway } from '../gateway.ts'
import type { Metrics } from '../observe/metrics.ts'
import { installAudit } from './audit.ts'
import { installAuth } from './auth.ts'
import { limitBodies, UPLOAD_MS } from './body-deadline.ts'
import { closeWithoutLingering } from './closing.ts'
import type { HttpConfig, Server } from './context.ts'
import { installCors } from './cors.ts'
import { dashboardPages } from './dashboard/pages.ts'
import { loginRoutes } from './dashboard/routes.ts'
import { docsRoutes } from './docs/routes.ts'
import { answerClientError, answerError } from './error-envelope.ts'
import { installIdempotency } from './idempotency.ts'
import { MethodTable } from './method-table.ts'
import { countRequests, metricsRoute } from './metrics.ts'
import { nativeRoutes } from './native/routes.ts'
import { installOpenApi } from './openapi.ts'
import { Limits } from './rate-limit.ts'
import { Repetitions } from './repetitions.ts'
import { type RequestTraces, traceRequests } from './traces.ts'
import { STRICT_SCHEMAS } from './validation.ts'
import { VERSION } from './version.ts'

export interface ServerOptions {
  gateway: Gateway
  config: HttpConfig
  logger: Logger
  /** Foreign APIs that are spoken beside the native one; none by default. */
  dialects?: readonly Dialect[]
  /** Where the dashboard is built to, and the page of the lab's phones; without it no pages are served. */
  dashboard?: { dir: string; phonePage: string | null }
  /** What the operator watches; without it nothing is counted. */
  metrics?: Metrics
  /** Told in which request something happens; by default nobody is. */
  traces?: RequestTraces | undefined
}

const BODY_LIMIT_BYTES = 1024 * 1024
/** Time for a request's headers to come in. */
const HEADERS_TIMEOUT_MS = 15_000
/** Longer than the idle time of the usual proxies, which then close first. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/**
 * Builds the HTTP server with every route, not listening yet. The caller calls `listen` and `close`; closing refuses
 * new requests, ends streams and waits for those at work.
 */
export async function buildServer({
  gateway,
  config,
  logger,
  dialects = [],
  dashboard,
  metrics,
  traces,
}: ServerOptions): Promise<Server> {
  // An unknown path below a dialect's is answered in its shape.
  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    if (!mounted.answer(error, request, reply)) answerError(error, request, reply, logger)
  }
  const app: Server = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests instead of a child each; our own lines name the request.
    childLoggerFactory: (parent) => parent,
    trustProxy: trustOf(config.trustProxy),
    bodyLimit: BODY_LIMIT_BYTES,
    // Of any request; body-deadline.ts has the shorter limit of those that bring no file.
    requestTimeout: UPLOAD_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    genReqId: requestIds(),
    requestIdHeader: false,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // Ours has the shape of all errors: see closing.ts.
    return503OnClosing: false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    routerOptions: { maxParamLength: 256 },
    schemaController: STRICT_SCHEMAS,
    // These come before any hook.
    frameworkErrors: (error, request, reply) => answer(error, request, mark(request, reply)),
    clientErrorHandler: answerClientError,
  })
  app.setErrorHandler(answer)
  const methods = new MethodTable()
  app.addHook('onRoute', (route) => methods.add(route))
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.of(request.url)
    if (!allowed.length) throw new KurirError('not_found', 'There is nothing at this address')
    reply.header('allow', allowed.join(', '))
    throw new KurirError('method_not_allowed', `${request.method} is not possible here, but ${allowed.join(', ')}`)
  })
  app.addHook('onRequest', (request, reply, done) => {
    mark(request, reply)
    done()
  })
  installCors(app, config.corsOrigins)
  limitBodies(app)
  logAccess(app, logger)
  if (metrics) countRequests(app, metrics)
  closeWithoutLingering(app)
  await installOpenApi(app, config, VERSION)
  const limits = new Limits(config.rateLimit)
  const repetitions = new Repetitions({
    answers: gateway.access,
    onNotKept: (err) => logger.error({ err }, 'an answer could not be kept for its Idempotency-Key'),
  })
  if (traces) traceRequests(app, traces)
  installAuth(app, { access: gateway.access, config, limits })
  // Innermost: what is answered again was done before.
  installAudit(app, gateway.audit)
  installIdempotency(app, repetitions)
  const mounted = mountDialects(app, { dialects, gateway, config, limits, repetitions, logger })
  app.register(
    (scope: Server, _options, done) => {
      nativeRoutes(scope, { gateway, config })
      loginRoutes(scope, { gateway, config, limits, phonePage: dashboard?.phonePage ?? null })
      docsRoutes(scope, config, dialects)
      if (metrics) metricsRoute(scope, metrics, gateway.access)
      done()
    },
    { prefix: config.basePath },
  )
  if (dashboard) await dashboardPages(app, dashboard.dir, config.basePath)
  await app.ready()
  return app
}

/** Puts the headers on an answer that every one has. */
function mark(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.headers(SECURITY_HEADERS).header('x-request-id', request.id)
}

/** A number of proxies as a function of an address's place in the chain; the rest as Fastify takes it. */
function trustOf(trust: HttpConfig['trustProxy']): boolean | string[] | ((address: string, hop: number) => boolean) {
  return typeof trust === 'number' ? (_address, hop) => hop < trust : trust
}

/** Ids that are unique over restarts: a random part per process and a counter. */
function requestIds(): () => string {
  const run = randomBytes(6).toString('base64url')
  let count = 0
  return () => {
    count += 1
    return `req_${run}_${count.toString(36)}`
  }
}

/** One line per request: never a query, a body or a header. Probes are logged at `debug`. */
function logAccess(app: Server, logger: Logger): void {
  app.addHook('onResponse', (request, reply, done) => {
    const line = {
      reqId: request.id,
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      tenant: request.caller?.tenant,
      keyId: request.caller?.keyId,
    }
    if (request.caller) logger.info(line, 'request')
    else logger.debug(line, 'request')
    done()
  })
}

function pathOf(request: FastifyRequest): string {
  const query = request.url.indexOf('?')
  return query < 0 ? request.url : request.url.slice(0, query)
}
