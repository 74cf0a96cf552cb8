import { Type } from 'typebox'
import { nullableText, pageOf, SessionParams } from '../schema.ts'

const names = {
  id: Type.String({ description: 'The phone number’s digits where known, else the LID.' }),
  phone: nullableText({ description: 'Digits.' }),
  lid: nullableText({ description: 'Digits of WhatsApp’s other name of the same person.' }),
  name: nullableText({ description: 'How the person calls himself.' }),
}

export const ContactPage = pageOf(
  Type.Object(names),
  'Persons who wrote to the account, in order of their first message.',
)

export const ContactObject = Type.Object(
  {
    ...names,
    about: nullableText({ description: 'What the person says of himself, where the account may see it.' }),
    picture_url: nullableText({ description: 'The profile picture at WhatsApp, valid for some days.' }),
    blocked: Type.Boolean({ description: 'The account shuts the person out.' }),
  },
  { description: 'The person.' },
)

export const ContactParams = Type.Object({
  ...SessionParams.properties,
  contact: Type.String({ maxLength: 80, description: 'A phone number, or the address of a person.' }),
})

export const BlockedList = Type.Object(
  { data: Type.Array(Type.Object({ id: names.id, phone: names.phone, lid: names.lid })) },
  { description: 'Whom the account shuts out.' },
)
