import type { Jid } from './jid.ts'

/** What WhatsApp says of a phone number. */
export interface NumberCheck {
  /** As asked. */
  phone: string
  exists: boolean
  /** The address WhatsApp uses, where it exists. */
  jid: Jid | null
  lid: Jid | null
}
