import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { Type } from 'typebox'
import type { StoredAnswer } from '../access/ports.ts'
import type { AccessVerbs, Caller } from '../access/verbs.ts'
import { KurirError } from '../core/errors.ts'
import { callerOf, type Server } from './context.ts'

type Answers = Pick<AccessVerbs, 'getAnswer' | 'saveAnswer'>
type Run = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

interface Running {
  requestHash: string
  /** Undefined where the request failed, so that another one may try. */
  answer: Promise<StoredAnswer | undefined>
}

const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description:
        'The same key with the same request within 72 hours is answered with the first answer; nothing is done twice.',
    }),
  ),
})

/**
 * Lets every POST take an `Idempotency-Key`, per tenant: the same request is answered as the first time, another one
 * refused, and one that comes while the first is at work waits for its answer. Only success is kept, so that a request
 * that was refused may be sent again. Must run before any route is added.
 */
export function installIdempotency(app: Server, answers: Answers): void {
  const running = new Map<string, Running>()
  app.decorateRequest('claim', null)
  app.addHook('onRoute', (route) => {
    if (route.method !== 'POST' || route.config?.access === 'public') return
    route.schema = { ...route.schema, headers: KeyHeader }
    const inner = route.handler
    route.handler = function handleOnce(this: FastifyInstance, request, reply) {
      const key = request.headers['idempotency-key']
      if (typeof key !== 'string') return inner.call(this, request, reply)
      const run: Run = async (...args) => inner.apply(this, args)
      return new OnceRequest(request, reply, key, answers, running, route).answer(run)
    }
  })
}

/** One request with an Idempotency-Key. */
class OnceRequest {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #caller: Caller
  readonly #key: string
  readonly #requestHash: string
  readonly #answers: Answers
  readonly #running: Map<string, Running>
  readonly #route: RouteOptions

  constructor(
    request: FastifyRequest,
    reply: FastifyReply,
    key: string,
    answers: Answers,
    running: Map<string, Running>,
    route: RouteOptions,
  ) {
    this.#request = request
    this.#reply = reply
    this.#caller = callerOf(request)
    this.#key = key
    this.#requestHash = hashRequest(request, this.#caller)
    this.#answers = answers
    this.#running = running
    this.#route = route
  }

  async answer(run: Run): Promise<FastifyReply> {
    const slot = `${this.#caller.tenant} ${this.#key}`
    for (let other = this.#running.get(slot); other; other = this.#running.get(slot)) {
      this.#refuseOther(other.requestHash)
      const answer = await other.answer
      if (answer) return this.#replay(answer)
    }
    const { promise, resolve } = Promise.withResolvers<StoredAnswer | undefined>()
    this.#running.set(slot, { requestHash: this.#requestHash, answer: promise })
    let answer: StoredAnswer | undefined
    try {
      answer = await this.#answers.getAnswer(this.#caller.tenant, this.#key)
      if (answer) {
        this.#refuseOther(answer.requestHash)
        return this.#replay(answer)
      }
      this.#request.claim = { key: this.#key, requestHash: this.#requestHash }
      const result = await run(this.#request, this.#reply)
      answer = await this.#keep(result)
      return this.#reply.sent ? this.#reply : this.#reply.send(result)
    } finally {
      this.#running.delete(slot)
      resolve(answer)
    }
  }

  /** Keeps a success on disk; undefined where the answer is not to be kept. */
  async #keep(result: unknown): Promise<StoredAnswer | undefined> {
    const status = this.#reply.statusCode
    const { keepsAnswer, shownOnce } = this.#route.config ?? {}
    if (keepsAnswer === false || status < 200 || status > 299) return undefined
    const kept = shownOnce ? { ...(result as object), [shownOnce]: undefined } : result
    const answer: StoredAnswer = {
      requestHash: this.#requestHash,
      status,
      body: kept === undefined ? '' : String(this.#reply.serialize(kept)),
      contentType: 'application/json; charset=utf-8',
      at: Date.now(),
    }
    try {
      await this.#answers.saveAnswer(this.#caller.tenant, this.#key, answer)
    } catch (err) {
      // The work is done and on disk: a refusal now would make the client ask for it once more.
      this.#request.log.error({ reqId: this.#request.id, err }, 'an answer could not be kept for its Idempotency-Key')
    }
    return answer
  }

  #refuseOther(requestHash: string): void {
    if (requestHash !== this.#requestHash) throw new KurirError('idempotency_mismatch')
  }

  #replay(answer: StoredAnswer): FastifyReply {
    return this.#reply
      .code(answer.status)
      .header('idempotency-replayed', 'true')
      .header('content-type', answer.contentType)
      .send(answer.body)
  }
}

/** sha256 over what was asked: the session that the key is bound to, method, path and the body in canonical form. */
function hashRequest(request: FastifyRequest, caller: Caller): string {
  const [path = ''] = request.url.split('?', 1)
  const parts = [caller.session, request.method, path, canonical(request.body)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** The same value with the members of every object in order of their names. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([name, member]) => [name, canonical(member)])
}
