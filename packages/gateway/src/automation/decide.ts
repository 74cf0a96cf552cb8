import type { MessageRecord } from '../core/message.ts'
import { isActive } from './active-time.ts'
import { isInGroup, senderNumber, wordsIn } from './incoming.ts'
import { type KeywordMatch, matchKeyword } from './keyword.ts'
import { type LocalTime, readTimeZone } from './local-time.ts'
import { type PatternCache, PatternError } from './pattern.ts'
import type { AutomationSettings, Reply, Rule } from './ports.ts'
import { isDefaultOn } from './settings.ts'
import { fillTemplate } from './template.ts'

/** A message to decide on. `at`: when it came, milliseconds since the epoch. */
export interface Question {
  message: MessageRecord
  offline: boolean
  at: number
}

/** Why a message is not answered; stable words. */
export const SILENT_REASONS = [
  'unknown_time_zone',
  'switched_off',
  'group',
  'unread',
  'inactive_hours',
  'no_rule',
] as const
type SilentReason = (typeof SILENT_REASONS)[number]

export type Decision =
  | { kind: 'nothing'; reason: SilentReason }
  /** `rule` is null where the default message is meant. */
  | { kind: 'replies'; rule: Rule | null; replies: Reply[] }
  | { kind: 'webhook'; rule: Rule; url: string; webhookkey: string | null; match: KeywordMatch }

/** How a session answers: its settings, and its rules that are enabled, in their order. */
export interface Ways {
  settings: AutomationSettings
  rules: readonly Rule[]
  patterns: PatternCache
  /** 0 (inclusive) to 1 (exclusive). */
  random: () => number
}

/** What is to be done with a message. Asks nobody and changes nothing. */
export function decide(question: Question, ways: Ways): Decision {
  const { settings } = ways
  const now = readTimeZone(settings.timeZone)?.(question.at)
  if (!now) return { kind: 'nothing', reason: 'unknown_time_zone' }
  const reason = whySilent(question, settings, now)
  if (reason) return { kind: 'nothing', reason }
  const text = wordsIn(question.message.content)
  for (const rule of ways.rules) {
    const match = matchOf(rule, text, ways.patterns)
    if (match) return obey(rule, match)
  }
  if (!isDefaultOn(settings)) return { kind: 'nothing', reason: 'no_rule' }
  return { kind: 'replies', rule: null, replies: [defaultReply(question, ways, now)] }
}

function whySilent(
  { message, offline }: Question,
  settings: AutomationSettings,
  now: LocalTime,
): SilentReason | undefined {
  if (!settings.replyMessages) return 'switched_off'
  if (isInGroup(message) && !settings.replyGroupMessages) return 'group'
  if (offline && !settings.replyUnreadMessages) return 'unread'
  if (!isActive(settings, now)) return 'inactive_hours'
  return undefined
}

/** An expression that the library of an earlier release took and this one refuses matches nothing. */
function matchOf(rule: Rule, text: string, patterns: PatternCache): KeywordMatch | undefined {
  try {
    return matchKeyword(rule, text, patterns)
  } catch (error) {
    if (error instanceof PatternError) return undefined
    throw error
  }
}

function obey(rule: Rule, match: KeywordMatch): Decision {
  const { action } = rule
  if (action.type === 'reply') return { kind: 'replies', rule, replies: action.messages }
  return { kind: 'webhook', rule, url: action.url, webhookkey: action.webhookkey, match }
}

function defaultReply({ message }: Question, { settings, random }: Ways, now: LocalTime): Reply {
  const number = senderNumber(message)
  const values = { name: message.pushName ?? number, number, time: now.time, date: now.date }
  return {
    kind: 'content',
    content: { type: 'text', text: fillTemplate(settings.defaultMessage, values, random) },
  }
}
