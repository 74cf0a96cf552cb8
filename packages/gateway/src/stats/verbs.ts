import type { TenantId } from '../core/ids.ts'

export type StatsWindow = 'hour' | 'day'

/** What happened in one stretch of time. */
export interface StatsBucket {
  /** When it begins. Milliseconds since the epoch. */
  at: number
  received: number
  sent: number
  failed: number
  /** Webhook deliveries that arrived, and that were given up. */
  delivered: number
  dead: number
}

export interface Stats {
  bucketMs: number
  /** Counts of what happened before are not complete. Milliseconds since the epoch. */
  since: number
  /** Oldest first, without gaps. */
  buckets: StatsBucket[]
}

/** What the outside may know of a tenant's traffic. */
export interface StatsVerbs {
  traffic(tenant: TenantId, window: StatsWindow): Promise<Stats>
}
