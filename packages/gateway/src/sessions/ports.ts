import type { SessionUid, TenantId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { SessionRecord, SessionStatus, StatusReason } from '../core/session.ts'

/** What the sessions room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface SessionStore {
  /** False where the tenant already has a session of this id. */
  createSession(session: SessionRecord): Promise<boolean>
  getSession(tenant: TenantId, id: string): Promise<SessionRecord | undefined>
  getSessionByUid(uid: SessionUid): Promise<SessionRecord | undefined>
  /** By id; `cursor` is the last id of the page before. */
  listSessions(tenant: TenantId | null, page: { limit: number; cursor?: string }): Promise<SessionRecord[]>
  /** Sessions that should run, oldest first. */
  listRunnable(): Promise<SessionRecord[]>
  updateSession(uid: SessionUid, patch: SessionPatch): Promise<void>
  /** Sets the status and writes its `session.status` event with the webhook deliveries. Unchanged: writes nothing. */
  setSessionStatus(uid: SessionUid, change: SessionStatusChange): Promise<void>
  /** Writes the `session.qr` event with the webhook deliveries. */
  recordQr(uid: SessionUid, qr: { text: string; expiresAt: number; at: number }): Promise<void>
  /** Deletes the session with all its rows. */
  deleteSession(uid: SessionUid): Promise<void>
}

export interface SessionPatch {
  name?: string | null
  shouldRun?: boolean
  phone?: string | null
  lid?: Jid | null
  pushName?: string | null
  metadata?: Record<string, unknown>
}

export interface SessionStatusChange {
  status: SessionStatus
  reason: StatusReason
  at: number
}
