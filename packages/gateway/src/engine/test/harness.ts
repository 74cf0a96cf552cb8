import type { SessionUid } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import type { Engine } from '../port.ts'

/** A text that a person's phone shows. */
export interface ShownText {
  waId: string
  text: string
}

/** How an engine under test differs from the usual one. */
export type EngineVariant =
  /** Whatever it dials, nobody answers. */
  | 'no-network'
  /** QR codes run out within two seconds. */
  | 'brief-pairing'
  /** The wait for an ack lasts less than a second. */
  | 'brief-ack'

/**
 * The world around an engine under test: WhatsApp's server, phones, and the person who holds them. Methods resolve when
 * the thing has been done on the far side; what it means to the engine may come later.
 */
export interface EngineHarness {
  /** The same engine each time for one variant; sessions of one variant are not known to the other. */
  engine(variant?: EngineVariant): Engine
  /** A session that no engine has seen, with a phone of its own. */
  newSession(): Promise<SessionUid>
  /** The number of the session's own phone, digits. */
  ownPhone(session: SessionUid): string
  /** The session's phone scans what the engine shows. Rejects for a text that is no valid QR. */
  scan(session: SessionUid, qr: string): Promise<void>
  /** The person types the pairing code on the session's phone. */
  enterCode(session: SessionUid, code: string): Promise<void>
  /** The person removes the linked device on the session's phone. */
  unlink(session: SessionUid): Promise<void>
  /** The network cuts the session's connection. */
  cut(session: SessionUid): Promise<void>
  /** The number of a person with an account whom nobody has written to yet, digits. */
  newContact(): Promise<string>
  /** A number without a WhatsApp account, digits. */
  unregistered(): string
  /** A group of the session's phone and the contact. */
  newGroup(session: SessionUid, subject: string, contact: string): Promise<Jid>
  /** Which texts this person was shown, each id once, in order. */
  shownTo(contact: string): Promise<ShownText[]>
  /** The contact writes to the session's phone. Answers the message's id. */
  write(contact: string, session: SessionUid, text: string): Promise<string>
  /** The contact sends a file to the session's phone, as a document. Answers the message's id. */
  writeFile(contact: string, session: SessionUid, bytes: Uint8Array): Promise<string>
  /** The contact opens the message with this id. */
  read(contact: string, waId: string): Promise<void>
  /** The server keeps the acks of the next `count` sends of the session to itself. */
  withholdAcks(session: SessionUid, count: number): Promise<void>
  /** The server refuses the next send of the session with this error code. */
  refuseNext(session: SessionUid, code: string): Promise<void>
  close(): Promise<void>
}
