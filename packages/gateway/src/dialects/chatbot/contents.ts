import { KurirError } from '../../core/errors.ts'
import type { TenantId } from '../../core/ids.ts'
import type { MediaRef } from '../../core/media.ts'
import type { MediaContent, OutgoingContent } from '../../core/message.ts'
import type { Gateway } from '../../gateway.ts'
import { badField, type Fields } from '../fields.ts'
import { readPhones } from '../numbers.ts'
import { readCaption, readContact, readMediaUrl, readPlace, readText } from './requests.ts'
import type { SentType } from './responses.ts'

/** What is sent, and how the document calls it. */
interface Composed {
  content: OutgoingContent
  type: SentType
}

/** Reads what is to be sent; files are fetched when `fetch` is called, so that what cannot be sent fetches nothing. */
export type Compose = (body: Fields, tenant: TenantId, gateway: Gateway) => Promise<() => Promise<Composed>>

/** A text; the document calls it `text` to a person and `chat` to a group. */
export function textAs(type: Extract<SentType, 'text' | 'chat'>): Compose {
  return async (body) => {
    const text = readText(body)
    return async () => ({ content: { type: 'text', text }, type })
  }
}

export const location: Compose = async (body) => {
  const { latitude, longitude, name } = readPlace(body)
  const named = name === undefined ? {} : { name }
  return async () => ({ content: { type: 'location', latitude, longitude, ...named }, type: 'chat' })
}

/** One card with one number after the other. */
export const contact: Compose = async (body, tenant, gateway) => {
  const { name, numbers } = readContact(body)
  const phones = (await readPhones(gateway, tenant, numbers)).map((number) => {
    if (number === undefined) throw badField('contact.numbers', 'must be phone numbers')
    return { number }
  })
  return async () => ({ content: { type: 'contacts', contacts: [{ name, phones }] }, type: 'vcard' })
}

/** A file, sent as what it is. */
export const media: Compose = async (body, tenant, gateway) => {
  const url = readMediaUrl(body)
  const caption = readCaption(body)
  return async () => {
    const { type, ready } = await asItIs(gateway, tenant, await gateway.media.fromUrl(tenant, url))
    const content: MediaContent = { type, media: ready }
    // A sound has no caption on any phone.
    if (caption !== undefined && type !== 'audio') content.caption = caption
    return { content, type }
  }
}

type FileType = Extract<SentType, 'image' | 'audio' | 'video' | 'document'>

/** The file in its kind's form; one that has none, such as a drawing, is a document. */
async function asItIs(
  gateway: Gateway,
  tenant: TenantId,
  file: MediaRef,
): Promise<{ type: FileType; ready: MediaRef }> {
  const type = kindOf(file.mimetype)
  try {
    return { type, ready: await gateway.media.forMessage(tenant, file.id, type) }
  } catch (error) {
    if (!(error instanceof KurirError && error.code === 'media_not_convertible')) throw error
    return { type: 'document', ready: file }
  }
}

export function kindOf(mimetype: string): FileType {
  const [family] = mimetype.split('/', 1)
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
}
