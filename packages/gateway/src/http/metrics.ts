import { BlockList, isIPv4 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { KurirError } from '../core/errors.ts'
import type { Gateway } from '../gateway.ts'
import type { Metrics } from '../observe/metrics.ts'
import { whoCalls } from './auth.ts'
import { hasScope, type Server } from './context.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** What a proxy adds: then the request comes from elsewhere, whatever its connection says. */
const PASSED_ON = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']

/** Counts every answer. */
export function countRequests(app: Server, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.request({
      api: request.routeOptions.config.api ?? 'native',
      method: request.method,
      // A path that no route has is one series, whatever it was.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    })
    done()
  })
}

/** `GET /metrics`: for this machine without a key, else for admin keys. */
export function metricsRoute(app: Server, metrics: Metrics, access: Gateway['access']): void {
  app.get('/metrics', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request)) {
      const caller = await whoCalls(request, access)
      if (!caller) throw new KurirError('unauthorized', 'From elsewhere than this machine an admin key is needed')
      if (!hasScope(caller, ['admin'])) throw new KurirError('forbidden', 'The key needs the scope admin')
    }
    const { contentType, body } = await metrics.text()
    return reply.type(contentType).send(body)
  })
}

function isLocal({ raw, headers }: FastifyRequest): boolean {
  if (PASSED_ON.some((name) => headers[name] !== undefined)) return false
  const address = (raw.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
  return address !== '' && LOOPBACK.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}
