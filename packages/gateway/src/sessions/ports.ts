import type { Alert } from '../core/alert.ts'
import type { IncomingCall } from '../core/call.ts'
import type { SessionUid, TenantId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { SessionRecord, SessionStatus, StatusReason } from '../core/session.ts'
import type { SessionSettings } from '../core/session-settings.ts'
import type {
  EngineConnection,
  GroupUpdate,
  InboundMessage,
  PastMessage,
  Receipt,
  UndecryptableMessage,
} from '../engine/port.ts'

/** What the sessions room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface SessionStore {
  /** False where the tenant already has a session of this id. */
  createSession(session: SessionRecord): Promise<boolean>
  getSession(tenant: TenantId, id: string): Promise<SessionRecord | undefined>
  getSessionByUid(uid: SessionUid): Promise<SessionRecord | undefined>
  /**
   * By id; `cursor` is the last id of the page before. Over all tenants (null) ids repeat: there the cursor is
   * `<id>/<uid>` of the last one, or sessions of that id are skipped.
   */
  listSessions(tenant: TenantId | null, page: { limit: number; cursor?: string }): Promise<SessionRecord[]>
  /** Sessions that should run, oldest first. */
  listRunnable(): Promise<SessionRecord[]>
  updateSession(uid: SessionUid, patch: SessionPatch): Promise<void>
  /** Sets the status and writes its `session.status` event with the webhook deliveries. Unchanged: writes nothing. */
  setSessionStatus(uid: SessionUid, change: SessionStatusChange): Promise<void>
  /** Lets first messages go again, with a `session.status` event where that is news. */
  liftRestriction(uid: SessionUid, at: number): Promise<void>
  /** Writes the `session.qr` event with the webhook deliveries. */
  recordQr(uid: SessionUid, qr: { text: string; expiresAt: number; at: number }): Promise<void>
  /** Writes the `group.updated` event with the webhook deliveries. */
  recordGroupUpdate(uid: SessionUid, update: GroupUpdate): Promise<void>
  /** Writes the `call.received` event with the webhook deliveries. */
  recordCall(uid: SessionUid, call: IncomingCall): Promise<void>
  /** Writes the event `alert.raised`, or `alert.cleared`, with the webhook deliveries. */
  recordAlert(uid: SessionUid, alert: Alert): Promise<void>
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
  settings?: SessionSettings
}

export interface SessionStatusChange {
  status: SessionStatus
  reason: StatusReason
  at: number
}

/**
 * Where a session's connections and what comes over them go. Calls of one session never overlap, except that
 * messages and receipts may come at any time, also before `onOpen` and after `onClosed`.
 */
export interface SessionTraffic {
  /** Another account than before was paired: nothing that was accepted for the old one may go out by the new one. */
  onAccountChanged(session: SessionUid): Promise<void>
  /** Logged in, and stored as `connected`. */
  onOpen(session: SessionUid, connection: EngineConnection): void
  /** The server has handed over what it kept; receipts among it tell which messages need no second sending. */
  onDrained(session: SessionUid): void
  onClosed(session: SessionUid): void
  /** Resolves when the message is on disk. */
  onMessage(session: SessionUid, message: InboundMessage): Promise<void>
  onUndecryptable(session: SessionUid, message: UndecryptableMessage): Promise<void>
  /** Messages of before the pairing; resolves when they are on disk. */
  onHistory(session: SessionUid, messages: PastMessage[]): Promise<void>
  onReceipt(session: SessionUid, receipt: Receipt): Promise<void>
  /** First messages need not wait any longer. */
  onRestrictionLifted(session: SessionUid): void
  /** Answers a call that was rejected with a text, once however often it is asked. */
  onCallRejected(session: SessionUid, call: IncomingCall, text: string): Promise<void>
}
