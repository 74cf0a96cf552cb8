import type { MessageRecord } from '../core/message.ts'
import { isInGroup, senderNumber, wordsIn } from './incoming.ts'
import type { KeywordMatch } from './keyword.ts'
import type { Rule } from './ports.ts'

/** What a rule's webhook is asked (document 004, keyword webhooks). */
export interface HookBody {
  /** The rule's own spelling; empty for a rule that takes every message. */
  keyword: string
  /** What stood behind the keyword's `#`; without arguments the sender, and the text where there is no keyword. */
  data: string[] | { nama: string; nohp: string; pesan?: string }
  webhookkey: string
  /** The sender's number, digits. */
  from: string
  /** Where the message came in a group. */
  group?: string
}

/** Makes the question for a rule's webhook. */
export function hookBody(
  message: MessageRecord,
  rule: Pick<Rule, 'keyword' | 'match'>,
  { args }: KeywordMatch,
  webhookkey: string | null,
): HookBody {
  const from = senderNumber(message)
  const sender = { nama: message.pushName ?? '', nohp: from }
  const data = args ?? (rule.match === 'any' ? { ...sender, pesan: wordsIn(message.content) } : sender)
  return {
    keyword: rule.match === 'any' ? '' : rule.keyword,
    data,
    webhookkey: webhookkey ?? '',
    from,
    ...(isInGroup(message) ? { group: message.chat } : {}),
  }
}
