import type { Logger } from 'pino'
import type { IncomingCall } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { type MessageId, newId, type SessionUid, type TenantId } from '../core/ids.ts'
import { isSettled, type MessageRecord } from '../core/message.ts'
import { NO_QUOTAS, type Quotas, secondsLeft } from '../core/quota.ts'
import { acceptsMessages, type SessionRecord } from '../core/session.ts'
import type {
  Engine,
  EngineConnection,
  FileSource,
  InboundMessage,
  PastMessage,
  Receipt,
  UndecryptableMessage,
} from '../engine/port.ts'
import { Inbox } from './inbox.ts'
import { Outbox } from './outbox.ts'
import { Pacer } from './pacer.ts'
import type {
  FailedFilter,
  IdempotencyClaim,
  MessageDraft,
  MessageFilter,
  MessageStore,
  SessionDirectory,
} from './ports.ts'
import { NO_FILES, PrepareAndSave } from './prepare.ts'
import { Restrictions } from './restrictions.ts'
import { Schedule } from './schedule.ts'
import { StoreRetry } from './until-stored.ts'
import type { MessageVerbs, SendMessage, SendOptions, SendResult } from './verbs.ts'
import { Waiters } from './waiters.ts'

export interface MessagesOptions {
  engine: Pick<Engine, 'newMessageId' | 'compose' | 'describe'>
  store: MessageStore
  sessions: SessionDirectory
  /** The files of messages that are sent; without it no message with a file can be. */
  files?: FileSource
  clock: Clock
  logger: Logger
  /** What a tenant without quotas of its own may send; without limit by default. */
  quotas?: Quotas
  /** How many chats of one session may have a message at the engine at once; default 8. */
  concurrency?: number
  /** 0 (inclusive) to 1 (exclusive), for the jitter of back-offs; default Math.random. */
  random?: () => number
}

/** How long `drain` waits for what is in flight. Milliseconds. */
const DRAIN_MS = 8_000
/** How many messages of a replaced account are ended at a time. */
const PAGE = 200

/**
 * Everything about messages: accepts, sends and stores them. The methods that begin with `on` are where sessions hand
 * over their connections and what comes over them.
 */
export class Messages implements MessageVerbs {
  readonly #engine: MessagesOptions['engine']
  readonly #store: MessageStore
  readonly #sessions: SessionDirectory
  readonly #clock: Clock
  readonly #quotas: Quotas
  readonly #waiters: Waiters
  readonly #inbox: Inbox
  readonly #outbox: Outbox
  readonly #restrictions: Restrictions
  readonly #schedule: Schedule
  readonly #over = new AbortController()
  #isDraining = false

  constructor(options: MessagesOptions) {
    const { engine, store, sessions, clock, logger, concurrency = 8, random = Math.random, files = NO_FILES } = options
    this.#engine = engine
    this.#store = store
    this.#sessions = sessions
    this.#clock = clock
    this.#quotas = options.quotas ?? NO_QUOTAS
    this.#waiters = new Waiters(clock)
    const retry = new StoreRetry(clock, logger, this.#over.signal)
    const onChanged = (message: MessageRecord) => this.#waiters.tell(message)
    const preparation = new PrepareAndSave(engine, files, store, clock)
    const pacer = new Pacer({
      rules: async (session) => (await retry.untilStored(() => sessions.getSessionByUid(session)))?.settings.pacing,
      countSent: (session, since) => retry.untilStored(() => store.countSent(session, since)),
      ...{ clock, random },
    })
    this.#restrictions = new Restrictions({ store, sessions, retry, clock })
    const restrictions = this.#restrictions
    this.#outbox = new Outbox({
      store,
      preparation,
      pacer,
      restrictions,
      retry,
      clock,
      logger,
      random,
      onChanged,
      concurrency,
    })
    const onDue = (session: SessionUid) => this.#outbox.wakeDue(session)
    this.#schedule = new Schedule({ store, clock, logger, onDue, onChanged })
    this.#inbox = new Inbox({
      store,
      retry,
      clock,
      logger,
      onChanged,
      onProven: (session, waId) => this.#outbox.proven(session, waId),
    })
  }

  async send(tenant: TenantId, session: string, message: SendMessage, options: SendOptions): Promise<SendResult> {
    if (this.#isDraining) throw new KurirError('unavailable', 'The gateway is shutting down')
    const record = await this.#session(tenant, session)
    if (!acceptsMessages(record.status)) {
      throw new KurirError('session_not_ready', `The session is ${record.status} and takes no messages`)
    }
    const to = await this.#outbox.knownAs(record.uid, message.to)
    const draft = this.#draft(record, { ...message, to })
    const isLater = (draft.sendAt ?? 0) > draft.at
    const waiting = options.waitMs > 0 && !isLater ? this.#waiters.wait(draft.id, options.waitMs) : undefined
    try {
      const accepted = await this.#accept(draft, options.idempotency)
      if (accepted.replayed) {
        waiting?.cancel()
        return { ...accepted, message: await this.#awaitReplayed(accepted.message, options.waitMs) }
      }
      if (!isLater) this.#outbox.wake(record.uid)
      // Its time came while it was being stored: those who look by time have passed it.
      else if ((draft.sendAt ?? 0) <= this.#clock.now()) this.#outbox.wakeOverdue(record.uid)
      if (isLater || draft.expiresAt !== null) this.#schedule.wake()
      return {
        ...accepted,
        message: waiting ? await this.#present(waiting.answer, accepted.message) : accepted.message,
      }
    } catch (error) {
      waiting?.cancel()
      throw error
    }
  }

  async get(tenant: TenantId | null, id: MessageId): Promise<MessageRecord> {
    const message = await this.#store.getMessage(tenant, id)
    if (!message) throw new KurirError('message_not_found')
    return message
  }

  async cancel(tenant: TenantId, id: MessageId): Promise<MessageRecord | undefined> {
    await this.get(tenant, id)
    const cancelled = await this.#store.cancelMessage(tenant, id, this.#clock.now())
    if (cancelled) this.#waiters.tell(cancelled)
    return cancelled
  }

  /** Begins to look after messages that have a time. */
  start(): void {
    this.#schedule.start()
  }

  async wire(tenant: TenantId, id: MessageId): Promise<Record<string, unknown>> {
    const proto = await this.#store.getProto(tenant, id)
    if (proto) return this.#engine.describe(proto)
    await this.get(tenant, id)
    return {}
  }

  async list(tenant: TenantId, session: string, filter: MessageFilter): Promise<MessageRecord[]> {
    const { uid } = await this.#session(tenant, session)
    const chat = filter.chat && (await this.#outbox.knownAs(uid, filter.chat))
    return this.#store.listMessages(uid, chat ? { ...filter, chat } : filter)
  }

  listFailed(tenant: TenantId, filter: FailedFilter): Promise<MessageRecord[]> {
    return this.#store.listFailed(tenant, filter)
  }

  /**
   * Takes no new work; sends in flight end, the rest stays in the outbox. Resolves when that is done, at the latest
   * after `deadlineMs`. Those who wait for an ack are answered with what is known. The sessions' connections must
   * still stand when this is called.
   */
  async drain(deadlineMs = DRAIN_MS): Promise<void> {
    this.#isDraining = true
    const ended = new AbortController()
    await Promise.race([this.#outbox.drain(), this.#clock.sleep(deadlineMs, ended.signal)])
    ended.abort()
    this.#over.abort()
    await this.#schedule.stop()
    this.#waiters.end()
  }

  /** Ends what was accepted for the account that was paired before; it must not go out in the new one's name. */
  async onAccountChanged(session: SessionUid): Promise<void> {
    await this.#outbox.quiet(session)
    for (;;) {
      const due = await this.#store.loadOutbox(session, { afterRow: 0, limit: PAGE })
      const later = await this.#store.loadScheduled(session, { until: Number.MAX_SAFE_INTEGER, limit: PAGE })
      const page = [...due, ...later]
      if (page.length === 0) return
      const change = { status: 'failed', reason: 'logged_out', at: this.#clock.now() } as const
      const results = await Promise.all(page.map(({ id }) => this.#store.advanceStatus(id, change)))
      for (const result of results) if (result) this.#waiters.tell(result.message)
    }
  }

  onOpen(session: SessionUid, connection: EngineConnection): void {
    this.#outbox.onOpen(session, connection)
  }

  onDrained(session: SessionUid): void {
    this.#outbox.onDrained(session)
  }

  onClosed(session: SessionUid): void {
    this.#outbox.onClosed(session)
  }

  onMessage(session: SessionUid, message: InboundMessage): Promise<void> {
    return this.#inbox.onMessage(session, message)
  }

  onUndecryptable(session: SessionUid, message: UndecryptableMessage): Promise<void> {
    return this.#inbox.onUndecryptable(session, message)
  }

  onHistory(session: SessionUid, messages: PastMessage[]): Promise<void> {
    return this.#inbox.onHistory(session, messages)
  }

  onReceipt(session: SessionUid, receipt: Receipt): Promise<void> {
    return this.#inbox.onReceipt(session, receipt)
  }

  onRestrictionLifted(session: SessionUid): void {
    this.#restrictions.forget(session)
  }

  async onCallRejected(session: SessionUid, call: IncomingCall, text: string): Promise<void> {
    const record = await this.#sessions.getSessionByUid(session)
    if (!record) return
    const idempotency = { key: `call:${session}:${call.id}`, requestHash: call.id }
    const message: SendMessage = { to: call.from, content: { type: 'text', text } }
    await this.send(record.tenant, record.id, message, { waitMs: 0, idempotency })
  }

  async #session(tenant: TenantId, id: string): Promise<SessionRecord> {
    const record = await this.#sessions.getSession(tenant, id)
    if (!record) throw new KurirError('session_not_found')
    return record
  }

  #draft(session: SessionRecord, { to, content, quote, notify, sendAt, expiresAt }: SendMessage): MessageDraft {
    return {
      id: newId('msg'),
      tenant: session.tenant,
      sessionUid: session.uid,
      waId: this.#engine.newMessageId(),
      chat: to,
      content,
      quote: quote ?? null,
      proto: this.#engine.compose(content, quote ?? null, to) ?? null,
      at: this.#clock.now(),
      notify: notify ?? null,
      quotas: this.#quotas,
      sendAt: sendAt ?? null,
      expiresAt: expiresAt ?? null,
    }
  }

  async #accept(draft: MessageDraft, claim: IdempotencyClaim | null): Promise<SendResult> {
    const result = await this.#store.acceptMessage(draft, claim)
    if (result.kind === 'mismatch') throw new KurirError('idempotency_mismatch')
    if (result.kind === 'over_quota') {
      const retryAfter = secondsLeft(draft.at, result.period)
      const detail = `The tenant has sent the ${result.limit} messages of this ${result.period}`
      throw new KurirError('quota_exceeded', detail, { retryAfter })
    }
    return { message: result.message, replayed: result.kind === 'replayed' }
  }

  /** The earlier message once it has settled; it may have settled between the store's answer and now. */
  async #awaitReplayed(message: MessageRecord, waitMs: number): Promise<MessageRecord> {
    if (waitMs <= 0 || isSettled(message.status)) return message
    const { answer, cancel } = this.#waiters.wait(message.id, waitMs)
    const now = await this.get(null, message.id)
    if (!isSettled(now.status)) return this.#present(answer, now)
    cancel()
    return now
  }

  async #present(answer: Promise<MessageRecord | undefined>, known: MessageRecord): Promise<MessageRecord> {
    return (await answer) ?? (await this.#store.getMessage(null, known.id)) ?? known
  }
}
