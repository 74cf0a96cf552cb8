import { type Jid, jidKind, parseJid } from '../../../core/jid.ts'
import { absoluteUrl, callerOf, type RouteContext, type Server } from '../../context.ts'
import { invalid } from '../fields.ts'
import { countryCodeFor, readPerson } from '../messages/recipients.ts'
import { exactly, Nothing, PageQuery, SessionParams } from '../schema.ts'
import { absent, presentGroup, presentResults } from './present.ts'
import {
  ChangeGroupBody,
  CreatedGroup,
  CreateGroupBody,
  GroupAnswer,
  GroupPage,
  GroupParams,
  InviteAnswer,
  ParticipantsAnswer,
  ParticipantsBody,
} from './schema.ts'

const READ = ['read', 'send'] as const
const SEND = ['send'] as const

/** Groups that a session is in: look, make, change, invite, leave. */
export function groupRoutes(app: Server, context: RouteContext): void {
  listRoute(app, context)
  getRoute(app, context)
  createRoute(app, context)
  renameRoute(app, context)
  participantsRoute(app, context)
  inviteRoutes(app, context)
  leaveRoute(app, context)
}

/** The group that a path names. Throws `invalid_request`. */
function readGroup(text: string): Jid {
  const jid = parseJid(text.includes('@') ? text : `${text}@g.us`)
  if (jid && jidKind(jid) === 'group') return jid
  throw invalid('group', 'must be the id of a group')
}

function listRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/groups',
    {
      config: { access: READ },
      schema: {
        operationId: 'listGroups',
        summary: 'List the groups that a session is in',
        description: 'Asked of WhatsApp, so the session must be connected.',
        tags: ['groups'],
        params: SessionParams,
        querystring: exactly(PageQuery),
        response: { 200: GroupPage },
      },
    },
    async (request) => {
      const { limit, cursor = '' } = request.query
      const groups = await gateway.sessions.groups(callerOf(request).tenant, request.params.session)
      const rest = groups.filter(({ jid }) => jid > cursor).sort((a, b) => (a.jid < b.jid ? -1 : 1))
      const shown = rest.slice(0, limit)
      return { data: shown.map(presentGroup), next_cursor: rest.length > limit ? (shown.at(-1)?.jid ?? null) : null }
    },
  )
}

function getRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/groups/:group',
    {
      config: { access: READ },
      schema: {
        operationId: 'getGroup',
        summary: 'Look at a group',
        tags: ['groups'],
        params: GroupParams,
        response: { 200: GroupAnswer },
      },
    },
    async (request) => {
      const { session, group } = request.params
      return presentGroup(await gateway.groups.get(callerOf(request).tenant, session, readGroup(group)))
    },
  )
}

function createRoute(app: Server, { gateway, config }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/groups',
    {
      config: { access: SEND },
      schema: {
        operationId: 'createGroup',
        summary: 'Make a group',
        description: 'The account is its admin. People whose privacy forbids it are not added; send them the link.',
        tags: ['groups'],
        params: SessionParams,
        body: CreateGroupBody,
        response: { 201: CreatedGroup },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const { session } = request.params
      const { subject, participants: asked } = request.body
      const countryCode = await countryCodeFor(gateway, tenant, asked)
      const people = asked.map((text, index) => readPerson(text, countryCode, `/participants/${index}`))
      const made = await gateway.groups.create(tenant, session, { subject, participants: people })
      const path = `/v1/sessions/${session}/groups/${encodeURIComponent(made.jid)}`
      reply.code(201).header('location', absoluteUrl(request, config, path))
      return { ...presentGroup(made), not_added: absent(made, asked, people) }
    },
  )
}

function renameRoute(app: Server, { gateway }: RouteContext): void {
  app.patch(
    '/v1/sessions/:session/groups/:group',
    {
      config: { access: SEND },
      schema: {
        operationId: 'changeGroup',
        summary: 'Rename a group',
        tags: ['groups'],
        params: GroupParams,
        body: ChangeGroupBody,
        response: { 200: GroupAnswer },
      },
    },
    async (request) => {
      const { session, group } = request.params
      const { tenant } = callerOf(request)
      return presentGroup(await gateway.groups.rename(tenant, session, readGroup(group), request.body.subject))
    },
  )
}

function participantsRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/groups/:group/participants',
    {
      config: { access: SEND },
      schema: {
        operationId: 'changeParticipants',
        summary: 'Add, remove, promote or demote people',
        description: 'For groups that the account is an admin of.',
        tags: ['groups'],
        params: GroupParams,
        body: ParticipantsBody,
        response: { 200: ParticipantsAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { session, group } = request.params
      const { action, participants: asked } = request.body
      const countryCode = await countryCodeFor(gateway, tenant, asked)
      const people = asked.map((text, index) => readPerson(text, countryCode, `/participants/${index}`))
      return presentResults(await gateway.groups.change(tenant, session, readGroup(group), action, people), asked)
    },
  )
}

function inviteRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/groups/:group/invite',
    {
      config: { access: SEND },
      schema: {
        operationId: 'getInvite',
        summary: 'The link by which people join',
        tags: ['groups'],
        params: GroupParams,
        response: { 200: InviteAnswer },
      },
    },
    async (request) => {
      const { session, group } = request.params
      return { link: await gateway.groups.inviteLink(callerOf(request).tenant, session, readGroup(group), false) }
    },
  )

  app.post(
    '/v1/sessions/:session/groups/:group/invite',
    {
      config: { access: SEND },
      schema: {
        operationId: 'renewInvite',
        summary: 'A new link; the old one is worthless from then on',
        tags: ['groups'],
        params: GroupParams,
        response: { 200: InviteAnswer },
      },
    },
    async (request) => {
      const { session, group } = request.params
      return { link: await gateway.groups.inviteLink(callerOf(request).tenant, session, readGroup(group), true) }
    },
  )
}

function leaveRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/groups/:group/leave',
    {
      config: { access: SEND },
      schema: {
        operationId: 'leaveGroup',
        summary: 'Leave a group',
        tags: ['groups'],
        params: GroupParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { session, group } = request.params
      await gateway.groups.leave(callerOf(request).tenant, session, readGroup(group))
      reply.code(204)
      return null
    },
  )
}
