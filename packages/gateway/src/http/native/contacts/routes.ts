import type { Contact } from '../../../chats/ports.ts'
import { presentNames } from '../../../core/contact.ts'
import { type Jid, jidKind } from '../../../core/jid.ts'
import { callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { ChatListQuery } from '../chats/schema.ts'
import { countryCodeFor, readPerson } from '../messages/recipients.ts'
import { readPage } from '../page.ts'
import { exactly, Nothing, SessionParams, TenantQuery } from '../schema.ts'
import { BlockedList, ContactObject, ContactPage, ContactParams } from './schema.ts'

const READ = ['read'] as const

/** Persons: list, one with what he shows, blocking. */
export function contactRoutes(app: Server, context: RouteContext): void {
  listRoute(app, context)
  getRoute(app, context)
  blockRoute(app, context, true)
  blockRoute(app, context, false)
  blockedRoute(app, context)
}

function listRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/contacts',
    {
      config: { access: READ },
      schema: {
        operationId: 'listContacts',
        summary: 'List the contacts of a session',
        description: 'Each person once, with phone number and LID as far as they are known.',
        tags: ['chats'],
        params: SessionParams,
        querystring: ChatListQuery,
        response: { 200: ContactPage },
      },
    },
    async (request) => {
      const { session } = request.params
      const { tenant: asked, ...page } = request.query
      const tenant = tenantToRead(request, asked)
      return readPage(
        page,
        ({ limit, cursor }) =>
          gateway.chats.contacts(tenant, session, { limit, ...(cursor ? { afterRow: Number(cursor) } : {}) }),
        { cursorOf: ({ row }) => String(row), present: presentContact },
      )
    },
  )
}

function getRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/contacts/:contact',
    {
      config: { access: READ },
      schema: {
        operationId: 'getContact',
        summary: 'See what a person shows of himself',
        description:
          'Asks WhatsApp for the about text and the profile picture; null where the account may not see them.',
        tags: ['chats'],
        params: ContactParams,
        querystring: exactly(TenantQuery),
        response: { 200: ContactObject },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      const { session, contact } = request.params
      const person = readPerson(contact, await countryCodeFor(gateway, tenant, [contact]), 'contact')
      const { about, pictureUrl, blocked, ...found } = await gateway.chats.contact(tenant, session, person)
      return { ...presentNames(found), name: found.name, about, picture_url: pictureUrl, blocked }
    },
  )
}

function blockRoute(app: Server, { gateway }: RouteContext, blocks: boolean): void {
  const word = blocks ? 'block' : 'unblock'
  app.post(
    `/v1/sessions/:session/contacts/:contact/${word}`,
    {
      config: { access: ['manage', 'send'] },
      schema: {
        operationId: `${word}Contact`,
        summary: blocks ? 'Block a person' : 'Let a person in again',
        description: 'Somebody who is blocked cannot write to the account or call it, on its phone neither.',
        tags: ['chats'],
        params: ContactParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const { session, contact } = request.params
      const person = readPerson(contact, await countryCodeFor(gateway, tenant, [contact]), 'contact')
      await gateway.chats.setBlocked(tenant, session, person, blocks)
      reply.code(204)
      return null
    },
  )
}

function blockedRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/blocked',
    {
      config: { access: READ },
      schema: {
        operationId: 'listBlocked',
        summary: 'List whom the account shuts out',
        tags: ['chats'],
        params: SessionParams,
        querystring: exactly(TenantQuery),
        response: { 200: BlockedList },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      const blocked = await gateway.chats.blocked(tenant, request.params.session)
      return { data: blocked.map((jid) => presentNames(addressesOf(jid))) }
    },
  )
}

function addressesOf(jid: Jid): Pick<Contact, 'phone' | 'lid'> {
  return jidKind(jid) === 'lid' ? { phone: null, lid: jid } : { phone: jid, lid: null }
}

function presentContact({ name, ...addresses }: Contact) {
  return { ...presentNames(addresses), name }
}
