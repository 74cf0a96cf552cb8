import type { BodyOf, Describer } from './describer.ts'
import { said } from './describer.ts'

/** One card as shown; `phone` is the number's digits. */
interface ShownCard {
  name?: string
  phone?: string
  vcard?: string
}

export const contact: Describer<BodyOf<'contactMessage'>> = (body) => shown([card(body)])

export const contacts: Describer<BodyOf<'contactsArrayMessage'>> = (body) => shown((body.contacts ?? []).map(card))

/** One or several contacts make the same kind of row; the first is also at the top. */
function shown(cards: ShownCard[]) {
  const { name, phone } = cards[0] ?? {}
  return { type: 'contact', ...said({ name, phone }), contacts: cards }
}

function card({ displayName, vcard }: BodyOf<'contactMessage'>): ShownCard {
  // The number that is an account, else the first telephone line of the card (RFC 2426, 3.3.1).
  const phone = /waid=(\d+)/.exec(vcard ?? '')?.[1] ?? /^(?:item\d+\.)?TEL[^:\n]*:(.+)$/m.exec(vcard ?? '')?.[1]
  return said({ name: displayName, phone: phone?.replace(/\D/g, ''), vcard })
}
