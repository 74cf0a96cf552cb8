import type { TenantId } from '../core/ids.ts'
import type { SessionRecord } from '../core/session.ts'
import type { CallSettings, Pacing } from '../core/session-settings.ts'
import type { GroupSummary, NumberCheck } from '../engine/port.ts'

/** What the outside may do with sessions. Every verb rejects with `session_not_found` for an id the tenant has not. */
export interface SessionVerbs {
  /**
   * Creates a session and, unless told otherwise, starts it. Without `id` a UUID is made. Rejects with
   * `session_exists`, `invalid_request`, `url_not_allowed`.
   */
  create(tenant: TenantId, input: CreateSession): Promise<SessionRecord>
  get(tenant: TenantId, id: string): Promise<SessionRecord>
  /** Whether another tenant has a session of this id. */
  isForeign(tenant: TenantId, id: string): Promise<boolean>
  list(tenant: TenantId | null, page: { limit: number; cursor?: string }): Promise<SessionRecord[]>
  /**
   * Creates a session of an account that another program of the engine's library has paired, and starts it: nobody
   * scans a code. `files` are that program's, by name. Rejects with `invalid_request` (and makes nothing) where they are
   * no such account's.
   */
  importSession(
    tenant: TenantId,
    input: Pick<CreateSession, 'id' | 'name'>,
    files: ReadonlyMap<string, unknown>,
  ): Promise<SessionRecord>
  /** Lets first messages to people go again, before the time that the gateway has set. */
  liftRestriction(tenant: TenantId, id: string): Promise<SessionRecord>
  /** A session that runs is connected again where its proxy changes. Rejects with `url_not_allowed`. */
  update(tenant: TenantId, id: string, patch: UpdateSession): Promise<SessionRecord>
  /** Logs out where connected, then deletes the session and all its rows. */
  remove(tenant: TenantId, id: string): Promise<void>
  /** Does nothing where it runs already. */
  start(tenant: TenantId, id: string): Promise<SessionRecord>
  stop(tenant: TenantId, id: string): Promise<SessionRecord>
  restart(tenant: TenantId, id: string): Promise<SessionRecord>
  /** Unlinks the device and wipes its keys; the session stays, `logged_out`. */
  logout(tenant: TenantId, id: string): Promise<SessionRecord>
  /** The QR to scan now. Rejects with `qr_not_ready` or `already_connected`. */
  qr(tenant: TenantId, id: string): Promise<PairingQr>
  /** Calls back with the present QR, each new one and every change of status; the result stops it. */
  watchPairing(tenant: TenantId, id: string, listener: (news: PairingNews) => void): Promise<() => void>
  /** The code to type on the phone `phone` (digits). Rejects with `already_connected`, `qr_not_ready`. */
  pairingCode(tenant: TenantId, id: string, phone: string): Promise<string>
  /** `numbers` are digits. Rejects with `session_not_connected`. */
  checkNumbers(tenant: TenantId, id: string, numbers: string[]): Promise<NumberCheck[]>
  groups(tenant: TenantId, id: string): Promise<GroupSummary[]>
  /** How far the resuming of sessions after a process start has come. */
  readiness(): { resumed: number; total: number }
}

export interface CreateSession {
  id?: string
  name?: string
  metadata?: Record<string, unknown>
  /** `http://`, `https://` or `socks5://` URL, with user name and password where it wants them. */
  proxy?: string
  /** Default: none. */
  pacing?: Pacing | null
  /** Default: they just ring. */
  calls?: CallSettings | null
  /** False leaves it stopped until `start`. */
  isStarted?: boolean
}

export interface UpdateSession {
  name?: string | null
  metadata?: Record<string, unknown>
  /** Null: none. */
  proxy?: string | null
  /** Takes the place of the former one as a whole; null: none. */
  pacing?: Pacing | null
  /** The same. */
  calls?: CallSettings | null
}

export interface PairingQr {
  /** The text to put into a QR code. */
  text: string
  /** Milliseconds since the epoch. */
  expiresAt: number
}

export type PairingNews = { kind: 'qr'; qr: PairingQr } | { kind: 'status'; session: SessionRecord }
