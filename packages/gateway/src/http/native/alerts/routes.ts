import { Type } from 'typebox'
import { ALERT_KINDS, presentAlert } from '../../../core/alert.ts'
import { callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { exactly, nullableText, TenantQuery, time, words } from '../schema.ts'

const AlertAnswer = Type.Object({
  kind: words(ALERT_KINDS, {
    description:
      '`session_down`: it stays away. `session_logged_out`: it was unlinked at the phone. `session_restricted`: ' +
      'WhatsApp restricts the account. `webhook_failing`: deliveries of the webhook are given up.',
  }),
  session: Type.String({ description: 'The session, or the one whose event could not be delivered.' }),
  webhook: nullableText({ description: 'The id of the webhook that fails.' }),
  reason: Type.String({ description: 'A stable word.', examples: ['connection_lost'] }),
  since: time(),
  cleared_at: nullableText({ format: 'date-time', description: 'Null while it lasts.' }),
})

const AlertList = Type.Object({ data: Type.Array(AlertAnswer) }, { description: 'What is wrong now.' })

/** What a person should look at. */
export function alertRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/alerts',
    {
      config: { access: ['manage', 'read'] },
      schema: {
        operationId: 'listAlerts',
        summary: 'What is wrong now',
        description: 'Each is told by the events `alert.raised` and `alert.cleared` as well.',
        tags: ['service'],
        querystring: exactly(TenantQuery),
        response: { 200: AlertList },
      },
    },
    async (request) => {
      const { session } = callerOf(request)
      const open = await gateway.alerts.listOpen(tenantToRead(request, request.query.tenant))
      const own = session === null ? open : open.filter((alert) => alert.session === session)
      return { data: own.sort((a, b) => a.since - b.since).map(presentAlert) }
    },
  )
}
