import type { Dialect } from '../dialect.ts'
import { api } from './api.ts'
import { errorAnswer } from './errors.ts'
import { ackBody } from './events.ts'
import { routes } from './routes.ts'

/** The API of document 004: a secret key stands for one session. */
export const chatbot: Dialect = {
  name: 'chatbot',
  paths: routes.map(({ path }) => path),
  keys: { tenant: null, session: 'key' },
  routes,
  api,
  credential: (request) => {
    const text = request.header('secretkey')
    return text === undefined ? undefined : { kind: 'key', text }
  },
  error: errorAnswer,
  webhookBody: ackBody,
}
