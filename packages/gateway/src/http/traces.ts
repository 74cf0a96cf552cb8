import type { Server } from './context.ts'

/** A request in whose course a message may be accepted. */
export interface TracedRequest {
  /** As the client sent it. */
  traceparent: string | undefined
  api: string
  method: string
  /** As it is registered. */
  route: string
  /** Milliseconds since the epoch. */
  startedAt: number
}

/** Whoever wants to know in which request something happens. */
export interface RequestTraces {
  within(request: TracedRequest, work: () => void): void
}

/** What handlers do from here on is done within their request. */
export function traceRequests(app: Server, traces: RequestTraces): void {
  // After the body was read, whose events know nothing of the request.
  app.addHook('preHandler', (request, reply, done) => {
    const { traceparent } = request.headers
    const traced = {
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      api: request.routeOptions.config.api ?? 'native',
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      startedAt: Date.now() - reply.elapsedTime,
    }
    traces.within(traced, done)
  })
}
