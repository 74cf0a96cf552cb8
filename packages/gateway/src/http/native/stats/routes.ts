import { Type } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import { callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { exactly, TenantQuery, time, words } from '../schema.ts'

const StatsQuery = exactly({
  ...TenantQuery,
  window: Type.Optional(
    words(['hour', 'day'], { description: 'The last hour by the minute (default), or the last day by 15 minutes.' }),
  ),
})

const Count = Type.Integer()
const StatsAnswer = Type.Object(
  {
    bucket_seconds: Type.Integer(),
    complete_since: time({ description: 'What happened before may not be counted.' }),
    buckets: Type.Array(
      Type.Object({ at: time(), received: Count, sent: Count, failed: Count, delivered: Count, dead: Count }),
      { description: 'Oldest first: messages, and of webhook deliveries the newest 1000 of each state.' },
    ),
  },
  { description: 'What happened.' },
)

/** How much happens. */
export function statsRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/stats',
    {
      config: { access: ['manage', 'read'] },
      schema: {
        operationId: 'getStats',
        summary: 'See how much happens',
        description: 'Messages and webhook deliveries of the tenant over the last hour or day, for a plot.',
        tags: ['service'],
        querystring: StatsQuery,
        response: { 200: StatsAnswer },
      },
    },
    async (request) => {
      if (callerOf(request).session !== null) throw new KurirError('forbidden', 'The key is bound to one session')
      const { tenant, window = 'hour' } = request.query
      const stats = await gateway.stats.traffic(tenantToRead(request, tenant), window)
      return {
        bucket_seconds: stats.bucketMs / 1_000,
        complete_since: new Date(stats.since).toISOString(),
        buckets: stats.buckets.map(({ at, ...counts }) => ({ at: new Date(at).toISOString(), ...counts })),
      }
    },
  )
}
