/** What the store holds that an operator watches, over all tenants. */
export interface StoreStats {
  sessions: { status: string; count: number }[]
  /** Messages that are accepted and not sent yet. `oldestAt` in milliseconds since the epoch; null where none waits. */
  outbox: { waiting: number; oldestAt: number | null }
  /** Webhook deliveries that have not ended; `oldestDueAt` is when the first of them is or was due. */
  deliveries: { pending: number; oldestDueAt: number | null }
  /** Events stored after the row that was asked for. */
  events: { type: string; count: number }[]
  /** The last event's row. */
  eventRow: number
}
