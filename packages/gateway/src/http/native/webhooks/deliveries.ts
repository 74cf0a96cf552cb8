import type { DeliveryId } from '../../../core/ids.ts'
import type { DeliveryFilter } from '../../../webhooks/ports.ts'
import { requireSession } from '../../auth.ts'
import { callerOf, hasScope, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readTime } from '../fields.ts'
import { readPage } from '../page.ts'
import { findWebhook } from './find.ts'
import { presentDelivery, presentWhole } from './present.ts'
import {
  AllDeliveriesQuery,
  DeliveryAnswer,
  DeliveryListQuery,
  DeliveryPage,
  DeliveryParams,
  DeliveryQuery,
  RecoverAnswer,
  RecoverBody,
  WebhookParams,
  WholeDelivery,
} from './schema.ts'

const MANAGE = ['manage'] as const

/** Deliveries: what became of them, and having them made once more. */
export function deliveryRoutes(app: Server, context: RouteContext): void {
  listRoute(app, context)
  listAllRoute(app, context)
  getRoute(app, context)
  redeliverRoute(app, context)
  recoverRoute(app, context)
}

function listRoute(app: Server, { gateway }: RouteContext): void {
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
      const endpoint = await findWebhook(gateway, request, tenant)
      const filter = status === undefined ? {} : { state: status }
      return readPage(
        page,
        (chunk) => gateway.webhooks.deliveries(tenant, endpoint.id, { ...filter, ...chunk } as DeliveryFilter),
        { cursorOf: (delivery) => delivery.id, present: presentDelivery },
      )
    },
  )
}

function listAllRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/deliveries',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'listAllDeliveries',
        summary: 'Dead letters, and other deliveries, of all webhooks',
        description: 'Also those of URLs that single messages named. With `message`: what became of its news.',
        tags: ['webhooks'],
        querystring: AllDeliveriesQuery,
        response: { 200: DeliveryPage },
      },
    },
    async (request) => {
      const { tenant: asked, message, session: named, status, ...page } = request.query
      const caller = callerOf(request)
      const tenant = tenantToRead(request, asked)
      const session = named ?? caller.session
      requireSession(caller, session, 'session_not_found')
      const filter = {
        ...(session === null ? {} : { sessionUid: (await gateway.sessions.get(tenant, session)).uid }),
        ...(message === undefined ? { state: status ?? 'dead' } : { message, ...(status ? { state: status } : {}) }),
      }
      return readPage(
        page,
        (chunk) => gateway.webhooks.allDeliveries(tenant, { ...filter, ...chunk } as DeliveryFilter),
        { cursorOf: (delivery) => delivery.id, present: presentDelivery },
      )
    },
  )
}

function getRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/deliveries/:id',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'getDelivery',
        summary: 'What a delivery posts, and what was answered',
        tags: ['webhooks'],
        params: DeliveryParams,
        querystring: DeliveryQuery,
        response: { 200: WholeDelivery },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      const whole = await gateway.webhooks.delivery(tenant, request.params.id as DeliveryId)
      requireSession(callerOf(request), whole.endpoint.session, 'not_found')
      // Who may not read messages does not read them here.
      const mayRead = hasScope(callerOf(request), ['read'])
      return presentWhole(whole.delivery, mayRead ? gateway.webhooks.requestOf(whole) : null)
    },
  )
}

function redeliverRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/deliveries/:id/redeliver',
    {
      config: { access: MANAGE, keepsAnswer: false },
      schema: {
        operationId: 'redeliver',
        summary: 'Have a delivery made once more',
        description: 'With the same `webhook-id`. It comes after what the same chat still owes to this webhook.',
        tags: ['webhooks'],
        params: DeliveryParams,
        response: { 202: DeliveryAnswer },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const id = request.params.id as DeliveryId
      const { endpoint } = await gateway.webhooks.delivery(caller.tenant, id)
      requireSession(caller, endpoint.session, 'not_found')
      reply.code(202)
      return presentDelivery(await gateway.webhooks.redeliver(caller.tenant, id))
    },
  )
}

function recoverRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/webhooks/:id/recover',
    {
      config: { access: MANAGE, keepsAnswer: false },
      schema: {
        operationId: 'recoverWebhook',
        summary: 'Deliver again what did not arrive',
        description: 'Every delivery that is dead or still waits and was made since `since`, in order per chat.',
        tags: ['webhooks'],
        params: WebhookParams,
        body: RecoverBody,
        response: { 202: RecoverAnswer },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const { id } = await findWebhook(gateway, request, tenant)
      const since = readTime(request.body.since, '/since')
      reply.code(202)
      return { recovered: await gateway.webhooks.recover(tenant, id, since) }
    },
  )
}
