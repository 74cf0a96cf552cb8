import type { Static } from 'typebox'
import type { Tenant, TenantPatch } from '../../../access/ports.ts'
import type { TenantId } from '../../../core/ids.ts'
import type { RouteContext, Server } from '../../context.ts'
import { readPage } from '../page.ts'
import {
  CreateTenantBody,
  TenantListQuery,
  TenantObject,
  TenantPage,
  TenantParams,
  UpdateTenantBody,
} from './schema.ts'

const ADMIN = ['admin'] as const

/** Tenants: make, list, change. */
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
      const { id, name, ...settings } = request.body
      const tenant = await gateway.access.createTenant({ ...(id ? { id } : {}), name, ...readSettings(settings) })
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
  changeRoutes(app, { gateway })
}

function changeRoutes(app: Server, { gateway }: Pick<RouteContext, 'gateway'>): void {
  app.get(
    '/v1/tenants/:tenant',
    {
      config: { access: ADMIN },
      schema: {
        operationId: 'getTenant',
        summary: 'See a tenant',
        tags: ['keys'],
        params: TenantParams,
        response: { 200: TenantObject },
      },
    },
    async (request) => present(await gateway.access.getTenant(request.params.tenant as TenantId)),
  )

  app.patch(
    '/v1/tenants/:tenant',
    {
      config: { access: ADMIN },
      schema: {
        operationId: 'updateTenant',
        summary: 'Change a tenant',
        description: 'What is absent stays as it is.',
        tags: ['keys'],
        params: TenantParams,
        body: UpdateTenantBody,
        response: { 200: TenantObject },
      },
    },
    async (request) => {
      const { name, ...settings } = request.body
      const patch = { ...(name === undefined ? {} : { name }), ...readSettings(settings) }
      return present(await gateway.access.updateTenant(request.params.tenant as TenantId, patch))
    },
  )
}

function readSettings({ country_code, time_zone, quotas }: Static<typeof UpdateTenantBody>): TenantPatch {
  return {
    ...(country_code === undefined ? {} : { countryCode: country_code }),
    ...(time_zone === undefined ? {} : { timeZone: time_zone }),
    ...(quotas === undefined ? {} : { quotas: readQuotas(quotas) }),
  }
}

function readQuotas(
  quotas: NonNullable<Static<typeof UpdateTenantBody>['quotas']>,
): NonNullable<TenantPatch['quotas']> {
  const { messages_per_month: month, messages_per_day: day, number_checks_per_month: checks } = quotas
  return {
    ...(month === undefined ? {} : { messagesPerMonth: month }),
    ...(day === undefined ? {} : { messagesPerDay: day }),
    ...(checks === undefined ? {} : { numberChecksPerMonth: checks }),
  }
}

function present({ id, name, countryCode, timeZone, quotas, createdAt }: Tenant) {
  return {
    id,
    name,
    country_code: countryCode,
    time_zone: timeZone,
    quotas: {
      messages_per_month: quotas.messagesPerMonth ?? null,
      messages_per_day: quotas.messagesPerDay ?? null,
      number_checks_per_month: quotas.numberChecksPerMonth ?? null,
    },
    created_at: new Date(createdAt).toISOString(),
  }
}
