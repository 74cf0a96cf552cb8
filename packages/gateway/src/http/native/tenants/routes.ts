import type { Tenant } from '../../../access/ports.ts'
import type { TenantId } from '../../../core/ids.ts'
import type { RouteContext, Server } from '../../context.ts'
import { readPage } from '../page.ts'
import { CreateTenantBody, TenantListQuery, TenantObject, TenantPage } from './schema.ts'

const ADMIN = ['admin'] as const

/** Tenants: make, list. */
export function tenantRoutes(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/tenants',
    {
      config: { access: ADMIN },
      schema: {
        operationId: 'createTenant',
        summary: 'Make a tenant',
        description: 'Everything that a customer owns belongs to one tenant and is invisible to others.',
        tags: ['keys'],
        body: CreateTenantBody,
        response: { 201: TenantObject },
      },
    },
    async (request, reply) => {
      const { country_code: countryCode, ...input } = request.body
      const tenant = await gateway.access.createTenant({ ...input, ...(countryCode ? { countryCode } : {}) })
      reply.code(201)
      return present(tenant)
    },
  )

  app.get(
    '/v1/tenants',
    {
      config: { access: ADMIN },
      schema: {
        operationId: 'listTenants',
        summary: 'List tenants',
        tags: ['keys'],
        querystring: TenantListQuery,
        response: { 200: TenantPage },
      },
    },
    (request) =>
      readPage(request.query, (page) => gateway.access.listTenants(page as { limit: number; cursor?: TenantId }), {
        cursorOf: (tenant) => tenant.id,
        present,
      }),
  )
}

function present(tenant: Tenant) {
  return {
    id: tenant.id,
    name: tenant.name,
    country_code: tenant.countryCode,
    created_at: new Date(tenant.createdAt).toISOString(),
  }
}
