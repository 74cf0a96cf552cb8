import { Type } from 'typebox'
import type { QuotaState, Usage } from '../../../access/verbs.ts'
import { KurirError } from '../../../core/errors.ts'
import { callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { exactly, TenantQuery, time, words } from '../schema.ts'

const Counter = Type.Object({
  kind: words(['messages', 'number_checks'] satisfies QuotaState['kind'][]),
  period: words(['month', 'day'] satisfies QuotaState['period'][], { description: 'By UTC.' }),
  used: Type.Integer(),
  limit: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'Null is without limit.' }),
  resets_at: time({ description: 'When the next period begins.' }),
})

const UsageAnswer = Type.Object(
  {
    tenant: Type.String(),
    quotas: Type.Array(Counter),
    sessions: Type.Integer({ description: 'Sessions that the tenant has.' }),
    media_bytes: Type.Integer({ description: 'Bytes of the files that are kept.' }),
  },
  {
    description: 'What the tenant uses.',
    examples: [
      {
        tenant: 'default',
        quotas: [
          { kind: 'messages', period: 'month', used: 1204, limit: 10_000, resets_at: '2026-12-01T00:00:00.000Z' },
        ],
        sessions: 3,
        media_bytes: 48_133_120,
      },
    ],
  },
)

/** What a tenant uses, and its quotas. */
export function usageRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/usage',
    {
      config: { access: ['manage', 'read'] },
      schema: {
        operationId: 'getUsage',
        summary: 'See what the tenant uses',
        description: 'A message is counted when it is accepted, whatever becomes of it; a number when it is looked up.',
        tags: ['keys'],
        querystring: exactly(TenantQuery),
        response: { 200: UsageAnswer },
      },
    },
    async (request) => {
      if (callerOf(request).session !== null) throw new KurirError('forbidden', 'The key is bound to one session')
      return present(await gateway.access.usage(tenantToRead(request, request.query.tenant)))
    },
  )
}

function present({ tenant, quotas, sessions, mediaBytes }: Usage) {
  const counters = quotas.map(({ kind, period, used, limit, resetsAt }) => ({
    ...{ kind, period, used, limit: limit === 0 ? null : limit },
    resets_at: new Date(resetsAt).toISOString(),
  }))
  return { tenant, quotas: counters, sessions, media_bytes: mediaBytes }
}
