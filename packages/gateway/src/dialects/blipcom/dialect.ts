import type { Dialect } from '../dialect.ts'
import { api } from './api.ts'
import { sessionFailure, tokenFailure } from './errors.ts'
import { readBearer } from './requests.ts'
import { routes } from './routes.ts'

/** The API of document 000: an OAuth client finds and adds sessions. */
export const blipcom: Dialect = {
  name: 'blipcom',
  paths: ['/token', '/api/v1/whatsapp'],
  keys: { tenant: 'client', session: null },
  routes,
  api,
  credential: (request) => {
    const text = readBearer(request)
    return text === undefined ? undefined : { kind: 'token', text }
  },
  error: (error, at) => (at.path === '/token' ? tokenFailure(error) : sessionFailure(error, at)),
}
