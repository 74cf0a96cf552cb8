/** What a person sees of a message's content. Other keys depend on the type. */
export interface ShownContent {
  /** text, image, video, audio, voice, document, sticker, location, contact, poll, reaction, … */
  type: string
  text?: string
  caption?: string
  fileName?: string
  mimetype?: string
  /** Of the decrypted media bytes, hexadecimal. */
  sha256?: string
  [detail: string]: unknown
}

/** What a person sees of one message, as `GET /phones/{phone}/messages` answers it. */
export interface InboxRow extends ShownContent {
  seq: number
  id: string
  /** Phone number of the sender, digits. */
  from: string
  /** Phone number of the other person, or the group's JID. */
  chat: string
  /** Seconds since 1970. */
  timestamp: number
  /** How often this id arrived. */
  copies: number
  /** How many of the copies this phone could not read, even if repaired later. */
  undecryptable: number
}

/** The count of one (chat, sender, id), kept from its first arrival on, readable or not. */
export interface Arrivals {
  copies: number
  undecryptable: number
  retries: number
  /** The sender wrote to the LID; receipts come from there. */
  byLid: boolean
  row: InboxRow | undefined
}
