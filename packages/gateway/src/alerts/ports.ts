import type { Alert } from '../core/alert.ts'
import type { TenantId } from '../core/ids.ts'
import type { SessionRecord } from '../core/session.ts'

/** What the alerts room needs of the store. Each call is one atomic unit, on disk when its promise resolves. */
export interface AlertStore {
  /** All sessions of all tenants, each once. */
  sessions(): AsyncIterable<SessionRecord>
  /** The alert of this key as it was kept last, undefined where there never was one. */
  get(tenant: TenantId, key: string): Promise<Alert | undefined>
  /** Writes `alert.raised` or `alert.cleared` with the webhook deliveries, and keeps the alert by its key. */
  save(key: string, alert: Alert): Promise<void>
  webhookExists(tenant: TenantId, id: string): Promise<boolean>
  /** Those that last. */
  listOpen(tenant: TenantId): Promise<Alert[]>
}
