import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Server } from './context.ts'
import { answerClientError } from './error-envelope.ts'

/** Time for a whole request to come in; for one that brings a file. */
const REQUEST_MS = 30_000
export const UPLOAD_MS = 15 * 60_000

/**
 * Ends connections whose request's body does not come in time. Node.js has one such limit for a whole server, which
 * must be long enough for large files on slow lines; by this the other requests keep a short one.
 */
export function limitBodies(app: Server, requestMs = REQUEST_MS): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) watch(request, reply, bringsFile(request) ? UPLOAD_MS : requestMs)
    done()
  })
}

function bringsFile({ routeOptions, headers }: FastifyRequest): boolean {
  const { isUpload = false } = routeOptions.config
  return isUpload === 'form' ? /^multipart\//i.test(headers['content-type'] ?? '') : isUpload
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function watch({ raw }: FastifyRequest, { raw: answer }: FastifyReply, ms: number): void {
  const timer = setTimeout(() => {
    if (raw.complete || raw.destroyed) return
    if (answer.headersSent) return void raw.destroy()
    raw.socket.once('finish', () => raw.destroy())
    answerClientError({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, raw.socket)
  }, ms)
  timer.unref()
  const stop = () => clearTimeout(timer)
  raw.once('end', stop)
  raw.once('close', stop)
}
