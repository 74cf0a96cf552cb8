import type { TenantId } from '../core/ids.ts'

/** One thing that was done. */
export interface AuditEntry {
  /** Sorted by time. */
  id: string
  tenant: TenantId
  /** Milliseconds since the epoch. */
  at: number
  /** The key that did it; null where it was done at the phone. */
  actor: string | null
  /** `native`, or the dialect by which it was done; null where by none. */
  api: string | null
  /** Such as `key.created`. */
  action: string
  /** The id of what it was done to; null where it has none. */
  target: string | null
  /** The session that it is about, by its id. */
  session: string | null
  /** Names of the fields that were given, never their values. */
  fields: string[]
}

/** Which entries are listed. */
export interface AuditFilter {
  limit: number
  /** Entries before this one. */
  cursor?: string
  /** An action, or a family of them such as `session.*`. */
  action?: string
  session?: string
  /** Done then or later, milliseconds since the epoch. */
  since?: number
  /** Done earlier. */
  before?: number
}

/** Where entries are kept: each call is one atomic unit, on disk when its promise resolves. Entries are never changed. */
export interface AuditStore {
  append(entry: AuditEntry): Promise<void>
  /** Newest first. */
  list(tenant: TenantId, filter: AuditFilter): Promise<AuditEntry[]>
}
