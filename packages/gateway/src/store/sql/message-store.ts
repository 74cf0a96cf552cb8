import { KurirError } from '../../core/errors.ts'
import { type EndpointId, type MessageId, newId, type SessionUid, type TenantId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import { isSettled, type MessageRecord } from '../../core/message.ts'
import { periodOf, QUOTAS } from '../../core/quota.ts'
import { nextRestriction, type Restriction } from '../../core/restriction.ts'
import type { InboundMessage, PastMessage, UndecryptableMessage } from '../../engine/port.ts'
import type {
  AcceptResult,
  AdvanceResult,
  FailedFilter,
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
import type { GroupCommit } from './group-commit.ts'
import { InboundLog } from './inbound-log.ts'
import type { ReceivedBell } from './media-store.ts'
import { MessageLog } from './message-log.ts'
import { announceRestriction } from './session-events.ts'
import type { ContactTable } from './tables/contact.ts'
import type { EndpointTable } from './tables/endpoint.ts'
import type { FailedMessages } from './tables/failed-message.ts'
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

export class SqlMessageStore implements MessageStore {
  private readonly writer: GroupCommit
  private readonly messages: MessageTable
  private readonly failed: FailedMessages
  private readonly sessions: SessionTable
  private readonly journal: JournalTable
  private readonly endpoints: EndpointTable
  private readonly contacts: ContactTable
  private readonly tenants: TenantTable
  private readonly usage: UsageTable
  private readonly events: EventLog
  private readonly log: MessageLog
  private readonly inbound: InboundLog

  constructor(
    writer: GroupCommit,
    tables: {
      messages: MessageTable
      failed: FailedMessages
      sessions: SessionTable
      journal: JournalTable
      media: MediaTable
      endpoints: EndpointTable
      contacts: ContactTable
      tenants: TenantTable
      usage: UsageTable
    },
    events: EventLog,
    received: ReceivedBell,
    automation: AutomationLog,
  ) {
    this.writer = writer
    this.messages = tables.messages
    this.failed = tables.failed
    this.sessions = tables.sessions
    this.journal = tables.journal
    this.endpoints = tables.endpoints
    this.contacts = tables.contacts
    this.tenants = tables.tenants
    this.usage = tables.usage
    this.events = events
    this.log = new MessageLog(tables, events)
    this.inbound = new InboundLog(tables, this.log, received, automation)
  }

  acceptMessage(draft: MessageDraft, idempotency: IdempotencyClaim | null): Promise<AcceptResult> {
    return this.writer.write(
      async () =>
        (idempotency && (await this.replay(draft, idempotency))) ??
        (await this.charge(draft)) ??
        (await this.accept(draft, idempotency)),
    )
  }

  saveProto(id: MessageId, proto: Uint8Array, at: number): Promise<void> {
    return this.writer.write(async () => {
      const stored = found(await this.messages.byId(id))
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
    return this.writer.write(async (effects) => {
      const expired: MessageRecord[] = []
      for (const id of await this.messages.expired(now, now - UNKNOWN_AFTER_MS, limit)) {
        expired.push(await this.log.expire(effects, found(await this.messages.byId(id)), now))
      }
      return expired
    })
  }

  beginAttempt(id: MessageId, now: number): Promise<MessageRecord | undefined> {
    return this.writer.write(async (effects) => {
      const stored = found(await this.messages.byId(id))
      const { message } = stored
      if (isSettled(message.status)) return message
      if (message.expiresAt !== null && message.expiresAt <= now) return this.log.expire(effects, stored, now)
      this.messages.noteAttempt(id)
      return undefined
    })
  }

  cancelMessage(tenant: TenantId, id: MessageId, at: number): Promise<MessageRecord | undefined> {
    return this.writer.write(async (effects) => {
      const stored = await this.messages.byId(id)
      if (stored?.message.tenant !== tenant || stored.dueAt === null || stored.dueAt <= at) return undefined
      if (isSettled(stored.message.status)) return undefined
      return (await this.log.advance(effects, stored, { status: 'failed', reason: 'cancelled', at })).message
    })
  }

  countSent(session: SessionUid, since: number): Promise<number> {
    return this.writer.read(() => this.messages.countSent(session, since))
  }

  countAttempt(id: MessageId): Promise<void> {
    return this.writer.write(async () => {
      if (!(await this.messages.countAttempt(id))) throw new KurirError('message_not_found')
    })
  }

  advanceStatus(key: MessageId | OwnMessageKey, change: StatusAdvance): Promise<AdvanceResult | undefined> {
    return this.writer.write(async (effects) => {
      const stored = typeof key === 'string' ? await this.messages.byId(key) : await this.messages.byOwnKey(key)
      return stored && (await this.log.advance(effects, stored, change))
    })
  }

  storeInbound(session: SessionUid, message: InboundMessage, at: number): Promise<InboundResult> {
    return this.writer.write(async (effects) => {
      this.journal.consume(session, message.journalKey)
      const known = await this.messages.byIdentity({ sessionUid: session, ...message })
      if (!known) return { stored: true, message: await this.inbound.insert(effects, session, message, at) }
      if (!known.undecryptable) return { stored: false, message: known.message }
      return { stored: true, message: await this.inbound.fill(effects, known, message, at) }
    })
  }

  storeUndecryptable(session: SessionUid, message: UndecryptableMessage, at: number): Promise<void> {
    return this.writer.write(async (effects) => {
      if (await this.messages.byIdentity({ sessionUid: session, ...message })) return
      await this.inbound.insertStub(effects, session, message, at)
    })
  }

  storeHistory(session: SessionUid, messages: PastMessage[], at: number): Promise<void> {
    return this.writer.write(async () => {
      for (const message of messages) {
        const known = await this.messages.byIdentity({ sessionUid: session, ...message })
        if (!known) await this.inbound.insertPast(session, message, at)
      }
    })
  }

  restrict(session: SessionUid, at: number): Promise<Restriction> {
    return this.writer.write(async (effects) => {
      const record = await this.sessions.byUid(session)
      if (!record) throw new KurirError('session_not_found')
      const restriction = nextRestriction(record.restriction, at)
      if (restriction === record.restriction) return restriction
      await this.sessions.setRestriction(session, restriction)
      await announceRestriction(this.events, effects, { ...record, restriction }, at)
      return restriction
    })
  }

  isKnownChat(session: SessionUid, chat: Jid): Promise<boolean> {
    return this.writer.read(async () => {
      const person = await this.contacts.find(session, chat)
      const names = new Set([chat, person?.phone, person?.lid].filter((jid) => jid !== null && jid !== undefined))
      for (const jid of names) if (await this.messages.hasSpoken(session, jid)) return true
      return false
    })
  }

  getProto(tenant: TenantId, id: MessageId): Promise<Uint8Array | undefined> {
    return this.writer.read(() => this.messages.protoOf(tenant, id))
  }

  getMessage(tenant: TenantId | null, id: MessageId): Promise<MessageRecord | undefined> {
    return this.writer.read(async () => {
      const message = (await this.messages.byId(id))?.message
      return tenant === null || message?.tenant === tenant ? message : undefined
    })
  }

  findOffer(session: SessionUid, where: OfferQuery): Promise<OfferContent | undefined> {
    return this.writer.read(() => this.messages.offer(session, where))
  }

  listMessages(session: SessionUid, filter: MessageFilter): Promise<MessageRecord[]> {
    return this.writer.read(() => this.messages.list(session, filter))
  }

  listFailed(tenant: TenantId, filter: FailedFilter): Promise<MessageRecord[]> {
    return this.writer.read(() => this.failed.list(tenant, filter))
  }

  /** The earlier message of the same key, undefined where there is none or its time is over. */
  private async replay(draft: MessageDraft, claim: IdempotencyClaim): Promise<AcceptResult | undefined> {
    const earlier = await this.messages.byClaim(draft.tenant, claim.key)
    if (!earlier) return undefined
    if (earlier.at <= draft.at - REPLAY_MS) {
      await this.messages.freeClaim(earlier.rowNo)
      return undefined
    }
    if (earlier.requestHash !== claim.requestHash) return { kind: 'mismatch' }
    return { kind: 'replayed', message: found(await this.messages.byId(earlier.id)).message, row: earlier.rowNo }
  }

  /** Counts a message of the tenant, unless one of its quotas is used up. */
  private async charge({ tenant, at, quotas }: MessageDraft): Promise<AcceptResult | undefined> {
    const limits = { ...quotas, ...(await this.tenants.quotasOf(tenant)) }
    const counted = QUOTAS.filter(({ kind }) => kind === 'messages')
    const counters = counted.map(({ kind, period }) => ({ tenant, what: kind, period: periodOf(at, period) }))
    for (const [index, { period, limit: name }] of counted.entries()) {
      const counter = counters[index]
      const limit = limits[name]
      if (limit > 0 && counter && (await this.usage.of(counter)) >= limit) return { kind: 'over_quota', period, limit }
    }
    for (const counter of counters) this.usage.add(counter, 1)
    return undefined
  }

  private async accept(draft: MessageDraft, claim: IdempotencyClaim | null): Promise<AcceptResult> {
    const { id, tenant, sessionUid, waId, chat, content, quote, proto, at } = draft
    const notify = draft.notify ? await this.targetOf(draft, draft.notify) : null
    const message: MessageRecord = {
      id,
      tenant,
      sessionUid,
      session: (await this.log.nameOf(sessionUid)).id,
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
    const row = await this.messages.insert({ message, proto, undecryptable: false, claim, notify })
    return { kind: 'accepted', message, row }
  }

  /** The endpoint that messages of the session share which name this URL; made for the first of them. */
  private async targetOf(
    { tenant, sessionUid, at }: MessageDraft,
    { url, format, events }: NotifyTarget,
  ): Promise<EndpointId> {
    const known = await this.endpoints.target(sessionUid, format, url)
    if (known) {
      await this.endpoints.use(known.id, events, at)
      return known.id
    }
    const id = newId('end')
    const session = (await this.log.nameOf(sessionUid)).id
    await this.endpoints.insert({
      ...{ id, kind: 'notify', tenant, sessionUid, session, url, format, events: [...events], createdAt: at },
      ...{ headers: {}, secret: '', previousSecret: null, settings: {}, timeoutMs: null, disabledAt: null },
    })
    return id
  }
}

function found(stored: StoredMessage | undefined): StoredMessage {
  if (!stored) throw new KurirError('message_not_found')
  return stored
}
