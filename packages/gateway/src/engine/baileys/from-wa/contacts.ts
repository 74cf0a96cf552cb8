import type { proto } from 'baileys'
import { readVcard } from '../../../core/contact-card.ts'
import { marksOf, type Reader, type ReadPart } from './reader.ts'

type ContactPart = proto.Message.IContactMessage

/** One contact. */
export const readContact: Reader<ContactPart> = (part) => read([part], part.contextInfo)

/** Several contacts in one message. */
export const readContacts: Reader<proto.Message.IContactsArrayMessage> = (part) =>
  read(part.contacts ?? [], part.contextInfo)

function read(parts: ContactPart[], info: proto.IContextInfo | null | undefined): ReadPart {
  const { forwarded } = marksOf(info)
  const contacts = parts.map(({ vcard, displayName }) => readVcard(vcard ?? '', displayName))
  return { content: { type: 'contacts', contacts, ...(forwarded ? { forwarded } : {}) } }
}
