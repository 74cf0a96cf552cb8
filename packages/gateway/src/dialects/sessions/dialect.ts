import type { Dialect } from '../dialect.ts'
import { api } from './api.ts'
import { errorAnswer } from './errors.ts'
import { routes } from './routes.ts'

/** The API of document 002: a tenant's sessions by `X-API-Key`. */
export const sessions: Dialect = {
  name: 'sessions',
  paths: ['/api/sessions', '/api/number-checker'],
  keys: { tenant: 'key', session: null },
  routes,
  api,
  credential: (request) => {
    const text = request.header('x-api-key')
    return text === undefined ? undefined : { kind: 'key', text }
  },
  error: errorAnswer,
}
