import type { AutomationSettings } from '../../automation/ports.ts'
import type { Bot } from './bot.ts'

/** What a bot has beside its session and its automation. */
export interface StoredSettings {
  language: string
  multiDevice: boolean
  sendWebhook: boolean
  /** When any setting changed last, milliseconds since the epoch. */
  changedAt: number
}

/** Everything that answers show of a bot. */
export interface BotState<Known extends Bot = Bot> {
  bot: Known
  automation: AutomationSettings
  stored: StoredSettings
}
