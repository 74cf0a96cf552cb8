import type { Jid } from '../../core/jid.ts'
import type { MediaKind, MediaRef } from '../../core/media.ts'
import type { MediaContent, MessageRecord, OutgoingContent } from '../../core/message.ts'
import type { Gateway } from '../../gateway.ts'
import type { DialectCall, DialectContext } from '../dialect.ts'
import { readChat } from '../numbers.ts'
import { connectedSession, knownAddress, sendAndWait } from '../sending.ts'
import { type Bot, namedBot } from './bot.ts'
import { badRequest } from './errors.ts'
import { type WebMessageInfo, webMessageInfo } from './web-message.ts'

/** Where a bot's message goes. */
export interface Recipient {
  bot: Bot
  /** As the client named it. */
  chat: Jid
  /** As WhatsApp knows it. */
  to: Jid
}

/** The chat that the request names. Rejects where it cannot be written to now, before anything is fetched or sent. */
export async function recipientOf(call: DialectCall, gateway: Gateway, field = 'chatId'): Promise<Recipient> {
  const text = call.fields.word(field)
  if (text === undefined) throw badRequest(`${field} is required`)
  const bot = await namedBot(call, gateway)
  const { tenant, id } = bot.session
  const chat = await readChat(gateway, tenant, text)
  if (!chat) throw badRequest(`${field} is neither a phone number nor a WhatsApp address`)
  await connectedSession(gateway, tenant, id)
  return { bot, chat, to: await knownAddress(gateway, tenant, id, chat) }
}

/** Sends one message and waits until WhatsApp's server has it. Rejects as `sendAndWait` does. */
export function deliver(
  call: DialectCall,
  context: DialectContext,
  { bot, to }: Recipient,
  content: OutgoingContent,
): Promise<MessageRecord> {
  const { tenant, id } = bot.session
  return sendAndWait(context, { tenant, session: id, to, content, claim: call.claim() })
}

/** The message as the document shows one that was sent. */
export async function shownMessage(gateway: Gateway, message: MessageRecord): Promise<WebMessageInfo> {
  return webMessageInfo(message, await gateway.messages.wire(message.tenant, message.id))
}

/** A file as a message of this kind. Rejects with `media_not_convertible`, `media_not_found`. */
export async function fileContent(
  gateway: Gateway,
  { bot }: Pick<Recipient, 'bot'>,
  kind: MediaKind,
  file: MediaRef,
  said: { caption?: string | undefined; fileName?: string | undefined },
): Promise<MediaContent> {
  const media = await gateway.media.forMessage(bot.session.tenant, file.id, kind)
  const { caption, fileName } = said
  return {
    type: kind,
    media,
    ...(caption === undefined || kind === 'audio' || kind === 'voice' ? {} : { caption }),
    ...(fileName === undefined ? {} : { fileName }),
  }
}

/** What a leading 0 of numbers within a message stands for. */
export async function countryCode(gateway: Gateway, { bot }: Pick<Recipient, 'bot'>): Promise<string> {
  return (await gateway.access.getTenant(bot.session.tenant)).countryCode
}
