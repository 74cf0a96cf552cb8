import { Type } from 'typebox'
import { exactly, nullableText, PageQuery, pageOf, refTo, SessionName, TenantQuery, time, words } from '../schema.ts'
import type { WebhookObject } from './present.ts'

const Events = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
  minItems: 1,
  maxItems: 50,
  description: 'Names of events, `message.*` for a family, `*` for all. Default: all.',
})
const Headers = Type.Unsafe<Record<string, string>>({
  type: 'object',
  maxProperties: 20,
  additionalProperties: { type: 'string', maxLength: 2048 },
  description: 'Sent with every delivery.',
})
const Url = Type.String({ minLength: 1, maxLength: 2048, description: 'Where events are posted to (http or https).' })
const Secret = Type.String({ maxLength: 200, description: '`whsec_<base64 of 24 to 64 bytes>`; made when absent.' })

export const CreateWebhookBody = exactly(
  {
    url: Url,
    events: Type.Optional(Events),
    session: Type.Optional(Type.String({ ...SessionName, description: 'Only this session’s events.' })),
    headers: Type.Optional(Headers),
    secret: Type.Optional(Secret),
  },
  { examples: [{ url: 'https://example.com/hooks/kurir', events: ['message.*'] }] },
)

export const ChangeWebhookBody = exactly(
  {
    url: Type.Optional(Url),
    events: Type.Optional(Events),
    headers: Type.Optional(Headers),
    disabled: Type.Optional(
      Type.Boolean({ description: 'True makes what waits dead, and nothing new is posted; false begins again.' }),
    ),
  },
  { minProperties: 1, examples: [{ events: ['message.received', 'session.*'], disabled: false }] },
)

export const RotateBody = exactly({ secret: Type.Optional(Secret) }, { examples: [{}] })
export const RotatedWebhook = refTo<WebhookObject>('Webhook', { description: 'The webhook, with its new secret.' })

export const TestAnswer = Type.Object(
  {
    delivered: Type.Boolean(),
    status: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'HTTP status of the answer.' }),
    error: nullableText({ description: 'As `last_error` of a delivery.' }),
    took_ms: Type.Integer(),
    event: Type.String({ description: 'The `webhook-id` that was sent.' }),
  },
  { description: 'What came of it.' },
)

export const RecoverBody = exactly(
  { since: Type.String({ format: 'date-time', maxLength: 40, description: 'Deliveries made since then.' }) },
  { examples: [{ since: '2026-03-01T00:00:00Z' }] },
)
export const RecoverAnswer = Type.Object(
  { recovered: Type.Integer({ description: 'Deliveries that are pending again, or are tried now.' }) },
  { description: 'They are on their way.' },
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
  webhook: Type.String({ description: 'The webhook; a message’s own target has an id of its own.' }),
  url: Type.String(),
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

export const DeliveryAnswer = Type.Object(DeliveryObject.properties, { description: 'The delivery as it is now.' })
export const WholeDelivery = Type.Object(
  {
    ...DeliveryObject.properties,
    request: Type.Unsafe<{ content_type: string; body: string } | null>({
      type: ['object', 'null'],
      properties: { content_type: { type: 'string' }, body: { type: 'string' } },
      required: ['content_type', 'body'],
      description: 'What is posted, as text, cut off after 16 KiB; null for keys without the scope `read`.',
    }),
    answer: nullableText({
      description: 'How the last answer’s body began: 4 KiB at most. Keys and the webhook’s secrets are masked.',
    }),
  },
  { description: 'The delivery, with what is posted and what was answered.' },
)

export const DeliveryQuery = exactly(TenantQuery)
export const DeliveryParams = Type.Object({ id: Type.String({ maxLength: 64, description: 'The delivery’s id.' }) })
export const DeliveryPage = pageOf(DeliveryObject, 'Deliveries, newest first.')
export const DeliveryListQuery = exactly({ ...PageQuery, ...TenantQuery, status: Type.Optional(words(STATES)) })
export const AllDeliveriesQuery = exactly({
  ...PageQuery,
  ...TenantQuery,
  message: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Only those of events of this message, of any status.' }),
  ),
  session: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Only of this session’s own.' })),
  status: Type.Optional(words(STATES, { description: 'Default: `dead`; with `message`: all.' })),
})
