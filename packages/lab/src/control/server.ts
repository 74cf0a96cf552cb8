import Fastify, { type FastifyInstance } from 'fastify'
import type { ServerState } from '../server/context.ts'
import { LabError } from '../world/errors.ts'
import { groupRoutes } from './groups.ts'
import { loadRoutes } from './load.ts'
import { messageRoutes } from './messages.ts'
import { networkRoutes } from './network.ts'
import { pageRoutes } from './page.ts'
import { phoneRoutes } from './phones.ts'
import { snapshotRoutes } from './snapshot.ts'

/** Room for media by base64. */
const BODY_LIMIT = 128 * 1024 * 1024

/** The control API: JSON over HTTP; an error is `{error}` with 400, 404 or 409. */
export function controlServer(state: ServerState): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof LabError ? error.status : (error.statusCode ?? 500)
    return reply.code(status).send({ error: error.message })
  })
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `there is no ${request.method} ${request.url}` }),
  )
  // Calls without a body may still say that it is JSON.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)))
    } catch {
      done(Object.assign(new Error('the body is not JSON'), { statusCode: 400 }))
    }
  })
  pageRoutes(app)
  phoneRoutes(app, state)
  messageRoutes(app, state)
  groupRoutes(app, state)
  networkRoutes(app, state)
  loadRoutes(app, state)
  snapshotRoutes(app, state)
  return app
}
