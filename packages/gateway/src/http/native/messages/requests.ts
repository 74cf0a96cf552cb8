import type { Caller } from '../../../access/verbs.ts'
import { forwardOf, isMedia } from '../../../core/content.ts'
import { type Jid, jidKind } from '../../../core/jid.ts'
import type { MediaContent, OutgoingContent } from '../../../core/message.ts'
import type { SessionRecord } from '../../../core/session.ts'
import type { Gateway } from '../../../gateway.ts'
import type { SendMessage } from '../../../messages/verbs.ts'
import { invalid, readTime } from '../fields.ts'
import type { SendBody, SendBodyOf } from './bodies.ts'
import {
  present,
  readButtons,
  readContacts,
  readForwarded,
  readList,
  readLocation,
  readNaming,
  readPoll,
  readText,
} from './contents.ts'
import { headerKind, readFile } from './files.ts'
import { countryCodeFor, readRecipient } from './recipients.ts'
import { findMessage, readQuote, readTarget } from './targets.ts'

export interface SendRequest {
  gateway: Gateway
  caller: Caller
  session: SessionRecord
  body: SendBody
}

/**
 * Makes the message to send of a request's body; files that it brings are stored. Rejects with `invalid_recipient`,
 * `invalid_request`, `message_not_found` and the errors of `MediaVerbs`.
 */
export async function readSend(request: SendRequest): Promise<SendMessage> {
  const times = readTimes(request.body, Date.now())
  return { ...(await readMessage(request)), ...times }
}

const YEAR_MS = 366 * 86_400_000

/** When to send; throws `invalid_request` for times that cannot be. */
function readTimes({ send_at, expires_at }: Pick<SendBody, 'send_at' | 'expires_at'>, now: number) {
  const sendAt = send_at === undefined ? undefined : readTime(send_at, '/send_at')
  const expiresAt = expires_at === undefined ? undefined : readTime(expires_at, '/expires_at')
  if (sendAt !== undefined && sendAt > now + YEAR_MS) throw invalid('/send_at', 'must be within a year')
  if (expiresAt !== undefined && expiresAt <= Math.max(now, sendAt ?? now)) {
    throw invalid('/expires_at', 'must be later than now, and than send_at')
  }
  return { ...(sendAt === undefined ? {} : { sendAt }), ...(expiresAt === undefined ? {} : { expiresAt }) }
}

async function readMessage(request: SendRequest): Promise<SendMessage> {
  const { gateway, session, body } = request
  const countryCode = await countryCodeFor(gateway, session.tenant, numbersOf(body))
  if (body.type === 'reaction') return readReaction(request, body, countryCode)
  const to = readRecipient(body.to, countryCode)
  if ('mention_all' in body && body.mention_all && jidKind(to) !== 'group') {
    throw invalid('/mention_all', 'is for groups only')
  }
  const replyTo = 'reply_to' in body ? body.reply_to : undefined
  const quote = replyTo === undefined ? undefined : await readQuote(gateway, session, replyTo)
  const content = await readContent(request, body, countryCode)
  return { to, content, ...(quote ? { quote } : {}) }
}

/** Every number of a body that people may have written with a leading 0. */
function numbersOf(body: SendBody): string[] {
  const numbers = body.to === undefined ? [] : [body.to]
  if ('mentions' in body) numbers.push(...(body.mentions ?? []))
  switch (body.type) {
    case 'contacts':
      return [...numbers, ...body.contacts.flatMap(({ phones = [] }) => phones.map(({ number }) => number))]
    case 'buttons':
      return [...numbers, ...body.buttons.flatMap(({ phone }) => phone ?? [])]
    case 'reaction':
      return [...numbers, ...(typeof body.target === 'string' ? [] : [body.target.participant ?? ''])]
    default:
      return numbers
  }
}

async function readReaction(
  { gateway, session }: SendRequest,
  { to, target: input, emoji }: SendBodyOf<'reaction'>,
  countryCode: string | undefined,
): Promise<SendMessage> {
  const { target, chat } = await readTarget(gateway, session, input, countryCode)
  const named: Jid | undefined = to === undefined ? undefined : readRecipient(to, countryCode)
  const where = chat ?? named
  if (!where) throw invalid('/to', 'is missing')
  return { to: where, content: { type: 'reaction', target, emoji } }
}

function readContent(
  request: SendRequest,
  body: Exclude<SendBody, { type: 'reaction' }>,
  countryCode: string | undefined,
): OutgoingContent | Promise<OutgoingContent> {
  switch (body.type) {
    case 'text':
      return readText(body, countryCode)
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return readMedia(request, body, countryCode)
    case 'location':
      return readLocation(body)
    case 'contacts':
      return readContacts(body, countryCode)
    case 'poll':
      return readPoll(body)
    case 'forward':
      return readForward(request, body)
    case 'list':
      return readList(body)
    case 'buttons':
      return readButtonsWithFile(request, body, countryCode)
    default:
      return body satisfies never
  }
}

type MediaBody = SendBodyOf<'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'>

async function readMedia(
  { gateway, caller }: SendRequest,
  body: MediaBody,
  countryCode: string | undefined,
): Promise<MediaContent> {
  const naming = readNaming('mentions' in body || 'mention_all' in body ? body : {}, countryCode)
  const media = await readFile(gateway, caller, body.media, body.type)
  return {
    type: body.type,
    media,
    ...present({
      caption: 'caption' in body ? body.caption : undefined,
      fileName: 'file_name' in body ? body.file_name : undefined,
      viewOnce: 'view_once' in body && body.view_once ? (true as const) : undefined,
      gif: 'gif' in body && body.gif ? (true as const) : undefined,
      note: 'note' in body && body.note ? (true as const) : undefined,
    }),
    ...naming,
    ...readForwarded(body),
  }
}

async function readButtonsWithFile(
  { gateway, caller }: SendRequest,
  body: SendBodyOf<'buttons'>,
  countryCode: string | undefined,
): Promise<OutgoingContent> {
  const content = readButtons(body, countryCode)
  if (!body.media) return content
  const given = await readFile(gateway, caller, body.media, 'document')
  const kind = headerKind(given)
  const media = kind === 'document' ? given : await gateway.media.forMessage(caller.tenant, given.id, kind)
  return { ...content, media }
}

/** Passes a message on; a file that came with it is sent anew. */
async function readForward(
  { gateway, session, caller }: SendRequest,
  { message: id }: SendBodyOf<'forward'>,
): Promise<OutgoingContent> {
  const message = await findMessage(gateway, session, id)
  const content = forwardOf(message.content)
  if (!content) throw invalid('/message', `is of type ${message.content.type}, which cannot be forwarded`)
  if (!isMedia(content)) return content
  return { ...content, media: await gateway.media.forMessage(caller.tenant, content.media.id, content.type) }
}
