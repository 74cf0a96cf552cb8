import { Type } from 'typebox'
import type { Caller } from '../../access/verbs.ts'
import { KurirError } from '../../core/errors.ts'
import { callerOf, hasScope, type RouteContext, type Server } from '../context.ts'
import { exactly } from '../native/schema.ts'
import type { Limits } from '../rate-limit.ts'
import { clearLogin, LOGIN_MS, loginToken, requireOwnPage, setLogin } from './cookie.ts'

const ANY = ['admin', 'manage', 'send', 'read'] as const
const LoginBody = exactly({ key: Type.String({ minLength: 1, maxLength: 300 }) })

export interface DashboardOptions extends RouteContext {
  limits: Limits
  /** The page of virtual phones, where the network is the lab. */
  phonePage: string | null
}

/** Logging in and out, and who is logged in. Not a part of the API: clients of it send keys. */
export function loginRoutes(app: Server, { gateway, config, limits, phonePage }: DashboardOptions): void {
  const show = ({ tenant, scopes, session }: Caller) => ({ tenant, scopes, session, phone_page: phonePage })
  app.post(
    '/dashboard/login',
    { config: { access: 'public', keepsAnswer: false }, schema: { hide: true, body: LoginBody } },
    async (request, reply) => {
      requireOwnPage(request, config)
      limits.countLogin(request.ip, reply)
      const caller = await gateway.access.authenticate(request.body.key)
      if (!caller) throw new KurirError('unauthorized', 'The key is not valid')
      if (!hasScope(caller, ['manage'])) {
        throw new KurirError('forbidden', 'The dashboard needs a key with the scope admin or manage')
      }
      setLogin(request, reply, config, await gateway.access.logIn(caller, LOGIN_MS))
      return show(caller)
    },
  )

  app.post(
    '/dashboard/logout',
    { config: { access: 'public', keepsAnswer: false }, schema: { hide: true } },
    async (request, reply) => {
      requireOwnPage(request, config)
      const token = loginToken(request)
      if (token) await gateway.access.logOut(token)
      clearLogin(request, reply, config)
      return reply.code(204).send()
    },
  )

  app.get('/dashboard/me', { config: { access: ANY }, schema: { hide: true } }, (request) => show(callerOf(request)))
}
