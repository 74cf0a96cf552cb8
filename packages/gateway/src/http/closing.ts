import type { Socket } from 'node:net'
import { KurirError } from '../core/errors.ts'
import type { Server } from './context.ts'

/** How often connections are looked for, while the server closes, whose last request has been answered. */
const SWEEP_MS = 50

/**
 * Lets the server close as soon as no request is at work. Node.js by itself would wait for two kinds of clients: those
 * that opened a connection in advance and never used it (browsers do), and those whose last answer went out after the
 * closing had begun and who keep the connection.
 */
export function closeWithoutLingering(app: Server): void {
  const unused = new Set<Socket>()
  let isClosing = false
  app.server.on('connection', (socket) => {
    if (isClosing) return void socket.destroy()
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    done(isClosing ? new KurirError('unavailable', 'The gateway is shutting down') : undefined)
  })
  app.server.on('request', ({ socket }) => unused.delete(socket))
  app.addHook('preClose', async () => {
    isClosing = true
    for (const socket of unused) socket.destroy()
    const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS)
    sweep.unref()
    app.server.once('close', () => clearInterval(sweep))
  })
}
