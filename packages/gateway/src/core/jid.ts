declare const brand: unique symbol

/** A WhatsApp address in canonical form: lower case, no device part, `@s.whatsapp.net`, `@lid`, `@g.us`, … */
export type Jid = string & { readonly [brand]: 'Jid' }

export type JidKind = 'user' | 'lid' | 'group' | 'broadcast' | 'newsletter'

const KIND_BY_SERVER: Record<string, JidKind> = {
  's.whatsapp.net': 'user',
  'c.us': 'user',
  lid: 'lid',
  'g.us': 'group',
  broadcast: 'broadcast',
  newsletter: 'newsletter',
}

const CANONICAL_SERVER: Record<JidKind, string> = {
  user: 's.whatsapp.net',
  lid: 'lid',
  group: 'g.us',
  broadcast: 'broadcast',
  newsletter: 'newsletter',
}

/** Parses `user[:device]@server`, dropping the device; undefined where it is no WhatsApp address. */
export function parseJid(text: string): Jid | undefined {
  const match = /^([A-Za-z0-9.\-_]{1,64})(?::\d{1,5})?@([a-z.]{3,20})$/.exec(text.trim())
  const user = match?.[1]
  const kind = match?.[2] && KIND_BY_SERVER[match[2]]
  if (!user || !kind) return undefined
  if (kind === 'user' && !/^\d{5,20}$/.test(user)) return undefined
  return `${user}@${CANONICAL_SERVER[kind]}` as Jid
}

/** The address of a person by phone number; `phone` is digits with the country code. */
export function phoneJid(phone: string): Jid {
  return `${phone}@s.whatsapp.net` as Jid
}

/** Which kind of chat an address names. */
export function jidKind(jid: Jid): JidKind {
  return KIND_BY_SERVER[jid.slice(jid.indexOf('@') + 1)] ?? 'user'
}

/** The part before the `@`: digits of a phone number or LID, or a group's id. */
export function jidUser(jid: Jid): string {
  return jid.slice(0, jid.indexOf('@'))
}

/** The phone number of a person's address, undefined for a LID, a group and the rest. */
export function jidPhone(jid: Jid): string | undefined {
  return jidKind(jid) === 'user' ? jidUser(jid) : undefined
}

/**
 * Reads a number as people write it: everything but digits is dropped and a leading `0` becomes `countryCode`.
 * Undefined unless 5 to 20 digits remain.
 */
export function parsePhone(text: string, countryCode = '62'): string | undefined {
  const digits = text.replace(/\D/g, '')
  const phone = digits.startsWith('0') ? countryCode + digits.slice(1) : digits
  return /^[1-9]\d{4,19}$/.test(phone) ? phone : undefined
}

/** Reads a recipient: an address, or a phone number as people write it. Undefined where it is neither. */
export function parseRecipient(text: string, countryCode?: string): Jid | undefined {
  if (text.includes('@')) return parseJid(text)
  const phone = parsePhone(text, countryCode)
  return phone ? phoneJid(phone) : undefined
}
