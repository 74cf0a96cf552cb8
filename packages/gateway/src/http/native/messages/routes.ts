import { KurirError } from '../../../core/errors.ts'
import type { MessageId } from '../../../core/ids.ts'
import type { MessageStatus } from '../../../core/message.ts'
import { presentMessage } from '../../../core/message-object.ts'
import type { MessageFilter } from '../../../messages/ports.ts'
import { requireSession } from '../../auth.ts'
import { absoluteUrl, callerOf, hasScope, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { SessionParams } from '../schema.ts'
import { countryCodeFor, readRecipient, readSend, refuseLaterTypes } from './requests.ts'
import {
  AcceptedMessage,
  MessageAnswer,
  MessageListQuery,
  MessagePage,
  MessageParams,
  MessageQuery,
  SendBody,
  SendQuery,
  SentMessage,
} from './schema.ts'

/** The longest that `wait` may last. */
const MAX_WAIT_MS = 60_000
const ACKNOWLEDGED: readonly MessageStatus[] = ['sent', 'delivered', 'read', 'played']

/** Messages: send, look, list. */
export function messageRoutes(app: Server, context: RouteContext): void {
  sendRoute(app, context)
  getRoute(app, context)
  listRoute(app, context)
}

function sendRoute(app: Server, { gateway, config }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/messages',
    {
      config: { access: ['send'] },
      preValidation: (request, _reply, done) => {
        refuseLaterTypes(request.body)
        done()
      },
      schema: {
        operationId: 'sendMessage',
        summary: 'Send a message',
        description:
          'Answers 202 as soon as the message is on disk, or 200 once WhatsApp’s server has acknowledged it within `wait`. ' +
          'A session that should run takes messages also while it connects or is disconnected.',
        tags: ['messages'],
        params: SessionParams,
        querystring: SendQuery,
        body: SendBody,
        response: { 200: SentMessage, 202: AcceptedMessage },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const { session } = request.params
      const message = await readSend(gateway, tenant, session, request.body)
      const waitMs = Math.min(request.query.wait ?? 0, MAX_WAIT_MS)
      const sent = await gateway.messages.send(tenant, session, message, { waitMs, idempotency: request.claim })
      const { phone } = await gateway.sessions.get(tenant, session)
      if (sent.replayed) reply.header('idempotency-replayed', 'true')
      reply.code(ACKNOWLEDGED.includes(sent.message.status) ? 200 : 202)
      reply.header('location', absoluteUrl(request, config, `/v1/messages/${sent.message.id}`))
      return presentMessage(sent.message, phone)
    },
  )
}

function getRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/messages/:id',
    {
      config: { access: ['read', 'send'] },
      schema: {
        operationId: 'getMessage',
        summary: 'Look at a message',
        description: 'With the history of its status. A key that may only send sees what was sent.',
        tags: ['messages'],
        params: MessageParams,
        querystring: MessageQuery,
        response: { 200: MessageAnswer },
      },
    },
    async (request) => {
      const caller = callerOf(request)
      const tenant = tenantToRead(request, request.query.tenant)
      const message = await gateway.messages.get(tenant, request.params.id as MessageId)
      requireSession(caller, message.session, 'message_not_found')
      if (message.direction === 'in' && !hasScope(caller, ['read'])) throw new KurirError('message_not_found')
      const { phone } = await gateway.sessions.get(tenant, message.session)
      return presentMessage(message, phone)
    },
  )
}

function listRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/messages',
    {
      config: { access: ['read'] },
      schema: {
        operationId: 'listMessages',
        summary: 'List a session’s messages',
        tags: ['messages'],
        params: SessionParams,
        querystring: MessageListQuery,
        response: { 200: MessagePage },
      },
    },
    async (request) => {
      const { session } = request.params
      const { tenant: asked, chat, limit, cursor, ...filter } = request.query
      const tenant = tenantToRead(request, asked)
      const { phone } = await gateway.sessions.get(tenant, session)
      const countryCode = chat === undefined ? undefined : await countryCodeFor(gateway, tenant, [chat])
      const narrowed = chat === undefined ? filter : { ...filter, chat: readRecipient(chat, countryCode, 'chat') }
      return readPage(
        cursor === undefined ? { limit } : { limit, cursor },
        (page) => gateway.messages.list(tenant, session, { ...narrowed, ...page } as MessageFilter),
        { cursorOf: (message) => message.id, present: (message) => presentMessage(message, phone) },
      )
    },
  )
}
