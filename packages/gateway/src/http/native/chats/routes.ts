import type { Chat } from '../../../chats/ports.ts'
import { jidUser } from '../../../core/jid.ts'
import { answerMessage, showAddress } from '../../../core/message-object.ts'
import { baseUrl, callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { countryCodeFor, readPerson, readRecipient } from '../messages/recipients.ts'
import { readPage } from '../page.ts'
import { Nothing, SessionParams } from '../schema.ts'
import { ChatListQuery, ChatPage, ChatParams, PresenceAnswer, ReadAnswer, TypingBody } from './schema.ts'

const READ = ['read'] as const
const SEND = ['send'] as const

/** Chats: list, reading, typing, presence. */
export function chatRoutes(app: Server, context: RouteContext): void {
  listRoute(app, context)
  readRoute(app, context)
  typingRoute(app, context)
  presenceRoute(app, context)
}

function listRoute(app: Server, { gateway, config }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/chats',
    {
      config: { access: READ },
      schema: {
        operationId: 'listChats',
        summary: 'List the chats of a session',
        description: 'Those that messages were kept of, with the last one.',
        tags: ['chats'],
        params: SessionParams,
        querystring: ChatListQuery,
        response: { 200: ChatPage },
      },
    },
    async (request) => {
      const { session } = request.params
      const { tenant: asked, ...page } = request.query
      const tenant = tenantToRead(request, asked)
      const { phone } = await gateway.sessions.get(tenant, session)
      const base = baseUrl(request, config)
      return readPage(
        page,
        ({ limit, cursor }) =>
          gateway.chats.chats(tenant, session, { limit, ...(cursor ? { beforeRow: Number(cursor) } : {}) }),
        { cursorOf: ({ lastRow }) => String(lastRow), present: (chat) => presentChat(chat, phone, base) },
      )
    },
  )
}

function presentChat({ chat, alt, name, unread, last }: Chat, ownPhone: string | null, base: string) {
  const lid = [chat, alt].find((jid) => jid?.endsWith('@lid'))
  return {
    id: showAddress(chat, alt),
    name,
    lid: lid ? jidUser(lid) : null,
    unread,
    last_message: answerMessage(last, ownPhone, base),
  }
}

function readRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/chats/:chat/read',
    {
      config: { access: SEND },
      schema: {
        operationId: 'readChat',
        summary: 'Mark a chat as read',
        description: 'Its senders see it, as far as the account’s privacy lets them; up to 200 messages at once.',
        tags: ['chats'],
        params: ChatParams,
        response: { 200: ReadAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { session, chat } = request.params
      const countryCode = await countryCodeFor(gateway, tenant, [chat])
      return { read: await gateway.chats.markRead(tenant, session, readRecipient(chat, countryCode, 'chat')) }
    },
  )
}

function typingRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/chats/:chat/typing',
    {
      config: { access: SEND, keepsAnswer: false },
      // Without a body it is typing.
      preValidation: (request, _reply, done) => {
        request.body ??= {}
        done()
      },
      schema: {
        operationId: 'typeInChat',
        summary: 'Show that the account types or records',
        description: 'WhatsApp shows it for some seconds, or until `paused` or a message. Repeat it while it lasts.',
        tags: ['chats'],
        params: ChatParams,
        body: TypingBody,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const { session, chat } = request.params
      const countryCode = await countryCodeFor(gateway, tenant, [chat])
      const jid = readRecipient(chat, countryCode, 'chat')
      await gateway.chats.setTyping(tenant, session, jid, request.body.state ?? 'composing')
      reply.code(204)
      return null
    },
  )
}

function presenceRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/chats/:chat/presence',
    {
      config: { access: ['read', 'send'], keepsAnswer: false },
      schema: {
        operationId: 'askPresence',
        summary: 'Ask whether a person is online',
        description: 'Subscribes to the person’s presence and answers what WhatsApp says within three seconds.',
        tags: ['chats'],
        params: ChatParams,
        response: { 200: PresenceAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { session, chat } = request.params
      const person = readPerson(chat, await countryCodeFor(gateway, tenant, [chat]), 'chat')
      const { state, lastSeen } = await gateway.chats.presence(tenant, session, person)
      return { state, last_seen: lastSeen === null ? null : new Date(lastSeen).toISOString() }
    },
  )
}
