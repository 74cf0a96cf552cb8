import { type Jid, jidPhone } from './jid.ts'

/** What WhatsApp says of a phone number. */
export interface NumberCheck {
  /** As asked. */
  phone: string
  exists: boolean
  /** The address WhatsApp uses, where it exists. */
  jid: Jid | null
  lid: Jid | null
}

/** Brazil with and without the ninth digit, Mexico with and without 1, Argentina with and without 9. */
const TWO_WAYS = /^(55\d{10,11}|521?\d{10}|549?\d{10})$/

/** Whether the number may be written in two ways, of which WhatsApp knows an account by one. */
export function isSpelledTwoWays(jid: Jid): boolean {
  const phone = jidPhone(jid)
  return phone !== undefined && TWO_WAYS.test(phone)
}
