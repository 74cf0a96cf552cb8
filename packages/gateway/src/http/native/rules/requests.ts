import type { Reply, RuleAction } from '../../../automation/ports.ts'
import { KurirError } from '../../../core/errors.ts'
import type { MediaId } from '../../../core/media.ts'
import { compileValidator } from '../../validation.ts'
import { invalid } from '../fields.ts'
import { SEND_BODIES, type SendBodyOf } from '../messages/bodies.ts'
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
} from '../messages/contents.ts'
import type { RuleActionInput } from './schema.ts'

/** What the messages of a rule need to be read. */
export interface RuleSurroundings {
  /** Of numbers with a leading 0. */
  countryCode: string
  /** Finds out whether a file may be used; rejects with `media_not_found` where not. */
  findFile: (id: MediaId) => Promise<unknown>
}

type RuleMessageType = Exclude<keyof typeof SEND_BODIES, 'reaction' | 'forward'>
type FileBody = SendBodyOf<'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'>

/** Reads what a rule does. Rejects with `invalid_request`, `invalid_recipient` and `media_not_found`. */
export async function readAction(input: RuleActionInput, surroundings: RuleSurroundings): Promise<RuleAction> {
  const { type, messages, url, webhookkey } = input
  if (type === 'webhook') {
    if (messages !== undefined) throw invalid('/action/messages', 'is for a reply')
    if (url === undefined) throw invalid('/action/url', 'is missing')
    return { type, url, webhookkey: webhookkey ?? null }
  }
  for (const [name, value] of Object.entries({ url, webhookkey })) {
    if (value !== undefined) throw invalid(`/action/${name}`, 'is for a webhook')
  }
  if (messages === undefined) throw invalid('/action/messages', 'is missing')
  const replies: Reply[] = []
  for (const [index, message] of messages.entries()) {
    replies.push(await within(`/action/messages/${index}`, () => readMessage(message, surroundings)))
  }
  return { type, messages: replies }
}

async function readMessage(message: Record<string, unknown>, surroundings: RuleSurroundings): Promise<Reply> {
  const { countryCode } = surroundings
  const body = validate(message)
  switch (body.type) {
    case 'text':
      return { kind: 'content', content: readText(body, countryCode) }
    case 'location':
      return { kind: 'content', content: readLocation(body) }
    case 'contacts':
      return { kind: 'content', content: readContacts(body, countryCode) }
    case 'poll':
      return { kind: 'content', content: readPoll(body) }
    case 'list':
      return { kind: 'content', content: readList(body) }
    case 'buttons':
      if (body.media) throw invalid('/media', 'is not possible in a rule')
      return { kind: 'content', content: readButtons(body, countryCode) }
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return readFileReply(body, surroundings)
    default:
      return body satisfies never
  }
}

const VALIDATORS = new Map(
  Object.entries(SEND_BODIES)
    .filter(([type]) => type !== 'reaction' && type !== 'forward')
    .map(([type, schema]) => [type, compileValidator({ schema, method: 'POST', url: '', httpPart: 'body' })]),
)

/** The message by the form that its type has when it is sent; the recipient is not known before somebody writes. */
function validate(message: Record<string, unknown>): SendBodyOf<RuleMessageType> {
  for (const name of ['to', 'reply_to']) if (name in message) throw invalid(`/${name}`, 'is not known')
  const check = typeof message.type === 'string' ? VALIDATORS.get(message.type) : undefined
  if (!check) throw invalid('/type', `must be one of ${[...VALIDATORS.keys()].join(', ')}`)
  const checked = check({ ...message, to: '0' }) as { error?: Error; value?: unknown }
  if (checked.error) throw checked.error
  return checked.value as SendBodyOf<RuleMessageType>
}

async function readFileReply(body: FileBody, { countryCode, findFile }: RuleSurroundings): Promise<Reply> {
  const { id, url, ...others } = body.media
  const [other] = Object.keys(others)
  if (other !== undefined) throw invalid(`/media/${other}`, 'is not possible in a rule')
  const naming = readNaming('mentions' in body || 'mention_all' in body ? body : {}, countryCode)
  const shown = present({
    caption: 'caption' in body ? body.caption : undefined,
    fileName: 'file_name' in body ? body.file_name : undefined,
    viewOnce: 'view_once' in body && body.view_once ? (true as const) : undefined,
    gif: 'gif' in body && body.gif ? (true as const) : undefined,
    note: 'note' in body && body.note ? (true as const) : undefined,
  })
  if ((id === undefined) === (url === undefined)) throw invalid('/media', 'must have either id or url')
  if (id !== undefined) await findFile(id as MediaId)
  const source = url === undefined ? { id: id as MediaId } : { url }
  return { kind: 'file', type: body.type, source, ...shown, ...naming, ...readForwarded(body) }
}

/** Puts the place of a message before the fields that its faults name. */
async function within<Result>(place: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof KurirError) || error.fields.length === 0) throw error
    const fields = error.fields.map(({ field, message }) => ({ field: place + field, message }))
    const [first] = fields
    throw new KurirError(error.code, first && `${first.field} ${first.message}`, { fields, cause: error })
  }
}
