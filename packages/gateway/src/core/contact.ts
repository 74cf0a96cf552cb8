import { type Jid, jidUser } from './jid.ts'

/** What is known of a person: the phone number and the LID are two names of one. */
export interface PersonCard {
  /** Address by phone number. */
  phone: Jid | null
  lid: Jid | null
  /** How the person calls himself. */
  name: string | null
}

/** Something new about a person who was known before. */
export interface ContactChange {
  before: PersonCard
  now: PersonCard
}

/** A person's addresses as clients see them. */
export interface PersonNamesObject {
  /** The phone number where it is known, else the LID. */
  id: string
  /** Digits. */
  phone: string | null
  /** Digits. */
  lid: string | null
}

/** `data` of `contact.updated`. */
export interface ContactUpdateObject extends PersonNamesObject {
  name: string | null
  /** The name before; null where there was none, and the same as `name` where only an address became known. */
  previous_name: string | null
}

/** Renders a person's addresses for the outside. */
export function presentNames({ phone, lid }: Pick<PersonCard, 'phone' | 'lid'>): PersonNamesObject {
  const digits = { phone: phone && jidUser(phone), lid: lid && jidUser(lid) }
  return { id: digits.phone ?? lid ?? '', ...digits }
}

/** Renders what became known of a person for events. */
export function presentContactUpdate({ now, before }: ContactChange): ContactUpdateObject {
  return { ...presentNames(now), name: now.name, previous_name: before.name }
}
