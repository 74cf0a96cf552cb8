import type { Reply, RuleAction } from '../../../automation/ports.ts'
import { KurirError } from '../../../core/errors.ts'
import type { MediaId } from '../../../core/media.ts'
import type { RuleActionInput, RuleMessageInput } from './schema.ts'

/** Finds out whether a file may be used; rejects with `media_not_found` where not. */
export type FindFile = (id: MediaId) => Promise<unknown>

/** Reads what a rule does. Rejects with `invalid_request` where a field is missing or too many, `media_not_found`. */
export async function readAction(input: RuleActionInput, findFile: FindFile): Promise<RuleAction> {
  const { type, messages, url, webhookkey } = input
  if (type === 'webhook') {
    refuse({ messages }, '/action', 'is for a reply')
    return { type, url: given(url, '/action/url'), webhookkey: webhookkey ?? null }
  }
  refuse({ url, webhookkey }, '/action', 'is for a webhook')
  const replies: Reply[] = []
  for (const [index, message] of given(messages, '/action/messages').entries()) {
    replies.push(await readMessage(message, `/action/messages/${index}`, findFile))
  }
  return { type, messages: replies }
}

async function readMessage(message: RuleMessageInput, field: string, findFile: FindFile): Promise<Reply> {
  const { type, text, latitude, longitude, name, address, media, caption, file_name: fileName } = message
  const place = { latitude, longitude, name, address }
  const file = { media, caption, file_name: fileName }
  switch (type) {
    case 'text':
      refuse({ ...place, ...file }, field, 'is not for a text')
      return { kind: 'content', content: { type, text: given(text, `${field}/text`) } }
    case 'location':
      refuse({ text, ...file }, field, 'is not for a location')
      return {
        kind: 'content',
        content: {
          type,
          latitude: given(latitude, `${field}/latitude`),
          longitude: given(longitude, `${field}/longitude`),
          ...(name === undefined ? {} : { name }),
          ...(address === undefined ? {} : { address }),
        },
      }
    default:
      refuse({ text, ...place }, field, 'is not for a file')
      return {
        kind: 'file',
        type,
        source: await readSource(given(media, `${field}/media`), `${field}/media`, findFile),
        ...(caption === undefined ? {} : { caption }),
        ...(fileName === undefined ? {} : { fileName }),
      }
  }
}

async function readSource(
  { id, url }: NonNullable<RuleMessageInput['media']>,
  field: string,
  findFile: FindFile,
): Promise<{ url: string } | { id: MediaId }> {
  if ((id === undefined) === (url === undefined)) throw fault(field, 'must have either id or url')
  if (url !== undefined) return { url }
  const mediaId = id as MediaId
  await findFile(mediaId)
  return { id: mediaId }
}

function given<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw fault(field, 'is missing')
  return value
}

function refuse(values: Record<string, unknown>, field: string, message: string): void {
  const [name] = Object.entries(values).find(([, value]) => value !== undefined) ?? []
  if (name !== undefined) throw fault(`${field}/${name}`, message)
}

function fault(field: string, message: string): KurirError {
  return new KurirError('invalid_request', `${field} ${message}`, { fields: [{ field, message }] })
}
