import { randomBytes } from 'node:crypto'
import type { ContactCard } from '../../core/contact-card.ts'
import { KurirError } from '../../core/errors.ts'
import type { TenantId } from '../../core/ids.ts'
import type { MediaRef } from '../../core/media.ts'
import type { Gateway } from '../../gateway.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, json } from '../dialect.ts'
import { BOTS } from './bot.ts'
import { readContact } from './contents.ts'
import { badRequest } from './errors.ts'
import { success } from './responses.ts'

/** Keeps a file for `attachments` of `POST /whatsapp/message`. */
export async function addFile({ caller, files }: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const [file, ...others] = files
  if (!file || others.length > 0) throw badRequest('One file is required')
  const { id: media, mimetype, size } = file.media
  const _id = await keep(gateway, caller.tenant, 'file', { media })
  return json(200, success('File uploaded successfully', { _id, filename: file.fileName, mimetype, size }))
}

/** Keeps a contact for `contactId` of `POST /whatsapp/message`. */
export async function addContact(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { tenant } = call.caller
  const fields = call.fields.group('vcard') ?? call.fields
  const card = readContact(fields, (await gateway.access.getTenant(tenant)).countryCode)
  const _id = await keep(gateway, tenant, 'contact', card)
  return json(200, success('Contact created successfully', { _id, displayName: card.name, vcard: card.vcard }))
}

async function keep(gateway: Gateway, tenant: TenantId, kind: string, value: unknown): Promise<string> {
  const id = randomBytes(12).toString('hex')
  await gateway.items.saveItem({ tenant, dialect: BOTS, kind, id, session: null, value, changedAt: Date.now() })
  return id
}

/** Rejects with `media_not_found`. */
export async function keptFile(gateway: Gateway, tenant: TenantId, id: string): Promise<MediaRef> {
  const item = await gateway.items.getItem({ tenant, dialect: BOTS, kind: 'file', id })
  if (!item) throw new KurirError('media_not_found', `There is no file ${id}`)
  return gateway.media.get(tenant, (item.value as { media: MediaRef['id'] }).media)
}

/** Rejects with `not_found`. */
export async function keptContact(gateway: Gateway, tenant: TenantId, id: string): Promise<ContactCard> {
  const item = await gateway.items.getItem({ tenant, dialect: BOTS, kind: 'contact', id })
  if (!item) throw new KurirError('not_found', `There is no contact ${id}`)
  return item.value as ContactCard
}
