import type { DialectCredential } from '../../access/verbs.ts'
import type { Dialect, DialectRequest } from '../dialect.ts'
import { api } from './api.ts'
import { errorAnswer } from './errors.ts'
import { messageBody } from './events.ts'
import { routes } from './routes.ts'

/** The API of document 003: a tenant's bots by a Bearer token, one bot by its session id and access token. */
export const bots: Dialect = {
  name: 'bots',
  paths: ['/whatsapp'],
  keys: { tenant: 'token', session: 'pair' },
  routes,
  api,
  credential: readCredential,
  error: errorAnswer,
  webhookBody: messageBody,
}

/** What concerns the tenant, not one bot: the bot's own credential does not do. */
function isOfTenant({ method, path }: DialectRequest): boolean {
  return path === '/whatsapp' || path === '/whatsapp/createNewWhatsapp' || method === 'DELETE' || isLogout(path)
}

function isLogout(path: string): boolean {
  return path.startsWith('/whatsapp/instance/logout/')
}

function readCredential(request: DialectRequest): DialectCredential | undefined {
  const bearer = /^bearer\s+(\S+)$/i.exec(request.header('authorization') ?? '')?.[1]
  if (bearer !== undefined) return { kind: 'key', text: bearer }
  if (isOfTenant(request)) return undefined
  const id = request.body.word('session_id') ?? request.query.word('session_id')
  const secret = request.body.word('access_token') ?? request.query.word('access_token')
  return id === undefined || secret === undefined ? undefined : { kind: 'pair', id, secret }
}
