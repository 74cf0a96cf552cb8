import type { AccessStore } from '../access/ports.ts'
import type { AutomationStore } from '../automation/ports.ts'
import type { ChatStore, PersonStore } from '../chats/ports.ts'
import type { StoreStats } from '../core/stats.ts'
import type { AuthStore } from '../engine/baileys/auth-port.ts'
import type { EventStore } from '../events/ports.ts'
import type { ItemStore } from '../items/ports.ts'
import type { MediaStore } from '../media/ports.ts'
import type { MessageStore } from '../messages/ports.ts'
import type { SessionStore } from '../sessions/ports.ts'
import type { WebhookStore } from '../webhooks/ports.ts'

/** Everything on disk, by the port of the room that needs it. Every implementation passes `conformance.ts`. */
export interface Store {
  sessions: SessionStore
  messages: MessageStore
  chats: ChatStore
  persons: PersonStore
  media: MediaStore
  webhooks: WebhookStore
  automation: AutomationStore
  access: AccessStore
  items: ItemStore
  events: EventStore
  auth: AuthStore
  /** Whether the last write went through; `error` is the database's code where not. It is tried again by itself. */
  health(): StoreHealth
  /** Counts over all tenants, and of the events after a row (null: none). */
  stats(afterEventRow: number | null): Promise<StoreStats>
  /**
   * Deletes what has outlived its use, in small transactions: answers, tokens and journal rows, and with `days` what is
   * older than that. Nothing that is unfinished goes: messages that wait to be sent or answered, events that wait to be
   * delivered, and messages of the last 14 days. `now` in milliseconds. A call while another is at work gets its answer.
   */
  prune(now: number, days?: RetentionDays): Promise<Pruned>
  /** Stores what was handed over and takes nothing more. Safe to call again. */
  close(): Promise<void>
  /** Encryption at rest. */
  encryption: Encryption
}

interface Encryption {
  isOn: boolean
  /**
   * Reads the master keys again and re-wraps all data keys under the first, while all else goes on. Answers how many
   * it re-wrapped; 0 without encryption.
   */
  rotate(): Promise<number>
  /** The fingerprint of the master key that wraps; empty without encryption. */
  masterKey(): string
}

interface StoreHealth {
  ok: boolean
  error: string | null
}

/** How many days each is kept; 0 for ever. */
export interface RetentionDays {
  /** Since the last change of their status; fewer than 14 are taken as 14. */
  messages: number
  /** Since they happened. The deliveries of an event go with it. */
  events: number
  /** Since they ended. */
  deliveries: number
  audit: number
}

export const KEEP_ALL: RetentionDays = { messages: 0, events: 0, deliveries: 0, audit: 0 }

/** Rows deleted. */
export interface Pruned {
  messages: number
  events: number
  /** Those that did not go with their event. */
  deliveries: number
  audit: number
  answers: number
  journal: number
  tokens: number
  /** Endpoints of messages. */
  targets: number
}
