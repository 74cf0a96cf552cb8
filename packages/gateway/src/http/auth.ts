import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { AccessVerbs, Caller } from '../access/verbs.ts'
import { type ErrorCode, KurirError } from '../core/errors.ts'
import { type HttpConfig, hasScope, type Server } from './context.ts'
import { loginToken, requireOwnPage } from './dashboard/cookie.ts'
import type { Limits } from './rate-limit.ts'

type KeyCheck = Pick<AccessVerbs, 'authenticate' | 'authenticateLogin'>

interface AuthOptions {
  access: KeyCheck
  config: Pick<HttpConfig, 'publicUrl'>
  limits: Limits
}

/**
 * Puts a check in front of every route, before its body is read. A route that does not declare who may call it cannot
 * be registered, so none is open by oversight. Must run before any route is added.
 */
export function installAuth(app: Server, { access, config, limits }: AuthOptions): void {
  app.decorateRequest('caller', null)
  app.addHook('onRoute', (route) => {
    const allowed = route.config?.access
    if (allowed === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`)
    if (allowed === 'public') return
    const check = async (request: FastifyRequest, reply: FastifyReply) => {
      const caller = await authenticate(request, reply, { access, config, limits })
      request.caller = caller
      limits.countRequest(caller.keyId, reply)
      if (!hasScope(caller, allowed))
        throw new KurirError('forbidden', `The key needs the scope ${allowed.join(' or ')}`)
      checkSession(request, caller)
    }
    route.onRequest = [check, ...hooksOf(route)]
  })
}

function hooksOf({ onRequest }: RouteOptions) {
  return onRequest === undefined ? [] : Array.isArray(onRequest) ? onRequest : [onRequest]
}

async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  { access, config, limits }: AuthOptions,
): Promise<Caller> {
  const presented = presentedKey(request)
  const isLogin = !presented && loginToken(request) !== undefined
  if (isLogin) requireOwnPage(request, config)
  const caller = await whoCalls(request, access)
  if (caller) return caller
  if (isLogin) throw new KurirError('unauthorized', 'The login has ended')
  limits.countFailure(request.ip, reply)
  throw new KurirError('unauthorized', presented ? 'The key is not valid' : 'Send a key: "Authorization: Bearer <key>"')
}

/** Whom the request's key stands for, or its cookie where it has none; undefined where neither counts (any more). */
export async function whoCalls(request: FastifyRequest, access: KeyCheck): Promise<Caller | undefined> {
  const key = presentedKey(request)
  if (key !== undefined) return access.authenticate(key)
  const token = loginToken(request)
  return token === undefined ? undefined : access.authenticateLogin(token)
}

/** The key of `Authorization: Bearer` (any case, spaces around it allowed) or `X-API-Key`. */
function presentedKey({ headers }: FastifyRequest): string | undefined {
  const bearer = headers.authorization && /^\s*bearer\s+(\S+)\s*$/i.exec(headers.authorization)?.[1]
  if (bearer) return bearer
  const plain = headers['x-api-key']
  return typeof plain === 'string' ? plain.trim() || undefined : undefined
}

/** Other sessions do not exist for a key that is bound to one. */
function checkSession(request: FastifyRequest, caller: Caller): void {
  if (caller.session === null) return
  const { session } = request.params as { session?: string }
  if (session !== undefined && session !== caller.session) throw new KurirError('session_not_found')
}

/** Throws `code` unless the thing belongs to the session that the caller's key is bound to, if it is bound. */
export function requireSession(caller: Caller, session: string | null, code: ErrorCode): void {
  if (caller.session !== null && session !== caller.session) throw new KurirError(code)
}
