import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Clock, systemClock } from '../../core/clock.ts'
import { KurirError } from '../../core/errors.ts'
import type { EventRecord } from '../../core/event.ts'
import { DEFAULT_TENANT, type MessageId, type SessionUid, type WaMessageId } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import type { MessageRecord, OutgoingContent } from '../../core/message.ts'
import type { Quotas } from '../../core/quota.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { FileSource } from '../../engine/port.ts'
import type { ScriptedAccount } from '../../engine/scripted/account.ts'
import { ScriptedEngine, type ScriptedOptions } from '../../engine/scripted/engine.ts'
import { UrlGuard } from '../../safe-fetch/guard.ts'
import { checkProxy } from '../../safe-fetch/proxy.ts'
import type { SessionStore } from '../../sessions/ports.ts'
import { Sessions } from '../../sessions/sessions.ts'
import { openSqliteStore } from '../../store/sqlite/open.ts'
import type { Store } from '../../store/store.ts'
import { Messages } from '../messages.ts'
import type { MessageStore } from '../ports.ts'

export const TENANT = DEFAULT_TENANT
export const OWN = { phone: '6281200000001', lid: '777000001@lid' as Jid, pushName: 'Toko Sinar' }
export const CONTACT = phoneJid('6281300000001')

export interface RigOptions {
  onPaired?: (session: SessionRecord) => Promise<void>
  quotas?: Quotas
  clock?: Clock
  dataDir?: string
  engine?: ScriptedEngine
  scripted?: ScriptedOptions
  handshakes?: number
  concurrency?: number
  /** The files of messages that are sent. */
  files?: FileSource
  /** Puts something between the messages room and the store. */
  messageStore?: (store: MessageStore) => MessageStore
  /** Puts something between the sessions room and the store. */
  sessionStore?: (store: SessionStore) => SessionStore
}

/** Sessions and messages over the scripted engine and a real SQLite file. */
export class Rig {
  readonly engine: ScriptedEngine
  readonly store: Store
  readonly sessions: Sessions
  readonly messages: Messages
  readonly dataDir: string
  readonly clock: Clock

  private constructor(dataDir: string, store: Store, options: RigOptions) {
    const { clock = systemClock, concurrency, handshakes, files } = options
    const logger = pino({ level: 'silent' })
    const random = () => 0.5
    this.dataDir = dataDir
    this.clock = clock
    this.store = store
    this.engine = options.engine ?? new ScriptedEngine({ clock, ...options.scripted })
    this.messages = new Messages({
      engine: this.engine,
      store: options.messageStore?.(store.messages) ?? store.messages,
      sessions: store.sessions,
      clock,
      logger,
      random,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(files ? { files } : {}),
      ...(options.quotas ? { quotas: options.quotas } : {}),
    })
    this.sessions = new Sessions({
      engine: this.engine,
      store: options.sessionStore?.(store.sessions) ?? store.sessions,
      traffic: this.messages,
      clock,
      logger,
      random,
      checkProxy: (url) => checkProxy(new UrlGuard({ allowLoopback: true }), url),
      ...(handshakes === undefined ? {} : { handshakes }),
      ...(options.onPaired ? { onPaired: options.onPaired } : {}),
    })
  }

  static async open(options: RigOptions = {}): Promise<Rig> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kurir-rig-')))
    const logger = pino({ level: 'silent' })
    const store = await openSqliteStore({ dataDir, clock: options.clock ?? systemClock, logger })
    const tenant = {
      id: TENANT,
      name: 'Default',
      countryCode: '62',
      timeZone: 'Asia/Jakarta',
      quotas: {},
      createdAt: 0,
    }
    await store.access.createTenant(tenant)
    return new Rig(dataDir, store, options)
  }

  /** Ends everything but the data directory, as SIGTERM does. */
  async shutDown(): Promise<void> {
    await this.messages.drain()
    await this.sessions.drain()
    await this.store.close()
  }

  async close(): Promise<void> {
    await this.messages.drain(0)
    await this.sessions.drain()
    await this.store.close()
    await rm(this.dataDir, { recursive: true })
  }

  account({ uid }: { uid: SessionUid }): ScriptedAccount {
    return this.engine.account(uid)
  }

  /** A session that shows a QR code. */
  async unpaired(id = 'shop'): Promise<SessionRecord> {
    await this.sessions.create(TENANT, { id })
    return this.untilStatus(id, 'qr')
  }

  /** A session that was paired by its QR code and is connected. */
  async connected(id = 'shop', identity = OWN): Promise<SessionRecord> {
    const { uid } = await this.unpaired(id)
    const { text } = await this.sessions.qr(TENANT, id)
    this.engine.account(uid).scan(text, identity)
    return this.untilStatus(id, 'connected')
  }

  session(id = 'shop'): Promise<SessionRecord> {
    return this.sessions.get(TENANT, id)
  }

  untilStatus(id: string, status: SessionRecord['status']): Promise<SessionRecord> {
    return until(`the session is ${status}`, async () => {
      const record = await this.session(id)
      return record.status === status ? record : undefined
    })
  }

  /** Sends a text without waiting for the ack. */
  async text(text: string, to: Jid = CONTACT, session = 'shop'): Promise<MessageRecord> {
    const message = { to, content: { type: 'text', text } } as const
    return (await this.messages.send(TENANT, session, message, { waitMs: 0, idempotency: null })).message
  }

  untilMessage(id: MessageId, status: MessageRecord['status']): Promise<MessageRecord> {
    return until(`the message is ${status}`, async () => {
      const message = await this.messages.get(null, id)
      return message.status === status ? message : undefined
    })
  }

  async events(type?: EventRecord['type']): Promise<EventRecord[]> {
    const stored = await this.store.events.listEvents({ tenant: TENANT, limit: 10_000 })
    return stored.map(({ event }) => event).filter((event) => !type || event.type === type)
  }
}

/** A text from `CONTACT`, as the engine hands it over. */
export function inbound(waId: string, text: string, chat: Jid = CONTACT) {
  return {
    waId: waId as WaMessageId,
    chat,
    participant: null,
    senderAlt: null,
    fromMe: false,
    pushName: 'Budi',
    content: { type: 'text', text } as const,
    quote: null,
    timestamp: 1_700_000_000_000,
  }
}

/** The words of a text, the name of any other kind. */
export function wordsOf({ content }: { content: OutgoingContent }): string {
  return content.type === 'text' ? content.text : content.type
}

/** A store whose named calls fail with `unavailable` while `isFailing` says so of their arguments. */
export function failing(names: (keyof MessageStore)[], isFailing: (...call: unknown[]) => boolean) {
  return (store: MessageStore): MessageStore =>
    new Proxy(store, {
      get: (target, name: keyof MessageStore) => {
        const method = target[name] as (...call: unknown[]) => Promise<unknown>
        return (...call: unknown[]) =>
          names.includes(name) && isFailing(...call)
            ? Promise.reject(new KurirError('unavailable'))
            : method.apply(target, call)
      },
    })
}

/** Asks again and again until there is an answer; fails after ten seconds. */
export async function until<Value>(
  what: string,
  probe: () => Value | undefined | Promise<Value | undefined>,
): Promise<Value> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const value = await probe()
    if (value !== undefined) return value
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
