import type { FastifyRequest } from 'fastify'
import type { EndpointId, TenantId } from '../../../core/ids.ts'
import type { Gateway } from '../../../gateway.ts'
import type { DeliveryFilter, Endpoint } from '../../../webhooks/ports.ts'
import { requireSession } from '../../auth.ts'
import { absoluteUrl, callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { Nothing } from '../schema.ts'
import { presentDelivery, presentWebhook } from './present.ts'
import {
  CreatedWebhook,
  CreateWebhookBody,
  DeliveryListQuery,
  DeliveryPage,
  WebhookAnswer,
  WebhookListQuery,
  WebhookPage,
  WebhookParams,
  WebhookQuery,
} from './schema.ts'

const MANAGE = ['manage'] as const

/** Webhooks: create, look, delete, and what became of their deliveries. */
export function webhookRoutes(app: Server, context: RouteContext): void {
  createRoute(app, context)
  lookRoutes(app, context)
  deleteRoute(app, context)
  deliveriesRoute(app, context)
}

/** The webhook where the caller may touch it. */
async function find(gateway: Gateway, request: FastifyRequest, tenant: TenantId): Promise<Endpoint> {
  const { id } = request.params as { id: EndpointId }
  const endpoint = await gateway.webhooks.get(tenant, id)
  requireSession(callerOf(request), endpoint.session, 'webhook_not_found')
  return endpoint
}

function createRoute(app: Server, { gateway, config }: RouteContext): void {
  app.post(
    '/v1/webhooks',
    {
      config: { access: MANAGE, shownOnce: ['secret'] },
      schema: {
        operationId: 'createWebhook',
        summary: 'Have events posted to a URL',
        description:
          'Every delivery is signed as Standard Webhooks has it, with the `secret` of this answer. ' +
          'The answer to a repetition by Idempotency-Key has no `secret`.',
        tags: ['webhooks'],
        body: CreateWebhookBody,
        response: { 201: CreatedWebhook },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const session = request.body.session ?? caller.session
      requireSession(caller, session, 'session_not_found')
      const input = { ...request.body, ...(session === null ? {} : { session }) }
      const endpoint = await gateway.webhooks.create(caller.tenant, input)
      reply.code(201).header('location', absoluteUrl(request, config, `/v1/webhooks/${endpoint.id}`))
      return { ...presentWebhook(endpoint), secret: endpoint.secret }
    },
  )
}

function lookRoutes(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/webhooks',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'listWebhooks',
        summary: 'List webhooks',
        tags: ['webhooks'],
        querystring: WebhookListQuery,
        response: { 200: WebhookPage },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      const { session } = callerOf(request)
      return readPage(
        request.query,
        (page) => gateway.webhooks.list(tenant, page as { limit: number; cursor?: EndpointId }),
        {
          cursorOf: (endpoint) => endpoint.id,
          present: presentWebhook,
          wanted: (endpoint) => session === null || endpoint.session === session,
        },
      )
    },
  )

  app.get(
    '/v1/webhooks/:id',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'getWebhook',
        summary: 'Look at a webhook',
        tags: ['webhooks'],
        params: WebhookParams,
        querystring: WebhookQuery,
        response: { 200: WebhookAnswer },
      },
    },
    async (request) => presentWebhook(await find(gateway, request, tenantToRead(request, request.query.tenant))),
  )
}

function deleteRoute(app: Server, { gateway }: RouteContext): void {
  app.delete(
    '/v1/webhooks/:id',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook',
        description: 'With all its deliveries, those that wait included.',
        tags: ['webhooks'],
        params: WebhookParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const endpoint = await find(gateway, request, tenant)
      await gateway.webhooks.remove(tenant, endpoint.id)
      reply.code(204)
      return null
    },
  )
}

function deliveriesRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'listDeliveries',
        summary: 'What became of a webhook’s deliveries',
        tags: ['webhooks'],
        params: WebhookParams,
        querystring: DeliveryListQuery,
        response: { 200: DeliveryPage },
      },
    },
    async (request) => {
      const { tenant: asked, status, ...page } = request.query
      const tenant = tenantToRead(request, asked)
      const endpoint = await find(gateway, request, tenant)
      const filter = status === undefined ? {} : { state: status }
      return readPage(
        page,
        (chunk) => gateway.webhooks.deliveries(tenant, endpoint.id, { ...filter, ...chunk } as DeliveryFilter),
        { cursorOf: (delivery) => delivery.id, present: presentDelivery },
      )
    },
  )
}
