import type { proto } from 'baileys'
import { type ContactCard, vcardOf } from '../../../core/contact-card.ts'
import type { ContactsContent } from '../../../core/content.ts'
import { type ComposeContext, withContext, withSecret } from './context.ts'

/** One contact, or several in one message: two different fields of the protocol. */
export function contactsMessage(content: ContactsContent, context: ComposeContext): proto.IMessage {
  const cards = content.contacts.map(cardOf)
  const [only, ...others] = cards
  const info = withContext(content, context)
  return {
    ...(only && others.length === 0
      ? { contactMessage: { ...only, ...info } }
      : { contactsArrayMessage: { displayName: `${cards.length} contacts`, contacts: cards, ...info } }),
    ...withSecret(context),
  }
}

function cardOf(card: ContactCard): proto.Message.IContactMessage {
  return { displayName: card.name, vcard: vcardOf(card) }
}
