import { KurirError } from '../../../core/errors.ts'
import type { KeyId, TenantId } from '../../../core/ids.ts'
import { callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { Nothing } from '../schema.ts'
import { presentCredential, presentKey } from './present.ts'
import { CreatedKey, CreateKeyBody, KeyListQuery, KeyPage, KeyParams } from './schema.ts'

const ADMIN = ['admin'] as const

/** Keys: make, list, delete. */
export function keyRoutes(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/keys',
    {
      config: { access: ADMIN, shownOnce: ['key', 'client_secret', 'token', 'access_token'] },
      schema: {
        operationId: 'createKey',
        summary: 'Make a key',
        description:
          'The answer to a repetition by Idempotency-Key has no `key`: only its hash is kept. ' +
          'A key of a dialect is shown in the form that the dialect’s document has, and has no scopes of its own.',
        tags: ['keys'],
        body: CreateKeyBody,
        response: { 201: CreatedKey },
      },
    },
    async (request, reply) => {
      const { tenant = callerOf(request).tenant, dialect, scopes, ...rest } = request.body
      const input = { ...rest, tenant: tenant as TenantId }
      if (dialect !== undefined) {
        const { record, shown } = await gateway.access.createDialectKey({ ...input, dialect })
        reply.code(201)
        return { ...presentKey(record), ...presentCredential(shown) }
      }
      if (!scopes) throw scopesMissing()
      const { record, key } = await gateway.access.createKey({ ...input, scopes })
      reply.code(201)
      return { ...presentKey(record), key }
    },
  )

  app.get(
    '/v1/keys',
    {
      config: { access: ADMIN },
      schema: {
        operationId: 'listKeys',
        summary: 'List keys',
        tags: ['keys'],
        querystring: KeyListQuery,
        response: { 200: KeyPage },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      return readPage(
        request.query,
        (page) => gateway.access.listKeys(tenant, page as { limit: number; cursor?: KeyId }),
        {
          cursorOf: (record) => record.id,
          present: presentKey,
        },
      )
    },
  )

  app.delete(
    '/v1/keys/:id',
    {
      config: { access: ADMIN },
      schema: {
        operationId: 'deleteKey',
        summary: 'Delete a key',
        description: 'It is refused from then on. Admins may delete any tenant’s.',
        tags: ['keys'],
        params: KeyParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await gateway.access.deleteKey(null, request.params.id as KeyId)
      reply.code(204)
      return null
    },
  )
}

function scopesMissing(): KurirError {
  return new KurirError('invalid_request', '/scopes is missing', {
    fields: [{ field: '/scopes', message: 'is missing' }],
  })
}
