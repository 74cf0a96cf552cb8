import { Type } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import { EVENT_TYPES, type EventObject, type EventType, presentEvent } from '../../../core/event.ts'
import type { EventQuery } from '../../../events/ports.ts'
import { requireSession } from '../../auth.ts'
import { callerOf, hasScope, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { exactly, PageQuery, pageOf, refTo, TenantQuery } from '../schema.ts'

const EventListQuery = exactly({
  ...PageQuery,
  ...TenantQuery,
  cursor: Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description: '`next_cursor` of the page before.' })),
  session: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Only this session’s.' })),
  types: Type.Optional(
    Type.String({ minLength: 1, maxLength: 500, description: 'Names of events, separated by commas.' }),
  ),
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Only events after this `seq`; with `session`, since each counts its own.',
    }),
  ),
})

/** What happened, as a list. */
export function eventRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/events',
    {
      config: { access: ['read'] },
      schema: {
        operationId: 'listEvents',
        summary: 'List events',
        description:
          'Oldest first. The same bodies as webhooks get. `session.qr` is shown to keys with the scope `manage`.',
        tags: ['events'],
        querystring: EventListQuery,
        response: { 200: pageOf(refTo<EventObject>('Event'), 'Events, oldest first.') },
      },
    },
    async (request) => {
      const { tenant: asked, session: named, types, after, cursor, limit } = request.query
      const caller = callerOf(request)
      const tenant = tenantToRead(request, asked)
      const session = named ?? caller.session
      requireSession(caller, session, 'session_not_found')
      if (after !== undefined && session === null) throw parameterError('after', 'needs session')
      const query: EventQuery = { tenant, limit }
      if (session !== null) query.sessionUid = (await gateway.sessions.get(tenant, session)).uid
      query.types = readTypes(types).filter((type) => type !== 'session.qr' || hasScope(caller, ['manage']))
      if (!query.types.length) return { data: [], next_cursor: null }
      if (after !== undefined) query.afterSeq = after
      return readPage(
        cursor === undefined ? { limit } : { limit, cursor },
        (page) =>
          gateway.events.list({
            ...query,
            limit: page.limit,
            ...(page.cursor === undefined ? {} : { afterRow: Number(page.cursor) }),
          }),
        { cursorOf: ({ row }) => String(row), present: ({ event }) => presentEvent(event) },
      )
    },
  )
}

function readTypes(text: string | undefined): readonly EventType[] {
  if (text === undefined) return EVENT_TYPES
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !EVENT_TYPES.some((type) => type === name))
  if (unknown !== undefined) throw parameterError('types', `has "${unknown}", which is no event`)
  return names as EventType[]
}

function parameterError(field: string, message: string): KurirError {
  return new KurirError('invalid_request', `${field} ${message}`, { fields: [{ field, message }] })
}
