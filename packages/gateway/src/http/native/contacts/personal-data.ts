import { Type } from 'typebox'
import type { ExportRecord } from '../../../chats/verbs.ts'
import { type EventObject, presentEvent } from '../../../core/event.ts'
import { jidUser } from '../../../core/jid.ts'
import { answerMessage, type MessageObject } from '../../../core/message-object.ts'
import { baseUrl, callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { countryCodeFor, readPerson } from '../messages/recipients.ts'
import { exactly, nullableText, PageQuery, pageOf, refTo, TenantQuery, words } from '../schema.ts'
import { ContactParams } from './schema.ts'

const Record = Type.Object(
  {
    kind: words(['contact', 'message', 'event']),
    contact: Type.Optional(
      Type.Object({ phone: nullableText(), lid: nullableText(), name: nullableText() }, { description: 'The names.' }),
    ),
    message: Type.Optional(refTo<MessageObject>('Message')),
    event: Type.Optional(refTo<EventObject>('Event')),
  },
  {
    examples: [{ kind: 'contact', contact: { phone: '6281210000001', lid: '100000000000001', name: 'Ani' } }],
  },
)

const ExportQuery = exactly({ ...PageQuery, ...TenantQuery })

const Forgotten = Type.Object(
  {
    messages: Type.Integer({ description: 'Of the chat, and of groups those that the person wrote.' }),
    events: Type.Integer({ description: 'With their webhook deliveries.' }),
    files: Type.Integer({ description: 'That the person sent.' }),
    contacts: Type.Integer({ description: '1 where the names were kept.' }),
  },
  { description: 'How many of each were deleted.', examples: [{ messages: 41, events: 103, files: 2, contacts: 1 }] },
)

/** Everything that is kept of one person: to hand out, and to delete. */
export function personalDataRoutes(app: Server, context: RouteContext): void {
  exportRoute(app, context)
  forgetRoute(app, context)
}

function exportRoute(app: Server, { gateway, config }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/contacts/:contact/export',
    {
      config: { access: ['read'] },
      schema: {
        operationId: 'exportContact',
        summary: 'Everything that is kept of a person',
        description:
          'The names, messages of the chat and what the person wrote in groups, then events, each in order. A page may be empty: read on until `next_cursor` is null. Files are at the messages’ links.',
        tags: ['chats'],
        params: ContactParams,
        querystring: ExportQuery,
        response: { 200: pageOf(Record, 'What is kept.') },
      },
    },
    async (request) => {
      const { tenant: asked, ...page } = request.query
      const tenant = tenantToRead(request, asked)
      const { session, contact } = request.params
      const person = readPerson(contact, await countryCodeFor(gateway, tenant, [contact]), 'contact')
      const { phone } = await gateway.sessions.get(tenant, session)
      const { records, next } = await gateway.persons.export(tenant, session, person, page)
      if (page.cursor === undefined) {
        const { keyId: actor } = callerOf(request)
        const action = 'contact.exported'
        await gateway.audit.record({ tenant, actor, api: 'native', action, target: null, session, fields: [] })
      }
      const base = baseUrl(request, config)
      return { data: records.map((record) => presentRecord(record, phone, base)), next_cursor: next }
    },
  )
}

function presentRecord(record: ExportRecord, ownPhone: string | null, base: string) {
  switch (record.kind) {
    case 'message':
      return { kind: record.kind, message: answerMessage(record.message, ownPhone, base) }
    case 'event':
      return { kind: record.kind, event: presentEvent(record.event, base) }
    case 'contact': {
      const { phone, lid, name } = record.contact
      return { kind: record.kind, contact: { phone: phone && jidUser(phone), lid: lid && jidUser(lid), name } }
    }
    default:
      return record satisfies never
  }
}

function forgetRoute(app: Server, { gateway }: RouteContext): void {
  app.delete(
    '/v1/sessions/:session/contacts/:contact',
    {
      config: { access: ['manage'] },
      schema: {
        operationId: 'forgetContact',
        summary: 'Forget a person',
        description:
          'Deletes messages, events, files and names of the person here; WhatsApp and its phones are not asked. Refused while messages to the person are on their way (`contact_has_open_sends`); those that wait for a later `send_at` are deleted unsent.',
        tags: ['chats'],
        params: ContactParams,
        response: { 200: Forgotten },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { session, contact } = request.params
      const person = readPerson(contact, await countryCodeFor(gateway, tenant, [contact]), 'contact')
      return gateway.persons.forget(tenant, session, person)
    },
  )
}
