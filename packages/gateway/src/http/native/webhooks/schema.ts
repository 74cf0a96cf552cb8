import { Type } from 'typebox'
import { exactly, nullableText, PageQuery, pageOf, refTo, SessionName, TenantQuery, time, words } from '../schema.ts'
import type { WebhookObject } from './present.ts'

export const CreateWebhookBody = exactly(
  {
    url: Type.String({ minLength: 1, maxLength: 2048, description: 'Where events are posted to (http or https).' }),
    events: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 50,
        description: 'Names of events, `message.*` for a family, `*` for all. Default: all.',
      }),
    ),
    session: Type.Optional(Type.String({ ...SessionName, description: 'Only this session’s events.' })),
    headers: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        maxProperties: 20,
        additionalProperties: { type: 'string', maxLength: 2048 },
        description: 'Sent with every delivery.',
      }),
    ),
    secret: Type.Optional(
      Type.String({ maxLength: 200, description: '`whsec_<base64 of 24 to 64 bytes>`; made when absent.' }),
    ),
  },
  { examples: [{ url: 'https://example.com/hooks/kurir', events: ['message.*'] }] },
)

export const CreatedWebhook = refTo<WebhookObject>('Webhook', { description: 'The webhook, with its secret.' })
export const WebhookAnswer = refTo<WebhookObject>('Webhook', { description: 'The webhook.' })
export const WebhookPage = pageOf(refTo<WebhookObject>('Webhook'), 'Webhooks, oldest first.')
export const WebhookParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
export const WebhookQuery = exactly(TenantQuery)
export const WebhookListQuery = exactly({ ...PageQuery, ...TenantQuery })

const STATES = ['pending', 'delivered', 'dead'] as const

const DeliveryObject = Type.Object({
  id: Type.String(),
  webhook: Type.String(),
  event: Type.String({ description: 'Id of the event; the `webhook-id` header.' }),
  type: Type.String(),
  status: words(STATES),
  attempts: Type.Integer(),
  due_at: nullableText({ format: 'date-time', description: 'Of the next attempt; null while an earlier one waits.' }),
  last_status: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'HTTP status of the last answer.',
  }),
  last_error: nullableText(),
  created_at: time(),
  finished_at: nullableText({ format: 'date-time' }),
})

export const DeliveryPage = pageOf(DeliveryObject, 'Deliveries, newest first.')
export const DeliveryListQuery = exactly({ ...PageQuery, ...TenantQuery, status: Type.Optional(words(STATES)) })
