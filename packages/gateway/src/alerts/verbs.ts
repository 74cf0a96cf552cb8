import type { Alert } from '../core/alert.ts'
import type { TenantId } from '../core/ids.ts'

/** What the outside may know of alerts. */
export interface AlertVerbs {
  /** Those that last, in no order. */
  listOpen(tenant: TenantId): Promise<Alert[]>
}
