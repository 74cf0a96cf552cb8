import type { Readable } from 'node:stream'
import type { IncomingCall } from '../core/call.ts'
import type { GroupSummary, GroupUpdate, ParticipantChange, ParticipantResult } from '../core/group.ts'
import type { SessionUid, WaMessageId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { MediaId, MediaTraits, RemoteMedia } from '../core/media.ts'
import type { IncomingContent, OutgoingContent, OutgoingStatus, Quote } from '../core/message.ts'
import type { NumberCheck } from '../core/number.ts'

export type { GroupSummary, GroupUpdate, NumberCheck }

/**
 * What the gateway needs of a library that speaks WhatsApp. Required and small; what only some engines can do is
 * declared in `capabilities.ts`. `conformance.ts` is the suite that every engine passes.
 */
export interface Engine {
  readonly name: string
  /** A fresh stanza id, in the form that this engine's clients use. */
  newMessageId(): WaMessageId
  /**
   * The final protobuf bytes of a content for the chat `to` that needs no network, undefined for one with a file (see
   * {@link EngineConnection.prepare}). Random parts (message secret) are drawn here, so the bytes must be stored:
   * composing again makes a different message.
   */
  compose(content: OutgoingContent, quote: Quote | null, to: Jid): Uint8Array | undefined
  /**
   * What the final bytes of a message say, as JSON in the words of WhatsApp's protobuf: bytes as base64, 64-bit numbers
   * as texts, enumerations as numbers; without what only serves the protocol (secrets of the message context).
   */
  describe(bytes: Uint8Array): Record<string, unknown>
  /**
   * Opens one connection for the session and returns at once; what happens is told to `sink`. Ends with exactly one
   * `onClosed`. The caller opens the next connection; an engine never reconnects by itself.
   */
  connect(session: SessionUid, sink: EngineSink, options: ConnectOptions): EngineConnection
  /** Whether the session holds credentials that a phone has accepted. */
  isPaired(session: SessionUid): Promise<boolean>
  /** Deletes all credentials and keys of the session. */
  forget(session: SessionUid): Promise<void>
  /**
   * The file of a received message, decrypted; needs no connection. Bytes are verified as they go by, so nothing may be
   * used before the stream has ended. Rejects, or ends the stream, with {@link DownloadFailed}.
   */
  download(remote: RemoteMedia, options?: ConnectOptions): Promise<Readable>
}

/** Where an engine gets the files of the messages that it prepares. */
export interface FileSource {
  /** Rejects with {@link FileMissing} where there is no such file any more. */
  open(id: MediaId): Promise<SourceFile>
}

/** A file that stays where it is while the message is being prepared. */
export interface SourceFile {
  /** Bytes. */
  size: number
  mimetype: string
  traits: MediaTraits
  /** A new stream of its bytes; fails with code `ENOENT` where the file has gone. */
  read(): Readable
}

export interface ConnectOptions {
  /** `http://`, `https://` or `socks5://` URL that this session's connection goes through. */
  proxy?: string
}

/** One connection, from `connect` to `onClosed`. Every method rejects with {@link ConnectionLost} once it is closed. */
export interface EngineConnection {
  /**
   * Encrypts the bytes, commits the ratchet, writes the stanza and waits for the server's ack. May be called again
   * with the same id and bytes on a later connection. Rejects with {@link ConnectionLost} or {@link AckTimeout} when
   * nobody can tell whether the server has it.
   */
  send(message: OutboundMessage): Promise<SendOutcome>
  /**
   * Uploads the files of a content and makes the final bytes of the message, as `compose` does for the others; to be
   * stored before they are sent. Rejects with {@link FileMissing}, {@link UploadFailed} or {@link ConnectionLost}.
   */
  prepare(content: OutgoingContent, quote: Quote | null, to: Jid, files: FileSource): Promise<Uint8Array>
  /** The 8-character code to type on the phone `phone` (digits). Only while the session is unpaired and has a QR. */
  requestPairingCode(phone: string): Promise<string>
  /** Which of the numbers (digits) WhatsApp knows, in the order asked. */
  checkNumbers(phones: string[]): Promise<NumberCheck[]>
  groups(): Promise<GroupSummary[]>
  readonly groupActions: GroupActions
  readonly chatActions: ChatActions
  readonly contactActions: ContactActions
  /** Removes this linked device from the account, then closes with `logged_out`. */
  logout(): Promise<void>
  /** When the last frame came from the server, milliseconds since the epoch; 0 before the first. */
  lastFrameAt(): number
  /** Asks the server for a sign of life; rejects when none comes within `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>
  /** Closes the connection and resolves when `onClosed({ kind: 'stopped' })` was called. Safe to call again. */
  close(): Promise<void>
}

/** What the account may do with groups. Besides, all reject with {@link Refused} and {@link AckTimeout}. */
export interface GroupActions {
  get(group: Jid): Promise<GroupSummary>
  /** Who could not be added is not among the participants of the answer. */
  create(subject: string, participants: Jid[]): Promise<GroupSummary>
  rename(group: Jid, subject: string): Promise<void>
  /** One entry for each person, as the group names him. */
  change(group: Jid, change: ParticipantChange, participants: Jid[]): Promise<ParticipantResult[]>
  /** The last part of `https://chat.whatsapp.com/<code>`. */
  inviteCode(group: Jid): Promise<string>
  /** The old link is worthless from then on. */
  renewInvite(group: Jid): Promise<string>
  leave(group: Jid): Promise<void>
}

export type TypingState = 'composing' | 'recording' | 'paused'

/** Names a received message within its chat. */
export interface MessageRef {
  waId: WaMessageId
  /** The sender in a group. */
  participant: Jid | null
}

export interface Presence {
  /** `unknown`: the server said nothing, as it does of people who do not show it. */
  state: 'available' | 'unavailable' | 'unknown'
  /** Milliseconds since the epoch, where the person shows it. */
  lastSeen: number | null
}

/** What the account may show in chats. */
export interface ChatActions {
  /** Tells the senders that their messages were read, as far as the account's privacy lets them know. */
  markRead(chat: Jid, messages: readonly MessageRef[]): Promise<void>
  setTyping(chat: Jid, state: TypingState): Promise<void>
  /** Stops the ringing; the caller sees that it was rejected. `from` as the call names him. */
  rejectCall(id: string, from: Jid): Promise<void>
  /** Asks for somebody's presence. */
  presence(person: Jid): Promise<Presence>
}

/** What a person shows of himself; null where there is nothing, or nothing that this account may see. */
export interface ContactProfile {
  about: string | null
  /** At WhatsApp; valid for some days. */
  pictureUrl: string | null
}

/** What the account may ask of persons and do about them. Besides, all reject with {@link Refused} and {@link AckTimeout}. */
export interface ContactActions {
  profile(person: Jid): Promise<ContactProfile>
  /** Somebody who is blocked cannot write to the account or call it. */
  setBlocked(person: Jid, blocked: boolean): Promise<void>
  /** Whom the account shuts out; by phone number where it is known. */
  blocked(): Promise<Jid[]>
}

/** What a connection tells. The methods that return a promise are awaited before the next one of their kind. */
export interface EngineSink {
  /** A new QR text to show; valid until `expiresAt` (milliseconds since the epoch). */
  onQr(qr: { text: string; expiresAt: number }): void
  /** The phone has accepted this device. The connection closes with `restart_required` next. */
  onPaired(identity: AccountIdentity): void
  /** Logged in: messages can be sent. */
  onOpen(identity: AccountIdentity): void
  /** The server has handed over everything that it kept while the session was away. */
  onDrained(): void
  onClosed(reason: CloseReason): void
  /**
   * A decrypted message, already journalled on disk, in order of arrival per chat. When the promise resolves the
   * message is stored; until then it is offered again at the next start. May offer one message more than once.
   */
  onMessage(message: InboundMessage): Promise<void>
  /** A message that could not be decrypted (yet); the sender has been asked to send it again. */
  onUndecryptable(message: UndecryptableMessage): Promise<void>
  /**
   * Messages of before the pairing, in order of their time; resolves when they are stored. May offer one message more than
   * once, and one that came in another way.
   */
  onHistory(messages: PastMessage[]): Promise<void>
  onReceipt(receipt: Receipt): Promise<void>
  /** Something changed in a group. The server tells it again at the next start unless the promise resolved. */
  onGroupUpdate(update: GroupUpdate): Promise<void>
  /** Somebody rings, or did while the session was away. Told again at the next start unless the promise resolved. */
  onCall(call: IncomingCall): Promise<void>
}

export interface AccountIdentity {
  /** Digits. */
  phone: string
  lid: Jid | null
  pushName: string | null
}

export type CloseReason =
  /** Stream error 515: connect again at once with the same credentials. */
  | { kind: 'restart_required' }
  /** Another connection with the same credentials took over (440): do not reconnect. */
  | { kind: 'replaced' }
  /** The device was unlinked (401): credentials are worthless. */
  | { kind: 'logged_out' }
  /** Nobody scanned any of the QR codes. */
  | { kind: 'pairing_timeout' }
  /** The server could not be reached at all. */
  | { kind: 'unreachable'; detail: string }
  /** Anything else: reconnect with back-off. */
  | { kind: 'lost'; detail: string }
  /** `close()` was called. */
  | { kind: 'stopped' }

export interface OutboundMessage {
  waId: WaMessageId
  to: Jid
  content: OutgoingContent
  /** Made by {@link Engine.compose} or {@link EngineConnection.prepare}; the same for every attempt. */
  proto: Uint8Array
}

export type SendOutcome =
  /** The server has the message. `at`: milliseconds since the epoch, by the server's clock. */
  | { kind: 'acked'; at: number }
  /** The recipient has no WhatsApp account; nothing was sent. */
  | { kind: 'not_registered' }
  /** The server refused. `retry` is false for 463 (restricted) and other codes where sending again does harm. */
  | { kind: 'refused'; code: string; retry: boolean }

export interface InboundMessage {
  /** Names the journal row; the store marks it consumed in the transaction that stores the message. */
  journalKey: string
  waId: WaMessageId
  chat: Jid
  participant: Jid | null
  senderAlt: Jid | null
  fromMe: boolean
  pushName: string | null
  content: IncomingContent
  /** Where the file that the content names is kept; secret. Only with media. */
  remote?: RemoteMedia
  quote: Quote | null
  /** When the sender sent it, milliseconds since the epoch. */
  timestamp: number
  /** It waited on the server while the session was away. */
  offline: boolean
}

/** A message of before the pairing, from the phone's history. */
export type PastMessage = Omit<InboundMessage, 'journalKey' | 'offline'>

export interface UndecryptableMessage {
  waId: WaMessageId
  chat: Jid
  participant: Jid | null
  senderAlt: Jid | null
  fromMe: boolean
  pushName: string | null
  timestamp: number
}

/** News of messages that this account sent. */
export interface Receipt {
  waIds: WaMessageId[]
  /** As the receipt names it: may be a LID for a message sent to a phone number. Match by message id. */
  chat: Jid
  participant: Jid | null
  status: Extract<OutgoingStatus, 'sent' | 'delivered' | 'read' | 'played'>
  at: number
}

/** The connection ended before an answer came. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** The server will not do what was asked; `code` is its own. 401 and 403: not allowed, 404: not there. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string

  constructor(code: string, options?: ErrorOptions) {
    super(`the server refused with ${code}`, options)
    this.code = code
  }
}

/** The server did not acknowledge in time; the connection still stands. */
export class AckTimeout extends Error {
  override readonly name = 'AckTimeout'
}

/** A file that a message needs is gone for good: trying again does not help. */
export class FileMissing extends Error {
  override readonly name = 'FileMissing'
}

/** The media server did not take a file; another try may succeed. */
export class UploadFailed extends Error {
  override readonly name = 'UploadFailed'
}

/** `gone`: the server keeps it no longer. `corrupt`: it is not what its message says. `unreachable`: try again later. */
export type DownloadProblem = 'gone' | 'corrupt' | 'unreachable'

/** A received file could not be had. */
export class DownloadFailed extends Error {
  override readonly name = 'DownloadFailed'
  readonly problem: DownloadProblem

  constructor(problem: DownloadProblem, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause })
    this.problem = problem
  }
}
