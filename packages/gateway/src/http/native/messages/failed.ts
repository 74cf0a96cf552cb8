import { answerMessage } from '../../../core/message-object.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { FailedFilter } from '../../../messages/ports.ts'
import { requireSession } from '../../auth.ts'
import { baseUrl, callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { FailedQuery, MessagePage } from './schema.ts'

/** Messages of all sessions that did not go out. */
export function failedRoute(app: Server, { gateway, config }: RouteContext): void {
  app.get(
    '/v1/messages',
    {
      config: { access: ['read'] },
      schema: {
        operationId: 'listFailedMessages',
        summary: 'List messages that failed',
        description: 'Of all sessions: those that did not go out, by how they ended, newest first.',
        tags: ['messages'],
        querystring: FailedQuery,
        response: { 200: MessagePage },
      },
    },
    async (request) => {
      const { tenant: asked, session: named, status, ...page } = request.query
      const caller = callerOf(request)
      const tenant = tenantToRead(request, asked)
      const session = named ?? caller.session
      requireSession(caller, session, 'session_not_found')
      const only = session === null ? {} : { session: (await gateway.sessions.get(tenant, session)).uid }
      const phones = new Map<string, SessionRecord['phone']>()
      const found = await readPage(
        page,
        async (chunk) => {
          const messages = await gateway.messages.listFailed(tenant, { status, ...only, ...chunk } as FailedFilter)
          for (const { session: id } of messages) {
            if (!phones.has(id)) phones.set(id, (await gateway.sessions.get(tenant, id)).phone)
          }
          return messages
        },
        { cursorOf: (message) => message.id, present: (message) => message },
      )
      const base = baseUrl(request, config)
      return {
        ...found,
        data: found.data.map((message) => answerMessage(message, phones.get(message.session) ?? null, base)),
      }
    },
  )
}
