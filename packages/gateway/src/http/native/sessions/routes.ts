import type { Static } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import type { TenantId } from '../../../core/ids.ts'
import { presentSession, type SessionRecord } from '../../../core/session.ts'
import type { Gateway } from '../../../gateway.ts'
import type { SessionVerbs, UpdateSession } from '../../../sessions/verbs.ts'
import { absoluteUrl, callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { Nothing, SessionParams } from '../schema.ts'
import { readCalls } from './calls.ts'
import { importRoute } from './import.ts'
import { readPacing } from './pacing.ts'
import {
  CreateSessionBody,
  SessionAnswer,
  SessionListQuery,
  SessionPage,
  SessionQuery,
  UpdateSessionBody,
} from './schema.ts'
import { presentSettings, readSettings, type SettingsInput } from './settings.ts'

const MANAGE = ['manage'] as const
const LOOK = ['manage', 'read'] as const

/** Sessions: create, look, change, delete, and the verbs that move them. */
export function sessionRoutes(app: Server, context: RouteContext): void {
  createRoute(app, context)
  importRoute(app, context)
  lookRoutes(app, context)
  liftRoute(app, context)
  changeRoutes(app, context)
  for (const [verb, summary, description] of MOVES) moveRoute(app, context.gateway.sessions, verb, summary, description)
}

function createRoute(app: Server, { gateway, config }: RouteContext): void {
  app.post(
    '/v1/sessions',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'createSession',
        summary: 'Create a session and start it',
        description: 'It shows a QR code next: see `GET /v1/sessions/{session}/qr`.',
        tags: ['sessions'],
        body: CreateSessionBody,
        response: { 201: SessionAnswer },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      if (caller.session !== null) throw new KurirError('forbidden', 'The key is bound to one session')
      const { settings, ...input } = request.body
      if (settings) gateway.automation.checkSettings(readSettings(settings))
      const session = await gateway.sessions.create(caller.tenant, { ...input, ...ownSettings(settings) })
      if (settings) await gateway.automation.updateSettings(caller.tenant, session.id, readSettings(settings))
      reply.code(201).header('location', absoluteUrl(request, config, `/v1/sessions/${session.id}`))
      return withSettings(gateway, caller.tenant, session)
    },
  )
}

/** What of the settings is the session's own. */
function ownSettings(settings: Static<typeof SettingsInput> | undefined): Pick<UpdateSession, 'pacing' | 'calls'> {
  const { pacing, calls } = settings ?? {}
  return {
    ...(pacing === undefined ? {} : { pacing: pacing && readPacing(pacing) }),
    ...(calls === undefined ? {} : { calls: calls && readCalls(calls) }),
  }
}

/** The session with how it answers by itself. */
async function withSettings(gateway: Gateway, tenant: TenantId, session: SessionRecord) {
  const settings = await gateway.automation.settings(tenant, session.id)
  return { ...presentSession(session, Date.now()), settings: presentSettings(settings, session.settings) }
}

function lookRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions',
    {
      config: { access: LOOK },
      schema: {
        operationId: 'listSessions',
        summary: 'List sessions',
        tags: ['sessions'],
        querystring: SessionListQuery,
        response: { 200: SessionPage },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      const { session } = callerOf(request)
      if (session !== null) {
        return { data: [presentSession(await gateway.sessions.get(tenant, session), Date.now())], next_cursor: null }
      }
      return readPage(request.query, (page) => gateway.sessions.list(tenant, page), {
        cursorOf: (record) => record.id,
        present: (record) => presentSession(record, Date.now()),
      })
    },
  )

  app.get(
    '/v1/sessions/:session',
    {
      config: { access: LOOK },
      schema: {
        operationId: 'getSession',
        summary: 'Look at a session',
        tags: ['sessions'],
        params: SessionParams,
        querystring: SessionQuery,
        response: { 200: SessionAnswer },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      return withSettings(gateway, tenant, await gateway.sessions.get(tenant, request.params.session))
    },
  )
}

function changeRoutes(app: Server, { gateway }: RouteContext): void {
  app.patch(
    '/v1/sessions/:session',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'updateSession',
        summary: 'Change a session’s name, proxy, metadata or settings',
        description: '`metadata` takes the place of the former one as a whole; of `settings` what is not named stays.',
        tags: ['sessions'],
        params: SessionParams,
        body: UpdateSessionBody,
        response: { 200: SessionAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { settings, ...patch } = request.body
      const patched = settings && readSettings(settings)
      if (patched) gateway.automation.checkSettings(patched)
      const session = await gateway.sessions.update(tenant, request.params.session, {
        ...patch,
        ...ownSettings(settings),
      })
      if (patched) await gateway.automation.updateSettings(tenant, session.id, patched)
      return withSettings(gateway, tenant, session)
    },
  )

  app.delete(
    '/v1/sessions/:session',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'deleteSession',
        summary: 'Delete a session',
        description: 'Unlinks the device where it is connected and deletes all that was stored of the session.',
        tags: ['sessions'],
        params: SessionParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await gateway.sessions.remove(callerOf(request).tenant, request.params.session)
      reply.code(204)
      return null
    },
  )
}

type Move = (tenant: TenantId, id: string) => Promise<SessionRecord>

const MOVES = [
  ['start', 'Start a session', 'Connects it, now and after every restart of the gateway. Does nothing where it runs.'],
  ['stop', 'Stop a session', 'Disconnects it and keeps its pairing. Accepted messages wait.'],
  ['restart', 'Restart a session', 'Disconnects and connects it again.'],
  ['logout', 'Unlink a session', 'Unlinks the device from the account and wipes its keys; the session stays.'],
] as const

function liftRoute(app: Server, { gateway }: RouteContext): void {
  app.delete(
    '/v1/sessions/:session/restriction',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'liftRestriction',
        summary: 'Let first messages go again',
        description:
          'After WhatsApp has refused a message because the account may not write to strangers (code 463), first messages to ' +
          'people wait, for an hour and longer each time. Where you know that the restriction is over, they need not.',
        tags: ['sessions'],
        params: SessionParams,
        response: { 200: SessionAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      return presentSession(await gateway.sessions.liftRestriction(tenant, request.params.session), Date.now())
    },
  )
}

function moveRoute(
  app: Server,
  sessions: SessionVerbs,
  verb: (typeof MOVES)[number][0],
  summary: string,
  description: string,
): void {
  app.post(
    `/v1/sessions/:session/${verb}`,
    {
      config: { access: MANAGE },
      schema: {
        operationId: `${verb}Session`,
        summary,
        description,
        tags: ['sessions'],
        params: SessionParams,
        response: { 200: SessionAnswer },
      },
    },
    async (request) => {
      const move: Move = (tenant, id) => sessions[verb](tenant, id)
      return presentSession(await move(callerOf(request).tenant, request.params.session), Date.now())
    },
  )
}
