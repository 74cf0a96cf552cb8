import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import { EVENT_TYPES, type EventObject, type EventType, presentEvent } from '../../../core/event.ts'
import type { EventQuery } from '../../../events/ports.ts'
import type { Gateway } from '../../../gateway.ts'
import { requireSession, whoCalls } from '../../auth.ts'
import { baseUrl, callerOf, hasScope, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { preferredType } from '../pairing/accept.ts'
import { exactly, PageQuery, pageOf, refTo, TenantQuery } from '../schema.ts'
import { eventStream, OpenStreams } from './stream.ts'

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

const StreamHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: '^\\d{1,15}$',
      description: 'With `text/event-stream`: the `id` of the last event that came; the stream goes on behind it.',
    }),
  ),
})

const LIST = pageOf(refTo<EventObject>('Event'), 'Events, oldest first.')
const LIST_OR_STREAM = Type.Unsafe<Static<typeof LIST>>({
  description: 'Events, oldest first.',
  content: { 'application/json': { schema: LIST }, 'text/event-stream': { schema: Type.String() } },
})

const FORMS = ['application/json', 'text/event-stream'] as const
/** Events that a stream reads from the store at once. */
const STREAM_PAGE = 100

/** What happened, as a list and as a live stream. */
export function eventRoutes(app: Server, { gateway, config }: RouteContext): void {
  const streams = new OpenStreams()
  app.addHook('preClose', async () => streams.end())
  app.get(
    '/v1/events',
    {
      config: { access: ['read'] },
      schema: {
        operationId: 'listEvents',
        summary: 'List events, or follow them',
        description:
          'Oldest first. The same bodies as webhooks get. `session.qr` is shown to keys with the scope `manage`. With ' +
          '`Accept: text/event-stream` a live stream: from now on, or from after `Last-Event-ID` or `after`. The `id` of ' +
          'an event is its `seq` with `session`, else its place among all of the tenant’s, so an id of the one stream ' +
          'means nothing in the other.',
        tags: ['events'],
        querystring: EventListQuery,
        headers: StreamHeaders,
        response: { 200: LIST_OR_STREAM },
      },
    },
    async (request, reply) => {
      const query = await readQuery(gateway, request)
      const base = baseUrl(request, config)
      if (preferredType(request.headers.accept, FORMS) !== 'text/event-stream')
        return listEvents({ gateway, query, base }, request)
      const mayGoOn = async () => (await whoCalls(request, gateway.access)) !== undefined
      const source = { events: gateway.events, query: streamQuery(query, request), base, mayGoOn }
      const stream = streams.open((signal) => eventStream(source, signal))
      return reply
        .type('text/event-stream')
        .header('x-accel-buffering', 'no')
        .send(stream as never)
    },
  )
}

type ListRequest = FastifyRequest<{ Querystring: Static<typeof EventListQuery>; Headers: Static<typeof StreamHeaders> }>

/** What the caller may see of what he asked for. */
async function readQuery(gateway: Gateway, request: ListRequest): Promise<EventQuery> {
  const { tenant: asked, session: named, types, after, limit } = request.query
  const caller = callerOf(request)
  const tenant = tenantToRead(request, asked)
  const session = named ?? caller.session
  requireSession(caller, session, 'session_not_found')
  if (after !== undefined && session === null) throw parameterError('after', 'needs session')
  const query: EventQuery = { tenant, limit }
  if (session !== null) query.sessionUid = (await gateway.sessions.get(tenant, session)).uid
  query.types = readTypes(types).filter((type) => type !== 'session.qr' || hasScope(caller, ['manage']))
  if (after !== undefined) query.afterSeq = after
  return query
}

async function listEvents(
  { gateway, query, base }: { gateway: Gateway; query: EventQuery; base: string },
  { query: { limit, cursor } }: ListRequest,
) {
  if (!query.types?.length) return { data: [], next_cursor: null }
  return readPage(
    cursor === undefined ? { limit } : { limit, cursor },
    (page) =>
      gateway.events.list({
        ...query,
        limit: page.limit,
        ...(page.cursor === undefined ? {} : { afterRow: Number(page.cursor) }),
      }),
    { cursorOf: ({ row }) => String(row), present: ({ event }) => presentEvent(event, base) },
  )
}

/** Where the stream begins: behind the last event that came, else where the query says, else now. */
function streamQuery(query: EventQuery, { headers }: ListRequest): EventQuery {
  const last = headers['last-event-id']
  const from = last === undefined ? {} : query.sessionUid ? { afterSeq: Number(last) } : { afterRow: Number(last) }
  return { ...query, ...from, limit: STREAM_PAGE }
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
