import { Type } from 'typebox'
import type { GroupSummary } from '../../../core/group.ts'
import { callerOf, type RouteContext, type Server } from '../../context.ts'
import { exactly, nullableText, PageQuery, pageOf, SessionParams, time } from '../schema.ts'

const GroupObject = Type.Object({
  id: Type.String({ examples: ['120363000000000001@g.us'] }),
  subject: Type.String(),
  created_at: time(),
  participants: Type.Array(
    Type.Object({
      id: Type.String({ description: 'The address that the group uses.' }),
      phone: nullableText({ description: 'Digits, where known.' }),
      admin: Type.Boolean(),
    }),
  ),
})

/** Groups that a session is in. */
export function groupRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/groups',
    {
      config: { access: ['read', 'send'] },
      schema: {
        operationId: 'listGroups',
        summary: 'List the groups that a session is in',
        description: 'Asked of WhatsApp, so the session must be connected.',
        tags: ['groups'],
        params: SessionParams,
        querystring: exactly(PageQuery),
        response: { 200: pageOf(GroupObject, 'Groups by id.') },
      },
    },
    async (request) => {
      const { limit, cursor = '' } = request.query
      const groups = await gateway.sessions.groups(callerOf(request).tenant, request.params.session)
      const rest = groups.filter(({ jid }) => jid > cursor).sort((a, b) => (a.jid < b.jid ? -1 : 1))
      const shown = rest.slice(0, limit)
      return { data: shown.map(present), next_cursor: rest.length > limit ? (shown.at(-1)?.jid ?? null) : null }
    },
  )
}

function present({ jid, subject, createdAt, participants }: GroupSummary) {
  return {
    id: jid as string,
    subject,
    created_at: new Date(createdAt).toISOString(),
    participants: participants.map((person) => ({
      id: person.jid as string,
      phone: person.phone,
      admin: person.admin,
    })),
  }
}
