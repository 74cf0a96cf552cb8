import type { Reply, Rule } from '../../../automation/ports.ts'
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

function presentReply(reply: Reply): { type: string }[] {
  if (reply.kind === 'content') return [reply.content]
  if (reply.kind === 'refused') return []
  const { type, source: media, caption, fileName } = reply
  const file = {
    type,
    media,
    ...(caption === undefined ? {} : { caption }),
    ...(fileName === undefined ? {} : { file_name: fileName }),
  }
  return [file]
}
