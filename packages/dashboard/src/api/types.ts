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

export type SessionStatus = 'stopped' | 'connecting' | 'qr' | 'connected' | 'disconnected' | 'logged_out'

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

export interface Session {
  id: string
  tenant: string
  name: string | null
  status: SessionStatus
  reason: string
  since: string
  phone: string | null
  push_name: string | null
  proxy: string | null
  metadata: Record<string, unknown>
  created_at: string
  settings?: Settings
}

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

export interface ApiEvent {
  id: string
  seq: number
  type: string
  session: string
  tenant: string
  timestamp: string
  data: unknown
}
