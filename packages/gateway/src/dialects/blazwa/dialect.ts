import type { Dialect } from '../dialect.ts'
import { api } from './api.ts'
import { errorAnswer } from './errors.ts'
import { webhookBody } from './events.ts'
import { routes } from './routes.ts'

/** The API of document 001: a licence key stands for one session. */
export const blazwa: Dialect = {
  name: 'blazwa',
  paths: ['/openapi/wa'],
  keys: { tenant: 'first-use', session: 'key' },
  routes,
  api,
  credential: (request) => {
    const text = request.header('x-api-key')
    return text === undefined ? undefined : { kind: 'key', text }
  },
  error: errorAnswer,
  webhookBody,
}
