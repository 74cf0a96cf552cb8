import type { Static } from 'typebox'
import { KurirError } from '../../../core/errors.ts'
import type { MessageId, TenantId, WaMessageId } from '../../../core/ids.ts'
import { type Jid, jidKind, parseRecipient } from '../../../core/jid.ts'
import type { TextContent } from '../../../core/message.ts'
import type { Gateway } from '../../../gateway.ts'
import type { SendMessage } from '../../../messages/verbs.ts'
import type { SendBody } from './schema.ts'

/** Kinds that the API will take and does not yet; said apart, so that nobody takes them for spelling mistakes. */
const LATER_TYPES = [
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
  'location',
  'contacts',
  'poll',
  'list',
  'buttons',
  'reaction',
  'forward',
]

/** Throws `invalid_request` for a kind of message that is planned only. */
export function refuseLaterTypes(body: unknown): void {
  const { type } = (body ?? {}) as { type?: unknown }
  if (typeof type !== 'string' || !LATER_TYPES.includes(type)) return
  throw new KurirError('invalid_request', `Messages of type "${type}" are not supported yet`, {
    fields: [{ field: '/type', message: 'is not supported yet' }],
  })
}

/** Makes the message to send of a request's body. Rejects with `invalid_recipient`, `message_not_found`. */
export async function readSend(
  gateway: Gateway,
  tenant: TenantId,
  session: string,
  body: Static<typeof SendBody>,
): Promise<SendMessage> {
  const addresses = [body.to, ...(body.mentions ?? [])]
  const countryCode = await countryCodeFor(gateway, tenant, addresses)
  const content: TextContent = { type: 'text', text: body.text }
  if (body.mentions) content.mentions = body.mentions.map((text, index) => readPerson(text, countryCode, index))
  return {
    to: readRecipient(body.to, countryCode),
    content,
    ...(body.reply_to ? { quote: await readQuote(gateway, tenant, session, body.reply_to) } : {}),
  }
}

/** The tenant's country code where one of the numbers needs it: those with a leading 0. */
export async function countryCodeFor(
  gateway: Gateway,
  tenant: TenantId,
  numbers: readonly string[],
): Promise<string | undefined> {
  const isNeeded = numbers.some((number) => !number.includes('@') && /^\D*0/.test(number))
  return isNeeded ? (await gateway.access.getTenant(tenant)).countryCode : undefined
}

/** The chat that a number or address names. Throws `invalid_recipient`. */
export function readRecipient(text: string, countryCode: string | undefined, field = '/to'): Jid {
  const jid = parseRecipient(text, countryCode)
  const kind = jid && jidKind(jid)
  if (jid && (kind === 'user' || kind === 'lid' || kind === 'group')) return jid
  throw new KurirError('invalid_recipient', undefined, {
    fields: [{ field, message: 'must be a phone number with its country code, or an address of a person or group' }],
  })
}

function readPerson(text: string, countryCode: string | undefined, index: number): Jid {
  const field = `/mentions/${index}`
  const jid = readRecipient(text, countryCode, field)
  if (jidKind(jid) !== 'group') return jid
  throw new KurirError('invalid_recipient', undefined, { fields: [{ field, message: 'must be a person' }] })
}

/** A message by our id is looked up; anything else is taken for WhatsApp's id. */
async function readQuote(
  gateway: Gateway,
  tenant: TenantId,
  session: string,
  replyTo: string,
): Promise<NonNullable<SendMessage['quote']>> {
  if (!replyTo.startsWith('msg_')) return { waId: replyTo as WaMessageId }
  const quoted = await gateway.messages.get(tenant, replyTo as MessageId)
  if (quoted.session !== session) throw new KurirError('message_not_found')
  return { waId: quoted.waId, ...(quoted.participant ? { participant: quoted.participant } : {}) }
}
