import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { KurirError } from '../core/errors.ts'
import type { Gateway } from '../gateway.ts'
import type { HttpConfig, Server } from '../http/context.ts'
import { receiveError } from '../http/error-envelope.ts'
import type { Limits } from '../http/rate-limit.ts'
import { hashRequest, type Repetitions } from '../http/repetitions.ts'
import { headerText, parseBody, readBody } from './bodies.ts'
import type { Dialect, DialectAnswer, DialectCall, DialectContext, DialectRequest, DialectRoute } from './dialect.ts'
import { discardFiles, readMultipart } from './multipart.ts'
import { dialectCall, dialectRequest, pathOf } from './request.ts'

const CONTENT_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/
/** Characters of an Idempotency-Key. */
const MAX_KEY = 255

export interface MountOptions {
  dialects: readonly Dialect[]
  gateway: Gateway
  config: HttpConfig
  limits: Limits
  repetitions: Repetitions
  logger: Logger
}

/** Routes of no dialect are told in the native API's way. */
export interface MountedDialects {
  /** Answers an error at a dialect's path in its shape; false where the path is no dialect's. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): boolean
}

/** Adds the dialects' routes, each dialect in a scope of its own. */
export function mountDialects(app: Server, options: MountOptions): MountedDialects {
  const { dialects, config, logger } = options
  for (const dialect of dialects) {
    app.register(
      (scope: Server, _options, done) => {
        leaveBodies(scope)
        for (const route of dialect.routes) new MountedRoute(dialect, route, options).addTo(scope)
        done()
      },
      { prefix: config.basePath },
    )
  }
  return {
    answer: (error, request, reply) => {
      const place = { method: request.method, path: pathOf(request.url, config.basePath) }
      const dialect = dialects.find(({ paths }) => paths.some((path) => isUnder(place.path, path)))
      if (dialect) send(reply, dialect.error(receiveError(error, request, reply, logger), place))
      return dialect !== undefined
    },
  }
}

function isUnder(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`)
}

/** Bodies are left to be read after the caller is known, whatever they say that they are. */
function leaveBodies(scope: Server): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
  scope.addHook('onRequest', (request, _reply, done) => {
    const type = headerText(request.headers['content-type'])
    // One that is none would be refused before anybody looked at the body.
    if (type === undefined || !CONTENT_TYPE.test(type)) delete request.headers['content-type']
    else request.headers['content-type'] = type
    done()
  })
  scope.register(multipart, { throwFileSizeLimit: false })
}

function send(reply: FastifyReply, { status, body, contentType, headers = {} }: DialectAnswer): FastifyReply {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
  return reply
    .code(status)
    .headers({ 'content-type': contentType ?? 'application/json; charset=utf-8', ...headers })
    .send(isRaw ? body : JSON.stringify(body))
}

/** One route of a dialect: who calls, what the request says, once only, and the answer. */
class MountedRoute {
  readonly #dialect: Dialect
  readonly #route: DialectRoute
  readonly #options: MountOptions
  readonly #context: DialectContext

  constructor(dialect: Dialect, route: DialectRoute, options: MountOptions) {
    this.#dialect = dialect
    this.#route = route
    this.#options = options
    const { gateway, config, logger } = options
    this.#context = { gateway, config, logger }
  }

  addTo(scope: Server): void {
    const { method, path } = this.#route
    for (const url of [path, `${path}/`]) {
      scope.route({
        method,
        url,
        // Open to the native API's check alone: the one of the dialect follows.
        config: { access: 'public', api: this.#dialect.name, isUpload: this.#route.maxFileBytes !== undefined },
        schema: { hide: true },
        onRequest: (request, reply) => this.#receive(request, reply),
        errorHandler: (error, request, reply) => this.#fail(error, request, reply),
        handler: (request, reply) => this.#handle(request, reply),
      })
    }
  }

  /** Looks who calls before the body is read, where the headers or the query say so. */
  async #receive(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (this.#route.isPublic) return
    await this.#identify(request, reply, dialectRequest(request, this.#options.config.basePath))
  }

  async #identify(request: FastifyRequest, reply: FastifyReply, read: DialectRequest): Promise<void> {
    const credential = this.#dialect.credential(read)
    if (!credential) return
    const { gateway, limits } = this.#options
    const caller = await gateway.access.authenticateDialect(this.#dialect.name, credential)
    if (!caller) throw new KurirError('unauthorized', 'The credential is not valid')
    request.caller = caller
    limits.countRequest(caller.keyId, reply)
  }

  async #handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const call = await this.#read(request, reply)
    const answer = await this.#onceOnly(call, request).catch(async (error: unknown) => {
      if (error instanceof KurirError && error.status < 500) await this.#discard(call)
      throw error
    })
    if (answer.status >= 400 && answer.status < 500) await this.#discard(call)
    return send(reply, answer)
  }

  async #onceOnly(call: DialectCall, request: FastifyRequest): Promise<DialectAnswer> {
    const key = call.header('idempotency-key')
    if (this.#route.method !== 'POST' || this.#route.isPublic || key === undefined) {
      return this.#work(call)
    }
    if (key.length > MAX_KEY) throw new KurirError('invalid_request', `Idempotency-Key is longer than ${MAX_KEY}`)
    const requestHash = fingerprint(call)
    const once = await this.#options.repetitions.once({ tenant: call.caller.tenant, key, requestHash }, async () => {
      request.claim = { key, requestHash }
      const answer = await this.#work(call)
      return { result: answer, keep: answerToKeep(answer) }
    })
    if (once.kind === 'worked') return once.result
    await this.#discard(call)
    const { status, body, contentType } = once.answer
    return { status, body, contentType, headers: { 'idempotency-replayed': 'true' } }
  }

  async #work(call: DialectCall): Promise<DialectAnswer> {
    const answer = await this.#route.handle(call, this.#context)
    const { audit: action } = this.#route
    if (action === undefined || answer.status >= 400) return answer
    const { tenant, keyId, session } = call.caller
    const [, id = null] = Object.entries(call.params.all())[0] ?? []
    await this.#options.gateway.audit.record({
      ...{ tenant, actor: keyId, api: this.#dialect.name, action, session },
      target: typeof id === 'string' ? id : session,
      fields: Object.keys(call.body.all()),
    })
    return answer
  }

  /** Files of a request that was refused, or answered before, belong to no message. */
  async #discard({ files }: DialectCall): Promise<void> {
    await discardFiles(this.#options.gateway.media, files)
  }

  async #read(request: FastifyRequest, reply: FastifyReply): Promise<DialectCall> {
    const { config, gateway } = this.#options
    const identified = async (body: DialectRequest['body']) => {
      const read = dialectRequest(request, config.basePath, body)
      if (!this.#route.isPublic && !request.caller) await this.#identify(request, reply, read)
      if (!this.#route.isPublic && !request.caller) throw new KurirError('unauthorized', 'A credential is needed')
      return read
    }
    if (!request.isMultipart()) {
      const body = parseBody(await readBody(request.raw), request.headers['content-type'])
      return dialectCall(request, await identified(body), [], config)
    }
    const { fields, files } = await readMultipart(request, {
      media: gateway.media,
      maxFileBytes: this.#route.maxFileBytes,
      owner: async (before) => {
        await identified(before)
        if (!request.caller) throw new KurirError('unauthorized')
        return request.caller.tenant
      },
    })
    return dialectCall(request, await identified(fields), files, config)
  }

  #fail(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { config, logger } = this.#options
    const known = this.#counted(receiveError(error, request, reply, logger), request, reply)
    const place = { method: request.method, path: pathOf(request.url, config.basePath) }
    send(reply, this.#route.error?.(known) ?? this.#dialect.error(known, place))
  }

  /** A wrong credential counts; too many of them are told as such. */
  #counted(error: KurirError, request: FastifyRequest, reply: FastifyReply): KurirError {
    if (error.code !== 'unauthorized') return error
    try {
      this.#options.limits.countFailure(request.ip, reply)
      return error
    } catch (refusal) {
      return receiveError(refusal, request, reply, this.#options.logger)
    }
  }
}

/** What makes two requests the same. */
function fingerprint({ caller, method, path, query, body, files }: DialectCall): string {
  const contents = files.map(({ field, media }) => [field, media.sha256])
  return hashRequest([caller.session, method, path, query.all(), body.all(), contents])
}

/** Only a success is kept, so that a request that was refused may be sent again. */
function answerToKeep({ status, body, contentType }: DialectAnswer) {
  if (status < 200 || status > 299 || Buffer.isBuffer(body)) return null
  return {
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    contentType: contentType ?? 'application/json; charset=utf-8',
  }
}
