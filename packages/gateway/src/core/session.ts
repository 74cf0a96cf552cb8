import type { SessionUid, TenantId } from './ids.ts'
import type { Jid } from './jid.ts'
import type { Restriction } from './restriction.ts'
import { presentProxy, type SessionSettings } from './session-settings.ts'

export type SessionStatus = 'stopped' | 'connecting' | 'qr' | 'connected' | 'disconnected' | 'logged_out'

/** Why a session is in its status; stable words that clients may compare. */
export const STATUS_REASONS = [
  'created',
  'requested',
  'resumed',
  'pairing',
  'restart_required',
  'connection_lost',
  'network_unreachable',
  'replaced',
  'unlinked',
  'logout',
  'pairing_timeout',
  'unresponsive',
] as const
export type StatusReason = (typeof STATUS_REASONS)[number]

/** A WhatsApp account behind the gateway. Times are milliseconds since the epoch. */
export interface SessionRecord {
  uid: SessionUid
  tenant: TenantId
  /** Chosen by the client or made by the server; unique in its tenant. */
  id: string
  name: string | null
  /** Whether the session should be connected: what a start after a crash goes by. */
  shouldRun: boolean
  status: SessionStatus
  reason: StatusReason
  since: number
  /** Digits, once paired. */
  phone: string | null
  lid: Jid | null
  pushName: string | null
  metadata: Record<string, unknown>
  settings: SessionSettings
  /** Why first messages to people wait; null where they do not, and in the past where they do no longer. */
  restriction: Restriction | null
  createdAt: number
}

/** Whether a message for this session may be accepted now (native-api: only these three refuse). */
export function acceptsMessages(status: SessionStatus): boolean {
  return status !== 'stopped' && status !== 'qr' && status !== 'logged_out'
}

/** The session as answers and events show it (native-api). */
export interface SessionObject {
  id: string
  tenant: string
  name: string | null
  status: SessionStatus
  reason: StatusReason
  since: string
  phone: string | null
  push_name: string | null
  /** `restricted` until the time beside it: first messages to people wait. */
  health: 'ok' | 'restricted'
  restricted_until: string | null
  /** Without its password. */
  proxy: string | null
  metadata: Record<string, unknown>
  created_at: string
}

/** Renders a session for answers and events, as it is at `now` (milliseconds since the epoch). */
export function presentSession(session: SessionRecord, now: number): SessionObject {
  const until = session.restriction && session.restriction.until > now ? session.restriction.until : null
  return {
    id: session.id,
    tenant: session.tenant,
    name: session.name,
    status: session.status,
    reason: session.reason,
    since: new Date(session.since).toISOString(),
    phone: session.phone,
    push_name: session.pushName,
    health: until === null ? 'ok' : 'restricted',
    restricted_until: until === null ? null : new Date(until).toISOString(),
    proxy: presentProxy(session.settings),
    metadata: session.metadata,
    created_at: new Date(session.createdAt).toISOString(),
  }
}
