import type { proto } from 'baileys'
import { badRequest } from '../../world/errors.ts'
import type { KnownMessage } from '../../world/model.ts'
import { isGroupRecord } from '../../world/model.ts'
import type { KindContext } from './composer.ts'

/** The message of this chat with `id` that the phone has sent or been shown. Throws 400 where there is none. */
export function target(id: string, context: Pick<KindContext, 'known' | 'chatJid'>, field: string): KnownMessage {
  const known = context.known(id)
  if (known === undefined) throw badRequest(`${field}: this phone knows no message ${id}`)
  return known
}

/** How the sender names the author of a message: by LID in groups, else by phone number. */
export function authorJid({ sender }: KnownMessage, context: Pick<KindContext, 'chat'>): string {
  return isGroupRecord(context.chat) ? sender.lidJid() : sender.jid()
}

/** The key of a message as its chat and this phone see it. */
export function keyOf(
  known: KnownMessage,
  context: Pick<KindContext, 'chat' | 'chatJid' | 'sender'>,
): proto.IMessageKey {
  const fromMe = known.sender === context.sender
  const key = { remoteJid: context.chatJid, fromMe, id: known.id }
  return isGroupRecord(context.chat) && !fromMe ? { ...key, participant: authorJid(known, context) } : key
}
