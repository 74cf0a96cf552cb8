import type { AccessVerbs } from './access/verbs.ts'
import type { AlertVerbs } from './alerts/verbs.ts'
import type { AuditVerbs } from './audit/verbs.ts'
import type { AutomationVerbs } from './automation/verbs.ts'
import type { ChatVerbs, GroupVerbs, PersonVerbs } from './chats/verbs.ts'
import type { EventVerbs } from './events/verbs.ts'
import type { ItemStore } from './items/ports.ts'
import type { MediaVerbs } from './media/verbs.ts'
import type { MessageVerbs } from './messages/verbs.ts'
import type { SessionVerbs } from './sessions/verbs.ts'
import type { StatsVerbs } from './stats/verbs.ts'
import type { WebhookVerbs } from './webhooks/verbs.ts'

/** The verbs that the outside may use: one object, no HTTP, no engine. */
export interface Gateway {
  access: AccessVerbs
  sessions: SessionVerbs
  messages: MessageVerbs
  media: MediaVerbs
  chats: ChatVerbs
  groups: GroupVerbs
  persons: PersonVerbs
  webhooks: WebhookVerbs
  automation: AutomationVerbs
  items: ItemStore
  audit: AuditVerbs
  alerts: AlertVerbs
  events: EventVerbs
  stats: StatsVerbs
  /** Whether the process can do its work. */
  health(): { ok: boolean; store: 'ok' | 'failing'; encryption: 'on' | 'off' }
  /**
   * Reads the master keys again and re-wraps all data keys under the first: how many it re-wrapped, and the fingerprint
   * of that first key. Rejects with `unavailable` where nothing is encrypted or the keys cannot be read.
   */
  rotateMasterKey(): Promise<{ rewrapped: number; masterKey: string }>
}
