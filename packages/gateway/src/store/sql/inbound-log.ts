import { receivedEvent } from '../../core/event.ts'
import { newId, type SessionUid } from '../../core/ids.ts'
import type { MessageRecord } from '../../core/message.ts'
import type { InboundMessage, PastMessage, UndecryptableMessage } from '../../engine/port.ts'
import type { MediaRecord } from '../../media/ports.ts'
import type { AutomationLog } from './automation-log.ts'
import type { Effects } from './group-commit.ts'
import type { ReceivedBell } from './media-store.ts'
import type { MessageLog } from './message-log.ts'
import type { ContactTable } from './tables/contact.ts'
import type { MediaTable } from './tables/media.ts'
import type { MessageTable } from './tables/message.ts'
import type { StoredMessage } from './tables/message-row.ts'

/** What a message that cannot be decrypted yet shows as its content. */
const UNDECRYPTABLE = { type: 'unsupported', kind: 'undecryptable' } as const

/** Writes messages that came in, with their sender, their file and what automation has to look at. Used inside units only. */
export class InboundLog {
  private readonly messages: MessageTable
  private readonly contacts: ContactTable
  private readonly media: MediaTable
  private readonly log: MessageLog
  private readonly received: ReceivedBell
  private readonly automation: AutomationLog

  constructor(
    tables: { messages: MessageTable; contacts: ContactTable; media: MediaTable },
    log: MessageLog,
    received: ReceivedBell,
    automation: AutomationLog,
  ) {
    this.messages = tables.messages
    this.contacts = tables.contacts
    this.media = tables.media
    this.log = log
    this.received = received
    this.automation = automation
  }

  async insert(effects: Effects, session: SessionUid, inbound: InboundMessage, at: number): Promise<MessageRecord> {
    const message = await this.record(session, inbound, at)
    this.messages.add({ message, proto: null, undecryptable: false, claim: null })
    await this.meetSender(effects, message, at)
    await this.keepRemote(message, inbound, at)
    await this.log.announce(effects, message, receivedEvent(inbound.content), at)
    await this.automation.record(message, inbound.offline, at)
    return message
  }

  /** A message of before the pairing: there to be read, and no news. */
  async insertPast(session: SessionUid, past: PastMessage, at: number): Promise<void> {
    const message = await this.record(session, past, at)
    await this.messages.insert({ message, proto: null, undecryptable: false, claim: null })
    await this.noteSender(message)
    await this.keepRemote(message, past, at, false)
  }

  /** What is known of a message that cannot be decrypted yet. */
  async insertStub(effects: Effects, session: SessionUid, inbound: UndecryptableMessage, at: number): Promise<void> {
    const stub = await this.record(session, { ...inbound, content: UNDECRYPTABLE, quote: null }, at)
    this.messages.add({ message: stub, proto: null, undecryptable: true, claim: null })
    await this.log.announce(effects, stub, 'message.undecryptable', at)
  }

  /** Gives the stub of an undecryptable message its content; what was known before stays where nothing new came. */
  async fill(effects: Effects, stub: StoredMessage, inbound: InboundMessage, at: number): Promise<MessageRecord> {
    const message: MessageRecord = {
      ...stub.message,
      content: inbound.content,
      quote: inbound.quote,
      pushName: inbound.pushName ?? stub.message.pushName,
      senderAlt: inbound.senderAlt ?? stub.message.senderAlt,
    }
    this.messages.fill(stub.rowNo, message)
    await this.meetSender(effects, message, at)
    await this.keepRemote(message, inbound, at)
    await this.log.announce(effects, message, receivedEvent(inbound.content), at)
    await this.automation.record(message, inbound.offline, at)
    return message
  }

  private async noteSender({ sessionUid, fromMe, participant, chat, senderAlt, pushName }: MessageRecord) {
    return fromMe ? undefined : await this.contacts.note(sessionUid, [participant ?? chat, senderAlt], pushName)
  }

  /** Takes note of the sender, and tells what is new about him. */
  private async meetSender(effects: Effects, message: MessageRecord, at: number): Promise<void> {
    const change = await this.noteSender(message)
    if (change) await this.log.announceContact(effects, message.sessionUid, { ...change, at })
  }

  /** The file of a message that came in, to be fetched from now on, or only when it is asked for. */
  private async keepRemote(
    message: MessageRecord,
    { content, remote }: PastMessage,
    at: number,
    isDue = true,
  ): Promise<void> {
    if (!remote || !('media' in content) || !content.media) return
    const { id, mimetype, size, fileName } = content.media
    const { tenant, sessionUid, session } = message
    const file: MediaRecord = {
      ...{ id, tenant, sessionUid, session, state: 'remote', mimetype, size, fileName, sha256: null, remote },
      ...{ attempts: 0, createdAt: at, usedAt: at },
    }
    await this.media.insert(file, isDue)
    if (isDue) this.received.mark()
  }

  private async record(
    session: SessionUid,
    inbound: UndecryptableMessage & Pick<InboundMessage, 'content' | 'quote'>,
    at: number,
  ): Promise<MessageRecord> {
    const { tenant, id } = await this.log.nameOf(session)
    return {
      id: newId('msg'),
      tenant,
      sessionUid: session,
      session: id,
      direction: 'in',
      waId: inbound.waId,
      chat: inbound.chat,
      participant: inbound.participant,
      senderAlt: inbound.senderAlt,
      fromMe: inbound.fromMe,
      pushName: inbound.pushName,
      content: inbound.content,
      quote: inbound.quote,
      status: 'received',
      history: [{ status: 'received', at }],
      attempts: 0,
      timestamp: inbound.timestamp,
      sendAt: null,
      expiresAt: null,
    }
  }
}
