import type { EndpointId } from '../../../core/ids.ts'
import { requireSession } from '../../auth.ts'
import { absoluteUrl, callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { Nothing } from '../schema.ts'
import { deliveryRoutes } from './deliveries.ts'
import { findWebhook } from './find.ts'
import { presentTest, presentWebhook } from './present.ts'
import {
  ChangeWebhookBody,
  CreatedWebhook,
  CreateWebhookBody,
  RotateBody,
  RotatedWebhook,
  TestAnswer,
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
  changeRoute(app, context)
  deleteRoute(app, context)
  secretRoute(app, context)
  testRoute(app, context)
  deliveryRoutes(app, context)
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
    async (request) => presentWebhook(await findWebhook(gateway, request, tenantToRead(request, request.query.tenant))),
  )
}

function changeRoute(app: Server, { gateway }: RouteContext): void {
  app.patch(
    '/v1/webhooks/:id',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'changeWebhook',
        summary: 'Change a webhook',
        description: 'What is not named stays. Deliveries that wait go to the new URL.',
        tags: ['webhooks'],
        params: WebhookParams,
        body: ChangeWebhookBody,
        response: { 200: WebhookAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { id } = await findWebhook(gateway, request, tenant)
      return presentWebhook(await gateway.webhooks.update(tenant, id, request.body))
    },
  )
}

function secretRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/webhooks/:id/rotate-secret',
    {
      config: { access: MANAGE, shownOnce: ['secret'] },
      // Without a body a secret is made.
      preValidation: (request, _reply, done) => {
        request.body ??= {}
        done()
      },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Give a webhook a new secret',
        description: 'For 24 hours every delivery has two signatures: by the new secret and by the one before it.',
        tags: ['webhooks'],
        params: WebhookParams,
        body: RotateBody,
        response: { 200: RotatedWebhook },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { id } = await findWebhook(gateway, request, tenant)
      const endpoint = await gateway.webhooks.rotateSecret(tenant, id, request.body.secret)
      return { ...presentWebhook(endpoint), secret: endpoint.secret }
    },
  )
}

function testRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/webhooks/:id/test',
    {
      config: { access: MANAGE, keepsAnswer: false },
      schema: {
        operationId: 'testWebhook',
        summary: 'Post a test event to a webhook now',
        description: 'An event of the type `webhook.test`, signed as all are; once, and it is in no list.',
        tags: ['webhooks'],
        params: WebhookParams,
        response: { 200: TestAnswer },
      },
    },
    async (request) => {
      const { tenant } = callerOf(request)
      const { id } = await findWebhook(gateway, request, tenant)
      return presentTest(await gateway.webhooks.test(tenant, id))
    },
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
      const endpoint = await findWebhook(gateway, request, tenant)
      await gateway.webhooks.remove(tenant, endpoint.id)
      reply.code(204)
      return null
    },
  )
}
