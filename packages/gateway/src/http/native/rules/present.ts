import type { Reply, Rule } from '../../../automation/ports.ts'
import { jidUser } from '../../../core/jid.ts'
import type { RuleObject } from './schema.ts'

/** Renders a rule. */
export function presentRule(rule: Rule): RuleObject {
  const { id, keyword, match, action, enabled, order, createdAt } = rule
  return {
    id,
    keyword,
    match,
    action:
      action.type === 'reply'
        ? { type: 'reply', messages: action.messages.flatMap(presentReply) }
        : {
            type: 'webhook',
            url: action.url,
            ...(action.webhookkey === null ? {} : { webhookkey: action.webhookkey }),
          },
    enabled,
    order,
    created_at: new Date(createdAt).toISOString(),
  }
}

/** A message as a request has it. */
export function presentReply(reply: Reply): ({ type: string } & Record<string, unknown>)[] {
  if (reply.kind === 'refused') return []
  if (reply.kind === 'content') {
    const { type, ...content } = reply.content
    return [{ type, ...inRequestWords(content) }]
  }
  const { kind: _kind, type, source: media, maxBytes: _maxBytes, ...shown } = reply
  return [{ type, media, ...inRequestWords(shown) }]
}

/** Where requests have other names than the core. */
const REQUEST_WORDS: Record<string, string> = {
  buttonText: 'button_text',
  fileName: 'file_name',
  mentionAll: 'mention_all',
  viewOnce: 'view_once',
}

function inRequestWords(content: object): object {
  const entries = Object.entries(content).map(([name, value]: [string, unknown]) => [
    REQUEST_WORDS[name] ?? name,
    name === 'mentions' && Array.isArray(value) ? value.map(jidUser) : value,
  ])
  return Object.fromEntries(entries) as object
}
