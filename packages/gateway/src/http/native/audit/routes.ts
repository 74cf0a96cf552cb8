import { Type } from 'typebox'
import type { AuditEntry } from '../../../audit/ports.ts'
import { KurirError } from '../../../core/errors.ts'
import { callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { exactly, nullableText, PageQuery, pageOf, TenantQuery, time } from '../schema.ts'

const Entry = Type.Object(
  {
    id: Type.String(),
    at: time(),
    actor: nullableText({ description: 'The key that did it; null where it was done at the phone.' }),
    api: nullableText({ description: '`native`, or the dialect by which it was done.' }),
    action: Type.String({ examples: ['key.created'] }),
    target: nullableText({ description: 'The id of what it was done to.' }),
    session: nullableText({ description: 'The session that it is about.' }),
    fields: Type.Array(Type.String(), { description: 'Names of the fields that were given; never their values.' }),
  },
  {
    examples: [
      {
        id: 'aud_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z',
        at: '2026-03-01T12:00:00.000Z',
        actor: 'key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z',
        api: 'native',
        action: 'key.created',
        target: 'key_01KAJ2Q6V0M5T9GQ3J3W4X5Y70',
        session: null,
        fields: ['name', 'scopes'],
      },
    ],
  },
)

/** What was done with keys, pairings, settings and deletions. */
export function auditRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/audit',
    {
      config: { access: ['manage'] },
      schema: {
        operationId: 'listAudit',
        summary: 'What was done, by which key',
        description:
          'Keys, tenants, sessions, pairings, webhooks and rules: made, changed and deleted; contacts exported and forgotten. Newest first.',
        tags: ['keys'],
        querystring: exactly({ ...PageQuery, ...TenantQuery }),
        response: { 200: pageOf(Entry, 'What was done, newest first.') },
      },
    },
    async (request) => {
      if (callerOf(request).session !== null) throw new KurirError('forbidden', 'The key is bound to one session')
      const tenant = tenantToRead(request, request.query.tenant)
      return readPage(request.query, (page) => gateway.audit.list(tenant, page), {
        cursorOf: ({ id }) => id,
        present,
      })
    },
  )
}

function present({ tenant: _tenant, at, ...entry }: AuditEntry) {
  return { ...entry, at: new Date(at).toISOString() }
}
