import type { TenantId } from '../core/ids.ts'
import type { AuditEntry, AuditFilter } from './ports.ts'

/** What the outside may do with the record of what was done. */
export interface AuditVerbs {
  /** Keeps what was done. Never rejects: what was done is done, so a failure is logged. */
  record(done: Omit<AuditEntry, 'id' | 'at'>): Promise<void>
  /** Newest first. */
  list(tenant: TenantId, filter: AuditFilter): Promise<AuditEntry[]>
}
