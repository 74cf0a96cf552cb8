import { KurirError } from '../../core/errors.ts'
import { receivedEvent, statusEvent } from '../../core/event.ts'
import { type EndpointId, type MessageId, newId, type SessionUid, type TenantId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import { advances, isSettled, type MessageRecord, type OutgoingStatus } from '../../core/message.ts'
import { presentMessage } from '../../core/message-object.ts'
import { periodOf, QUOTAS } from '../../core/quota.ts'
import { nextRestriction, type Restriction } from '../../core/restriction.ts'
import type { InboundMessage, UndecryptableMessage } from '../../engine/port.ts'
import type {
  AcceptResult,
  AdvanceResult,
  IdempotencyClaim,
  InboundResult,
  MessageDraft,
  MessageFilter,
  MessageStore,
  NotifyTarget,
  OfferContent,
  OfferQuery,
  OutboxItem,
  OwnMessageKey,
  ScheduledItem,
  ScheduledPage,
  StatusAdvance,
} from '../../messages/ports.ts'
import type { AutomationLog } from './automation-log.ts'
import type { EventLog } from './event-log.ts'
import type { Effects, GroupCommit } from './group-commit.ts'
import type { ReceivedBell } from './media-store.ts'
import { announceRestriction } from './session-events.ts'
import type { ContactTable } from './tables/contact.ts'
import type { EndpointTable } from './tables/endpoint.ts'
import type { JournalTable } from './tables/journal.ts'
import type { MediaTable } from './tables/media.ts'
import type { MessageTable } from './tables/message.ts'
import type { StoredMessage } from './tables/message-row.ts'
import type { SessionTable } from './tables/session.ts'
import type { TenantTable } from './tables/tenant.ts'
import type { UsageTable } from './tables/usage.ts'

/** How long an Idempotency-Key answers with the first message (native-api: 72 h). */
const REPLAY_MS = 72 * 3_600_000

/** How long the ack of a message that was handed over may still come after its time is over. */
const UNKNOWN_AFTER_MS = 5 * 60_000

/** What a message that cannot be decrypted yet shows as its content. */
const UNDECRYPTABLE = { type: 'unsupported', kind: 'undecryptable' } as const

export class SqliteMessageStore implements MessageStore {
  private readonly writer: GroupCommit
  private readonly messages: MessageTable
  private readonly sessions: SessionTable
  private readonly journal: JournalTable
  private readonly media: MediaTable
  private readonly endpoints: EndpointTable
  private readonly contacts: ContactTable
  private readonly tenants: TenantTable
  private readonly usage: UsageTable
  private readonly log: EventLog
  private readonly received: ReceivedBell
  private readonly automation: AutomationLog

  constructor(
    writer: GroupCommit,
    tables: {
      messages: MessageTable
      sessions: SessionTable
      journal: JournalTable
      media: MediaTable
      endpoints: EndpointTable
      contacts: ContactTable
      tenants: TenantTable
      usage: UsageTable
    },
    log: EventLog,
    received: ReceivedBell,
    automation: AutomationLog,
  ) {
    this.writer = writer
    this.messages = tables.messages
    this.sessions = tables.sessions
    this.journal = tables.journal
    this.media = tables.media
    this.endpoints = tables.endpoints
    this.contacts = tables.contacts
    this.tenants = tables.tenants
    this.usage = tables.usage
    this.log = log
    this.received = received
    this.automation = automation
  }

  acceptMessage(draft: MessageDraft, idempotency: IdempotencyClaim | null): Promise<AcceptResult> {
    return this.writer.write(
      () => (idempotency && this.replay(draft, idempotency)) ?? this.charge(draft) ?? this.accept(draft, idempotency),
    )
  }

  saveProto(id: MessageId, proto: Uint8Array, at: number): Promise<void> {
    return this.writer.write(() => {
      const stored = found(this.messages.byId(id))
      const { message } = stored
      // The bytes of a message that may have been handed over are final.
      if (message.status !== 'accepted') return
      this.messages.saveProto(stored, proto, 'prepared', [...message.history, { status: 'prepared', at }])
    })
  }

  loadOutbox(session: SessionUid, page: { afterRow: number; limit: number }): Promise<OutboxItem[]> {
    return this.writer.read(() => this.messages.outbox(session, page.afterRow, page.limit))
  }

  loadScheduled(session: SessionUid, page: ScheduledPage): Promise<ScheduledItem[]> {
    return this.writer.read(() => this.messages.scheduled(session, page))
  }

  dueSessions(after: number, until: number): Promise<SessionUid[]> {
    return this.writer.read(() => this.messages.dueSessions(after, until))
  }

  nextTimed(now: number): Promise<number | undefined> {
    return this.writer.read(() => this.messages.nextTimed(now))
  }

  expireMessages(now: number, limit: number): Promise<MessageRecord[]> {
    return this.writer.write((effects) =>
      this.messages
        .expired(now, now - UNKNOWN_AFTER_MS, limit)
        .map((id) => this.expire(effects, found(this.messages.byId(id)), now)),
    )
  }

  beginAttempt(id: MessageId, now: number): Promise<MessageRecord | undefined> {
    return this.writer.write((effects) => {
      const stored = found(this.messages.byId(id))
      const { message } = stored
      if (isSettled(message.status)) return message
      if (message.expiresAt !== null && message.expiresAt <= now) return this.expire(effects, stored, now)
      this.messages.countAttempt(id)
      return undefined
    })
  }

  cancelMessage(tenant: TenantId, id: MessageId, at: number): Promise<MessageRecord | undefined> {
    return this.writer.write((effects) => {
      const stored = this.messages.byId(id)
      if (stored?.message.tenant !== tenant || stored.dueAt === null || stored.dueAt <= at) return undefined
      if (isSettled(stored.message.status)) return undefined
      return this.advance(effects, stored, { status: 'failed', reason: 'cancelled', at }).message
    })
  }

  countSent(session: SessionUid, since: number): Promise<number> {
    return this.writer.read(() => this.messages.countSent(session, since))
  }

  countAttempt(id: MessageId): Promise<void> {
    return this.writer.write(() => {
      if (!this.messages.countAttempt(id)) throw new KurirError('message_not_found')
    })
  }

  advanceStatus(key: MessageId | OwnMessageKey, change: StatusAdvance): Promise<AdvanceResult | undefined> {
    return this.writer.write((effects) => {
      const stored = typeof key === 'string' ? this.messages.byId(key) : this.messages.byOwnKey(key)
      return stored && this.advance(effects, stored, change)
    })
  }

  storeInbound(session: SessionUid, message: InboundMessage, at: number): Promise<InboundResult> {
    return this.writer.write((effects) => {
      this.journal.consume(session, message.journalKey)
      const known = this.messages.byIdentity({ sessionUid: session, ...message })
      if (!known) return { stored: true, message: this.insertInbound(effects, session, message, at) }
      if (!known.undecryptable) return { stored: false, message: known.message }
      return { stored: true, message: this.fill(effects, known, message, at) }
    })
  }

  storeUndecryptable(session: SessionUid, message: UndecryptableMessage, at: number): Promise<void> {
    return this.writer.write((effects) => {
      if (this.messages.byIdentity({ sessionUid: session, ...message })) return
      const stub = this.inboundRecord(session, { ...message, content: UNDECRYPTABLE, quote: null }, at)
      this.messages.insert({ message: stub, proto: null, undecryptable: true, claim: null })
      this.announce(effects, stub, 'message.undecryptable', at)
    })
  }

  restrict(session: SessionUid, at: number): Promise<Restriction> {
    return this.writer.write((effects) => {
      const record = this.sessions.byUid(session)
      if (!record) throw new KurirError('session_not_found')
      const restriction = nextRestriction(record.restriction, at)
      if (restriction === record.restriction) return restriction
      this.sessions.setRestriction(session, restriction)
      announceRestriction(this.log, effects, { ...record, restriction }, at)
      return restriction
    })
  }

  isKnownChat(session: SessionUid, chat: Jid): Promise<boolean> {
    return this.writer.read(() => {
      const person = this.contacts.find(session, chat)
      const names = new Set([chat, person?.phone, person?.lid].filter((jid) => jid !== null && jid !== undefined))
      return [...names].some((jid) => this.messages.hasSpoken(session, jid))
    })
  }

  getProto(tenant: TenantId, id: MessageId): Promise<Uint8Array | undefined> {
    return this.writer.read(() => this.messages.protoOf(tenant, id))
  }

  getMessage(tenant: TenantId | null, id: MessageId): Promise<MessageRecord | undefined> {
    return this.writer.read(() => {
      const message = this.messages.byId(id)?.message
      return tenant === null || message?.tenant === tenant ? message : undefined
    })
  }

  findOffer(session: SessionUid, where: OfferQuery): Promise<OfferContent | undefined> {
    return this.writer.read(() => this.messages.offer(session, where))
  }

  listMessages(session: SessionUid, filter: MessageFilter): Promise<MessageRecord[]> {
    return this.writer.read(() => this.messages.list(session, filter))
  }

  /** The earlier message of the same key, undefined where there is none or its time is over. */
  private replay(draft: MessageDraft, claim: IdempotencyClaim): AcceptResult | undefined {
    const earlier = this.messages.byClaim(draft.tenant, claim.key)
    if (!earlier) return undefined
    if (earlier.at <= draft.at - REPLAY_MS) {
      this.messages.freeClaim(earlier.rowNo)
      return undefined
    }
    if (earlier.requestHash !== claim.requestHash) return { kind: 'mismatch' }
    return { kind: 'replayed', message: found(this.messages.byId(earlier.id)).message, row: earlier.rowNo }
  }

  /** Counts a message of the tenant, unless one of its quotas is used up. */
  private charge({ tenant, at, quotas }: MessageDraft): AcceptResult | undefined {
    const limits = { ...quotas, ...this.tenants.quotasOf(tenant) }
    const counted = QUOTAS.filter(({ kind }) => kind === 'messages')
    const counters = counted.map(({ kind, period }) => ({ tenant, what: kind, period: periodOf(at, period) }))
    for (const [index, { period, limit: name }] of counted.entries()) {
      const counter = counters[index]
      const limit = limits[name]
      if (limit > 0 && counter && this.usage.of(counter) >= limit) return { kind: 'over_quota', period, limit }
    }
    for (const counter of counters) this.usage.add(counter, 1)
    return undefined
  }

  private accept(draft: MessageDraft, claim: IdempotencyClaim | null): AcceptResult {
    const { id, tenant, sessionUid, waId, chat, content, quote, proto, at } = draft
    const notify = draft.notify ? this.targetOf(draft, draft.notify) : null
    const message: MessageRecord = {
      id,
      tenant,
      sessionUid,
      session: this.nameOf(sessionUid).id,
      direction: 'out',
      waId,
      chat,
      participant: null,
      senderAlt: null,
      fromMe: true,
      pushName: null,
      content,
      quote,
      status: 'accepted',
      history: [{ status: 'accepted', at }],
      attempts: 0,
      timestamp: at,
      sendAt: draft.sendAt ?? null,
      expiresAt: draft.expiresAt ?? null,
    }
    const row = this.messages.insert({ message, proto, undecryptable: false, claim, notify })
    return { kind: 'accepted', message, row }
  }

  /** The endpoint that messages of the session share which name this URL; made for the first of them. */
  private targetOf({ tenant, sessionUid, at }: MessageDraft, { url, format, events }: NotifyTarget): EndpointId {
    const known = this.endpoints.target(sessionUid, format, url)
    if (known) {
      this.endpoints.use(known.id, events, at)
      return known.id
    }
    const id = newId('end')
    const session = this.nameOf(sessionUid).id
    this.endpoints.insert({
      ...{ id, kind: 'notify', tenant, sessionUid, session, url, format, events: [...events], createdAt: at },
      ...{ headers: {}, secret: '', previousSecret: null, settings: {}, timeoutMs: null, disabledAt: null },
    })
    return id
  }

  private advance(effects: Effects, { rowNo, message, notify }: StoredMessage, change: StatusAdvance): AdvanceResult {
    const attempts = message.attempts + (change.attempted ? 1 : 0)
    if (!advances(message.status, change.status)) {
      if (change.attempted) this.messages.countAttempt(message.id)
      return { changed: false, message: { ...message, attempts } }
    }
    const { status, reason } = change
    // The server's clock has whole seconds: a history that seems to go back in time helps nobody.
    const at = Math.max(change.at, message.history.at(-1)?.at ?? 0)
    // A receipt that overtook the ack: the one who waits for `message.sent` hears of it too.
    const skipsSent = statusProves(status) && advances(message.status, 'sent')
    let after: MessageRecord = { ...message, attempts }
    for (const step of skipsSent ? (['sent', status] as const) : [status]) {
      const history = [...after.history, { status: step, at, ...(reason === undefined ? {} : { reason }) }]
      after = { ...after, status: step, history }
      const event = statusEvent(step)
      if (event) this.announce(effects, after, event, at, notify)
    }
    this.messages.setStatus(rowNo, after)
    return { changed: true, message: after }
  }

  /** Nobody can tell of a message that was handed to the network whether it is out. */
  private expire(effects: Effects, stored: StoredMessage, at: number): MessageRecord {
    const status = stored.message.attempts > 0 ? 'unknown' : 'expired'
    return this.advance(effects, stored, { status, at }).message
  }

  private insertInbound(effects: Effects, session: SessionUid, inbound: InboundMessage, at: number): MessageRecord {
    const message = this.inboundRecord(session, inbound, at)
    this.messages.insert({ message, proto: null, undecryptable: false, claim: null })
    this.noteSender(message)
    this.keepRemote(message, inbound, at)
    this.announce(effects, message, receivedEvent(inbound.content), at)
    this.automation.record(message, inbound.offline, at)
    return message
  }

  /** Gives the stub of an undecryptable message its content; what was known before stays where nothing new came. */
  private fill(effects: Effects, stub: StoredMessage, inbound: InboundMessage, at: number): MessageRecord {
    const message: MessageRecord = {
      ...stub.message,
      content: inbound.content,
      quote: inbound.quote,
      pushName: inbound.pushName ?? stub.message.pushName,
      senderAlt: inbound.senderAlt ?? stub.message.senderAlt,
    }
    this.messages.fill(stub.rowNo, message)
    this.noteSender(message)
    this.keepRemote(message, inbound, at)
    this.announce(effects, message, receivedEvent(inbound.content), at)
    this.automation.record(message, inbound.offline, at)
    return message
  }

  private noteSender({ sessionUid, fromMe, participant, chat, senderAlt, pushName }: MessageRecord): void {
    if (!fromMe) this.contacts.note(sessionUid, [participant ?? chat, senderAlt], pushName)
  }

  /** The file of a message that came in, to be fetched from now on. */
  private keepRemote(message: MessageRecord, { content, remote }: InboundMessage, at: number): void {
    if (!remote || !('media' in content) || !content.media) return
    const { id, mimetype, size, fileName } = content.media
    const { tenant, sessionUid, session } = message
    this.media.insert({
      ...{ id, tenant, sessionUid, session, state: 'remote', mimetype, size, fileName, sha256: null, remote },
      ...{ attempts: 0, createdAt: at, usedAt: at },
    })
    this.received.mark()
  }

  private inboundRecord(
    session: SessionUid,
    inbound: UndecryptableMessage & Pick<InboundMessage, 'content' | 'quote'>,
    at: number,
  ): MessageRecord {
    const { tenant, id } = this.nameOf(session)
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

  private announce(
    effects: Effects,
    message: MessageRecord,
    type: Parameters<EventLog['append']>[1]['type'],
    at: number,
    notify: EndpointId | null = null,
  ): void {
    this.log.append(effects, {
      session: message.sessionUid,
      type,
      at,
      lane: message.chat,
      render: (ownPhone) => presentMessage(message, ownPhone),
      notify: notify ? { endpoint: notify, lane: `${message.sessionUid} ${message.id}` } : undefined,
    })
  }

  private nameOf(session: SessionUid): { tenant: TenantId; id: string } {
    const name = this.sessions.nameOf(session)
    if (!name) throw new KurirError('session_not_found')
    return name
  }
}

/** Whether only a message that the server has can be in this status. */
function statusProves(status: OutgoingStatus): boolean {
  return status === 'delivered' || status === 'read' || status === 'played'
}

function found(stored: StoredMessage | undefined): StoredMessage {
  if (!stored) throw new KurirError('message_not_found')
  return stored
}
