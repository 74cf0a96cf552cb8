import { type TSchema, type TSchemaOptions, Type } from 'typebox'
import { ERRORS } from '../../core/errors.ts'
import { EVENT_TYPES, type EventObject } from '../../core/event.ts'
import type { MessageObject } from '../../core/message-object.ts'
import type { SessionObject } from '../../core/session.ts'
import type { Problem as ProblemObject } from '../error-envelope.ts'
import { type ExampleSchema, exampleOf } from '../openapi-examples.ts'
import { ContentFields } from './content-fields.ts'
import { SettingsAnswer } from './settings-answer.ts'
import type { WebhookObject } from './webhooks/present.ts'

/** A text or null. (A type list, since unions are slow to serialize.) */
export function nullableText(options: TSchemaOptions = {}) {
  return Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })
}

/** A time, ISO 8601 UTC. */
export function time(options: TSchemaOptions = {}) {
  return Type.Unsafe<string>({ type: 'string', format: 'date-time', ...options })
}

/** One of some words. */
export function words<Word extends string>(list: readonly Word[], options: TSchemaOptions = {}) {
  return Type.Unsafe<Word>({ type: 'string', enum: [...list], ...options })
}

/** Any JSON object. */
export function anyObject(options: TSchemaOptions = {}) {
  return Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, ...options })
}

/** An object of exactly these fields. */
export function exactly<Fields extends Record<string, TSchema>>(fields: Fields, options: TSchemaOptions = {}) {
  return Type.Object(fields, { additionalProperties: false, ...options })
}

/** Refers to a shared schema, as the type that its handlers answer. */
export function refTo<Shape>(name: string, options: TSchemaOptions = {}) {
  return Type.Unsafe<Shape>({ $ref: `${name}#`, ...options })
}

/** A page of a list. */
export function pageOf<Item extends TSchema>(item: Item, description: string) {
  return Type.Object(
    {
      data: Type.Array(item),
      next_cursor: nullableText({ description: 'Send it as `cursor` for the next page; null on the last.' }),
    },
    { description },
  )
}

/** Nothing to say. */
export const Nothing = Type.Null({ description: 'Done.' })

/** What the paging of every list is told by. */
export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Entries of a page.' }),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: '`next_cursor` of the page before.' }),
  ),
}

/** Reads another tenant; for admin keys. */
export const TenantQuery = {
  tenant: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Another tenant than the key’s own; admin keys only.' }),
  ),
}

export const SessionParams = Type.Object({ session: Type.String({ maxLength: 64, description: 'The session’s id.' }) })

/** A session's id as a client may choose it. */
export const SessionName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$', examples: ['shop-1'] })

const Problem = Type.Object(
  {
    type: Type.String({ examples: ['urn:kurir:error:invalid_request'] }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: words(Object.keys(ERRORS)),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ field: Type.String({ description: 'JSON pointer or parameter.' }), message: Type.String() }),
      ),
    ),
  } satisfies Record<keyof ProblemObject, TSchema>,
  { $id: 'Problem', title: 'Problem', description: 'An error as RFC 9457 has it.' },
)

const Session = Type.Object(
  {
    id: Type.String({ examples: ['shop-1'] }),
    tenant: Type.String(),
    name: nullableText(),
    status: words(['stopped', 'connecting', 'qr', 'connected', 'disconnected', 'logged_out']),
    reason: Type.String({ description: 'Why it is in this status; a stable word.', examples: ['requested'] }),
    since: time({ description: 'Since when it is in this status.' }),
    phone: nullableText({ description: 'Digits, once paired.', examples: ['6281210000001'] }),
    push_name: nullableText(),
    health: words(['ok', 'restricted'], { description: '`restricted`: first messages to people wait.' }),
    restricted_until: nullableText({ format: 'date-time', description: 'Until when they wait.' }),
    proxy: nullableText({ description: 'Without its password.', examples: ['socks5://user@proxy.example:1080'] }),
    metadata: anyObject({ description: 'Yours; comes with every event of the session.' }),
    created_at: time(),
    settings: Type.Optional(SettingsAnswer),
  } satisfies Record<keyof SessionObject | 'settings', TSchema>,
  { $id: 'Session', title: 'Session' },
)

const StatusChange = Type.Object({ status: Type.String(), at: time(), reason: Type.Optional(Type.String()) })

const Message = Type.Object(
  {
    id: Type.String({ examples: ['msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z'] }),
    wa_id: Type.String({ description: 'WhatsApp’s id, unique per chat and sender.' }),
    session: Type.String(),
    chat: Type.String({ description: 'Digits of the other person, or the group’s address.' }),
    direction: words(['out', 'in']),
    type: Type.String({ examples: ['text'] }),
    status: words(
      ['accepted', 'prepared', 'sent', 'delivered', 'read', 'played', 'failed', 'expired', 'unknown', 'received'],
      { description: 'Moves forward only.' },
    ),
    status_history: Type.Array(StatusChange),
    from: nullableText(),
    to: nullableText(),
    participant: Type.Optional(Type.String({ description: 'The sender in a group.' })),
    lid: Type.Optional(Type.String({ description: 'WhatsApp’s other name of the person.' })),
    from_me: Type.Boolean(),
    push_name: Type.Optional(Type.String()),
    ...ContentFields,
    reply_to: Type.Optional(Type.String({ description: 'WhatsApp’s id of the message that this one answers.' })),
    timestamp: time(),
    send_at: Type.Optional(time({ description: 'Not before then.' })),
    expires_at: Type.Optional(time({ description: 'Not after then.' })),
    attempts: Type.Integer({ description: 'How often it was handed to the network.' }),
  } satisfies Partial<Record<keyof MessageObject, TSchema>>,
  {
    $id: 'Message',
    title: 'Message',
    description: 'Has more fields by `type`.',
    // So that a kind of content which is new to the core is not cut off here.
    additionalProperties: true,
  },
)

const Webhook = Type.Object(
  {
    id: Type.String({ examples: ['end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z'] }),
    url: Type.String({ examples: ['https://example.com/hooks/kurir'] }),
    events: Type.Array(Type.String(), { examples: [['message.*', 'session.status']] }),
    session: nullableText({ description: 'Only this session’s events; null for all.' }),
    headers: Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Sent with every delivery; the values are not shown again.',
    }),
    secret: Type.Optional(Type.String({ description: 'Signs the deliveries (Standard Webhooks); shown once.' })),
    previous_secret_until: nullableText({
      format: 'date-time',
      description: 'Until then the secret before the last rotation signs as well.',
    }),
    format: Type.String({ description: 'Shape of the bodies: `native`, or the dialect that made the webhook.' }),
    disabled_at: nullableText({
      format: 'date-time',
      description: 'Since when nothing is posted: you disabled it, or it answered 410.',
    }),
    created_at: time(),
  } satisfies Record<keyof WebhookObject, TSchema>,
  { $id: 'Webhook', title: 'Webhook' },
)

const Event = Type.Object(
  {
    id: Type.String(),
    seq: Type.Integer({ description: 'Without gaps per session, from 1.' }),
    type: words(EVENT_TYPES),
    session: Type.String(),
    tenant: Type.String(),
    timestamp: time(),
    data: Type.Unknown({ description: 'The message for `message.*`, the session for `session.status`.' }),
    metadata: anyObject({ description: 'The session’s metadata at that moment.' }),
  } satisfies Record<keyof EventObject, TSchema>,
  { $id: 'Event', title: 'Event' },
)

const SHARED = [Problem, Session, Message, Webhook, Event]
const BY_NAME = new Map(
  SHARED.map((schema) => [String((schema as { $id?: string }).$id), schema as ExampleSchema] as const),
)

/** Schemas that others refer to by name, each with an example. */
export const SHARED_SCHEMAS: readonly TSchema[] = SHARED.map((schema) => ({
  ...schema,
  examples: [exampleOf(schema as ExampleSchema, BY_NAME)],
}))
