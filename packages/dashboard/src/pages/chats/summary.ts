import type { Message } from '../../api/types.ts'

/** Names of kinds of messages that may have no words of their own. */
export type KindNames = Record<string, string>

/** A message in a line. */
export function summaryOf(message: Message, kinds: KindNames): string {
  const words =
    message.text ??
    message.caption ??
    message.poll?.question ??
    message.emoji ??
    message.reply?.title ??
    message.location?.name ??
    message.contacts?.map(({ name }) => name).join(', ') ??
    message.media?.file_name ??
    ''
  const kind = message.type === 'text' ? '' : (kinds[message.type] ?? message.type)
  return [kind, words].filter(Boolean).join(': ')
}
