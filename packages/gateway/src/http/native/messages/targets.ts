import { wordsOf } from '../../../core/content.ts'
import { KurirError } from '../../../core/errors.ts'
import type { MessageId, WaMessageId } from '../../../core/ids.ts'
import { type Jid, jidKind, phoneJid } from '../../../core/jid.ts'
import type { MessageRecord, MessageTarget, Quote } from '../../../core/message.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Gateway } from '../../../gateway.ts'
import { invalid } from '../fields.ts'
import type { TargetInput } from './bodies.ts'
import { readPerson } from './recipients.ts'

/** A message of the session by our id. Rejects with `message_not_found`. */
export async function findMessage(
  gateway: Gateway,
  { tenant, id: session }: SessionRecord,
  id: string,
): Promise<MessageRecord> {
  const message = await gateway.messages.get(tenant, id as MessageId)
  if (message.session !== session) throw new KurirError('message_not_found')
  return message
}

/** The message to answer: by our id it is looked up; anything else is taken for WhatsApp's id. */
export async function readQuote(gateway: Gateway, session: SessionRecord, replyTo: string): Promise<Quote> {
  if (!isOurId(replyTo)) return { waId: replyTo as WaMessageId }
  const quoted = await findMessage(gateway, session, replyTo)
  const author = quoted.fromMe ? ownJid(session, quoted.chat) : quoted.participant
  const text = wordsOf(quoted.content)
  return {
    waId: quoted.waId,
    ...(author ? { participant: author } : {}),
    ...(text === undefined ? {} : { text }),
  }
}

/** What a reaction is to, and its chat where that is known. */
export async function readTarget(
  gateway: Gateway,
  session: SessionRecord,
  input: TargetInput,
  countryCode: string | undefined,
): Promise<{ target: MessageTarget; chat: Jid | undefined }> {
  if (typeof input === 'string') {
    if (!isOurId(input)) throw invalid('/target', 'must be the id of a message, or an object')
    const message = await findMessage(gateway, session, input)
    return { target: targetOf(message), chat: message.chat }
  }
  const { wa_id: waId, from_me: fromMe, participant } = input
  const author = participant === undefined ? undefined : readPerson(participant, countryCode, '/target/participant')
  const target = { waId: waId as WaMessageId, fromMe, ...(author ? { participant: author } : {}) }
  return { target, chat: undefined }
}

/** How another message speaks of this one. */
export function targetOf({ waId, fromMe, participant }: MessageRecord): MessageTarget {
  return { waId, fromMe, ...(participant && !fromMe ? { participant } : {}) }
}

/** The account itself as the members of a chat know it: groups name their members by LID. */
function ownJid({ phone, lid }: SessionRecord, chat: Jid): Jid | undefined {
  const byPhone = phone === null ? undefined : phoneJid(phone)
  return jidKind(chat) === 'user' ? byPhone : (lid ?? byPhone)
}

function isOurId(text: string): boolean {
  return text.startsWith('msg_')
}
