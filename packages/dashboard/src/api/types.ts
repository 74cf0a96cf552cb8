import type { components } from 'kurir-client'

type Schemas = components['schemas']

export interface Page<Item> {
  data: Item[]
  next_cursor: string | null
}

export type Scope = 'admin' | 'manage' | 'send' | 'read'

export interface Me {
  tenant: string
  scopes: Scope[]
  session: string | null
  phone_page: string | null
}

export type SessionStatus = Session['status']

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export interface Pacing {
  per_minute?: number
  gap_ms?: number[]
  per_day?: number
}

export interface Settings {
  default_msg: string
  send_default_msg: boolean
  reply_msgs: boolean
  reply_group_msgs: boolean
  reply_unread_msgs: boolean
  active_days: Record<Weekday, boolean>
  active_hours: { from: string; to: string }
  timezone: string
  pacing: Pacing | null
}

export type Session = Schemas['Session']

export interface Qr {
  qr: string
  image: string
  expires_at: string
}

export interface Health {
  ok: boolean
  store: 'ok' | 'failing'
}

export interface Readiness {
  ready: boolean
  sessions: { resumed: number; total: number }
}

export interface Delivery {
  id: string
  webhook: string
  url: string
  event: string
  type: string
  status: 'pending' | 'delivered' | 'dead'
  attempts: number
  due_at: string | null
  last_status: number | null
  last_error: string | null
  created_at: string
  finished_at: string | null
}

export type ApiEvent = Schemas['Event']

export type Webhook = Schemas['Webhook']

export interface TestResult {
  delivered: boolean
  status: number | null
  error: string | null
  took_ms: number
  event: string
}

export interface Key {
  id: string
  name: string
  tenant: string
  scopes: Scope[]
  session: string | null
  dialect: string | null
  created_at: string
}

export interface CreatedKey extends Key {
  key?: string
  client_id?: string
  client_secret?: string
  token?: string
  session_id?: string
  access_token?: string
}

export interface Tenant {
  id: string
  name: string
  country_code: string
  time_zone: string
  quotas: Record<QuotaName, number | null>
  created_at: string
}

export type QuotaName = 'messages_per_month' | 'messages_per_day' | 'number_checks_per_month'

export interface Usage {
  tenant: string
  quotas: { kind: 'messages' | 'number_checks'; period: 'month' | 'day'; used: number; limit: number | null }[]
  sessions: number
  media_bytes: number
}

export type Message = Schemas['Message']

export interface Chat {
  id: string
  name: string | null
  unread: number
  last_message: Message
}

export interface Group {
  id: string
  subject: string
}

export const MATCHES = ['exact', 'prefix', 'contains', 'regex', 'any'] as const
export type Match = (typeof MATCHES)[number]
export type RuleMessage = { type: string } & Record<string, unknown>

export interface Rule {
  id: string
  keyword: string
  match: Match
  action: { type: 'reply' | 'webhook'; messages?: RuleMessage[]; url?: string; webhookkey?: string }
  enabled: boolean
  order: number
}

export interface TriedRules {
  outcome: 'reply' | 'webhook' | 'nothing'
  reason: string | null
  rule: string | null
  messages?: RuleMessage[]
  url?: string
}

export interface StatsBucket {
  at: string
  received: number
  sent: number
  failed: number
  delivered: number
  dead: number
}

export interface Stats {
  bucket_seconds: number
  complete_since: string
  buckets: StatsBucket[]
}
