import type { FastifyReply, FastifyRequest } from 'fastify'
import { KurirError } from '../../../core/errors.ts'
import type { MessageId } from '../../../core/ids.ts'
import { jidKind } from '../../../core/jid.ts'
import type { MessageRecord, MessageStatus } from '../../../core/message.ts'
import { answerMessage, type MessageObject } from '../../../core/message-object.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Gateway } from '../../../gateway.ts'
import type { MessageFilter } from '../../../messages/ports.ts'
import type { SendMessage } from '../../../messages/verbs.ts'
import { requireSession } from '../../auth.ts'
import {
  absoluteUrl,
  baseUrl,
  callerOf,
  hasScope,
  type RouteContext,
  type Server,
  tenantToRead,
} from '../../context.ts'
import { readPage } from '../page.ts'
import { SessionParams } from '../schema.ts'
import { failedRoute } from './failed.ts'
import { SendForms } from './form.ts'
import { countryCodeFor, readPerson, readRecipient } from './recipients.ts'
import { readSend } from './requests.ts'
import {
  AcceptedMessage,
  EditBody,
  MessageAnswer,
  MessageListQuery,
  MessagePage,
  MessageParams,
  MessageQuery,
  SendQuery,
  SentMessage,
} from './schema.ts'
import { targetOf } from './targets.ts'
import { compileSendValidator, SendBodySchema } from './variants.ts'

/** The longest that `wait` may last. */
const MAX_WAIT_MS = 60_000
/** A file may come along as base64. */
const BODY_LIMIT_BYTES = 24 * 1024 * 1024
const ACKNOWLEDGED: readonly MessageStatus[] = ['sent', 'delivered', 'read', 'played']

/** Messages: send, look, list. */
export function messageRoutes(app: Server, context: RouteContext): void {
  const forms = new SendForms(context.gateway.media)
  app.register((scope: Server, _options, done) => {
    forms.accept(scope)
    sendRoute(scope, context, forms)
    done()
  })
  editRoute(app, context)
  revokeRoute(app, context)
  getRoute(app, context)
  failedRoute(app, context)
  listRoute(app, context)
}

function sendRoute(app: Server, { gateway, config }: RouteContext, forms: SendForms): void {
  app.post(
    '/v1/sessions/:session/messages',
    {
      config: { access: ['send'], isUpload: 'form' },
      bodyLimit: BODY_LIMIT_BYTES,
      validatorCompiler: compileSendValidator,
      schema: {
        operationId: 'sendMessage',
        summary: 'Send a message',
        description:
          'Answers 202 as soon as the message is on disk, or 200 once WhatsApp’s server has acknowledged it within `wait`. ' +
          'A session that should run takes messages also while it connects or is disconnected. ' +
          'A file may come along in a form (`multipart/form-data`): its fields are those below, the file takes the place of `media`.',
        tags: ['messages'],
        consumes: ['application/json', 'multipart/form-data'],
        params: SessionParams,
        querystring: SendQuery,
        body: SendBodySchema,
        response: { 200: SentMessage, 202: AcceptedMessage },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const session = await gateway.sessions.get(caller.tenant, request.params.session)
      const message = await readSend({ gateway, caller, session, body: forms.bodyOf(request) })
      const answer = await answerSend({ gateway, config, request, reply }, session, message, request.query.wait)
      forms.used(request)
      return answer
    },
  )
}

function editRoute(app: Server, { gateway, config }: RouteContext): void {
  app.patch(
    '/v1/messages/:id',
    {
      config: { access: ['send'] },
      schema: {
        operationId: 'editMessage',
        summary: 'Edit a text',
        description:
          'Gives a text that the session sent a new wording; the answer is the message that does so. WhatsApp shows it ' +
          'for about 15 minutes after the text was sent.',
        tags: ['messages'],
        params: MessageParams,
        querystring: SendQuery,
        body: EditBody,
        response: { 200: SentMessage, 202: AcceptedMessage },
      },
    },
    async (request, reply) => {
      const { message, session } = await messageOf(request, gateway)
      if (!message.fromMe || message.content.type !== 'text') {
        throw new KurirError('invalid_request', 'Only texts that the session sent can be edited')
      }
      const { text, mentions = [] } = request.body
      const countryCode = await countryCodeFor(gateway, session.tenant, mentions)
      const named = mentions.map((person, index) => readPerson(person, countryCode, `/mentions/${index}`))
      const content = {
        ...{ type: 'edit' as const, target: targetOf(message), text },
        ...(named.length > 0 ? { mentions: named } : {}),
      }
      return answerSend({ gateway, config, request, reply }, session, { to: message.chat, content }, request.query.wait)
    },
  )
}

function revokeRoute(app: Server, { gateway, config }: RouteContext): void {
  app.delete(
    '/v1/messages/:id',
    {
      config: { access: ['send'] },
      schema: {
        operationId: 'revokeMessage',
        summary: 'Delete a message for everyone',
        description:
          'One that the session sent, or as a group’s admin somebody else’s. The answer is the message that does so. ' +
          'One that waits for its `send_at` is taken back instead: it ends as `failed` for `cancelled`, and is the answer.',
        tags: ['messages'],
        params: MessageParams,
        querystring: SendQuery,
        response: { 200: SentMessage, 202: AcceptedMessage },
      },
    },
    async (request, reply) => {
      const { message, session } = await messageOf(request, gateway)
      const cancelled = message.sendAt === null ? undefined : await gateway.messages.cancel(session.tenant, message.id)
      if (cancelled) return answerMessage(cancelled, session.phone, baseUrl(request, config))
      if (!message.fromMe && jidKind(message.chat) !== 'group') {
        throw new KurirError('invalid_request', 'What somebody else wrote can be deleted in groups only')
      }
      const content = { type: 'revoke' as const, target: targetOf(message) }
      return answerSend({ gateway, config, request, reply }, session, { to: message.chat, content }, request.query.wait)
    },
  )
}

/** The message that a request is about, with its session. Rejects with `message_not_found`. */
async function messageOf(
  request: FastifyRequest,
  gateway: Gateway,
): Promise<{ message: MessageRecord; session: SessionRecord }> {
  const caller = callerOf(request)
  const { id } = request.params as { id: string }
  const message = await gateway.messages.get(caller.tenant, id as MessageId)
  requireSession(caller, message.session, 'message_not_found')
  return { message, session: await gateway.sessions.get(caller.tenant, message.session) }
}

interface Exchange extends RouteContext {
  request: FastifyRequest
  reply: FastifyReply
}

/** Hands a message over and answers with it: 200 once the server has it, else 202. */
async function answerSend(
  { gateway, config, request, reply }: Exchange,
  session: SessionRecord,
  message: SendMessage,
  wait = 0,
): Promise<MessageObject> {
  const options = { waitMs: Math.min(wait, MAX_WAIT_MS), idempotency: request.claim }
  const sent = await gateway.messages.send(session.tenant, session.id, message, options)
  if (sent.replayed) reply.header('idempotency-replayed', 'true')
  reply.code(ACKNOWLEDGED.includes(sent.message.status) ? 200 : 202)
  reply.header('location', absoluteUrl(request, config, `/v1/messages/${sent.message.id}`))
  return answerMessage(sent.message, session.phone, baseUrl(request, config))
}

function getRoute(app: Server, { gateway, config }: RouteContext): void {
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
      return answerMessage(message, phone, baseUrl(request, config))
    },
  )
}

function listRoute(app: Server, { gateway, config }: RouteContext): void {
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
      const base = baseUrl(request, config)
      const narrowed = chat === undefined ? filter : { ...filter, chat: readRecipient(chat, countryCode, 'chat') }
      return readPage(
        cursor === undefined ? { limit } : { limit, cursor },
        (page) => gateway.messages.list(tenant, session, { ...narrowed, ...page } as MessageFilter),
        { cursorOf: (message) => message.id, present: (message) => answerMessage(message, phone, base) },
      )
    },
  )
}
