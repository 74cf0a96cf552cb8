import { type Static, Type } from 'typebox'
import { composer } from './composer.ts'

const Contact = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    /** Digits, with or without a plus. */
    phone: Type.String({ pattern: '^\\+?[0-9]{5,20}$' }),
    /** In place of the card made of name and phone. */
    vcard: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

type Card = Static<typeof Contact>

/** One contact. */
export const contact = composer('contact', Contact, (content, { info }) => ({
  message: { contactMessage: { ...card(content), ...info } },
  type: 'media',
  mediatype: 'vcard',
}))

/** Several contacts in one message. */
export const contacts = composer('contacts', Type.Array(Contact, { minItems: 1 }), (content, { info }) => ({
  message: {
    contactsArrayMessage: { displayName: `${content.length} contacts`, contacts: content.map(card), ...info },
  },
  type: 'media',
  mediatype: 'contact_array',
}))

/** A vCard 3.0 (RFC 2426) with the parameter by which WhatsApp recognises the number as an account. */
function card({ name, phone, vcard }: Card) {
  const digits = phone.replace('+', '')
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', `N:;${name};;;`, `FN:${name}`]
  lines.push(`TEL;type=CELL;type=VOICE;waid=${digits}:+${digits}`, 'END:VCARD')
  return { displayName: name, vcard: vcard ?? lines.join('\n') }
}
