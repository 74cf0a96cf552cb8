import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { Type } from 'typebox'
import type { StoredAnswer } from '../access/ports.ts'
import type { Caller } from '../access/verbs.ts'
import { callerOf, type Server } from './context.ts'
import { hashRequest, type Repetitions, type Worked } from './repetitions.ts'

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
export function installIdempotency(app: Server, repetitions: Repetitions): void {
  app.decorateRequest('claim', null)
  app.addHook('onRoute', (route) => {
    if (route.method !== 'POST' || route.config?.access === 'public') return
    route.schema = { ...route.schema, headers: KeyHeader }
    const inner = route.handler
    route.handler = async function handleOnce(this: FastifyInstance, request, reply) {
      const key = request.headers['idempotency-key']
      if (typeof key !== 'string') return inner.call(this, request, reply)
      const caller = callerOf(request)
      const requestHash = requestHashOf(request, caller)
      const once = await repetitions.once({ tenant: caller.tenant, key, requestHash }, async () => {
        request.claim = { key, requestHash }
        const result: unknown = await inner.call(this, request, reply)
        return { result, keep: answerToKeep(result, reply, route) }
      })
      if (once.kind === 'replayed') return replay(reply, once.answer)
      return reply.sent ? reply : reply.send(once.result)
    }
  })
}

/** A success is kept, without what is shown once. */
function answerToKeep(result: unknown, reply: FastifyReply, route: RouteOptions): Worked<unknown>['keep'] {
  const { keepsAnswer, shownOnce = [] } = route.config ?? {}
  if (keepsAnswer === false || reply.statusCode < 200 || reply.statusCode > 299) return null
  const hidden = Object.fromEntries(shownOnce.map((field) => [field, undefined]))
  const kept = shownOnce.length > 0 ? { ...(result as object), ...hidden } : result
  return {
    status: reply.statusCode,
    body: kept === undefined ? '' : String(reply.serialize(kept)),
    contentType: 'application/json; charset=utf-8',
  }
}

function replay(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  return reply
    .code(answer.status)
    .header('idempotency-replayed', 'true')
    .header('content-type', answer.contentType)
    .send(answer.body)
}

/** Over the session that the key is bound to, method, path and body. */
function requestHashOf(request: FastifyRequest, caller: Caller): string {
  const [path = ''] = request.url.split('?', 1)
  return hashRequest([caller.session, request.method, path, request.body])
}
