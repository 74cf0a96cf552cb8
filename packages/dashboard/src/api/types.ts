import type { Answer, EventType, paths } from 'kurir-client'

export type { Alert, KurirEvent, Message, Session } from 'kurir-client'

type ItemOf<List extends { data: unknown[] }> = List['data'][number]

/** Who is logged in. The login is the page's own and no part of the API. */
export interface Me {
  tenant: string
  scopes: Scope[]
  session: string | null
  /** The page of virtual phones, where the network is the lab. */
  phone_page: string | null
}

export type Key = ItemOf<Answer<'/v1/keys', 'get'>>
export type CreatedKey = Answer<'/v1/keys', 'post'>
export type Scope = Key['scopes'][number]
export type Tenant = ItemOf<Answer<'/v1/tenants', 'get'>>
export type QuotaName = keyof Tenant['quotas']
export type Webhook = Answer<'/v1/webhooks/{id}', 'get'>
export type TestResult = Answer<'/v1/webhooks/{id}/test', 'post'>
export type Delivery = ItemOf<Answer<'/v1/deliveries', 'get'>>
export type WholeDelivery = Answer<'/v1/deliveries/{id}', 'get'>
export type AuditEntry = ItemOf<Answer<'/v1/audit', 'get'>>
export type Chat = ItemOf<Answer<'/v1/sessions/{session}/chats', 'get'>>
export type Rule = ItemOf<Answer<'/v1/sessions/{session}/rules', 'get'>>
export type TriedRules = Answer<'/v1/sessions/{session}/rules/try', 'post'>
export type Stats = Answer<'/v1/stats', 'get'>
export type StatsBucket = Stats['buckets'][number]
export type Usage = Answer<'/v1/usage', 'get'>
export type Settings = NonNullable<Answer<'/v1/sessions/{session}', 'get'>['settings']>
export type Weekday = keyof Settings['active_days']

/** What a call is sent. */
export type Body<Path extends keyof paths, Method extends 'post' | 'patch'> =
  paths[Path] extends Record<Method, { requestBody?: infer Sent }>
    ? NonNullable<Sent> extends { content: { 'application/json': infer Json } }
      ? Json
      : never
    : never

/** Every event that the gateway tells of, in the order in which they are shown. */
const KNOWN: Record<EventType, true> = {
  'session.status': true,
  'session.qr': true,
  'message.received': true,
  'message.sent': true,
  'message.delivered': true,
  'message.read': true,
  'message.played': true,
  'message.failed': true,
  'message.expired': true,
  'message.unknown': true,
  'message.edited': true,
  'message.revoked': true,
  'message.reaction': true,
  'message.undecryptable': true,
  'group.updated': true,
  'contact.updated': true,
  'call.received': true,
  'alert.raised': true,
  'alert.cleared': true,
}
export const EVENT_TYPES = Object.keys(KNOWN) as EventType[]
