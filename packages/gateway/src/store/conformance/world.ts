import type { Clock } from '../../core/clock.ts'
import { systemClock } from '../../core/clock.ts'
import type { EventRecord } from '../../core/event.ts'
import { DEFAULT_TENANT, newId, type SessionUid, type WaMessageId } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import { NO_QUOTAS } from '../../core/quota.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { InboundMessage } from '../../engine/port.ts'
import type { AcceptResult, IdempotencyClaim, MessageDraft } from '../../messages/ports.ts'
import type { DueDelivery, Endpoint } from '../../webhooks/ports.ts'
import type { Store } from '../store.ts'

/** One empty store under test, with what its life needs. */
export interface StoreUnderTest {
  store: Store
  /** Closes the store and opens it again on the same data, as a restart does. */
  reopen(): Promise<Store>
  /** Closes it; what it held is gone. */
  remove(): Promise<void>
}

export type OpenStore = (clock: Clock) => Promise<StoreUnderTest>

export const START = Date.UTC(2026, 0, 1)
export const HOUR = 3_600_000
export const DAY = 24 * HOUR

export const ANI = phoneJid('6281311110001')
export const BUDI = phoneJid('6281311110002')
export const GROUP = '120363012345678901@g.us' as Jid

/** A store under test and the short words that the suites speak in. */
export class World {
  store: Store
  now = START
  readonly #under: StoreUnderTest
  #count = 0

  private constructor(under: StoreUnderTest) {
    this.#under = under
    this.store = under.store
  }

  static async open(open: OpenStore): Promise<World> {
    let world: World | undefined
    const clock: Clock = { now: () => world?.now ?? START, sleep: systemClock.sleep }
    const under = await open(clock)
    world = new World(under)
    return world
  }

  async restart(): Promise<void> {
    this.store = await this.#under.reopen()
  }

  remove(): Promise<void> {
    return this.#under.remove()
  }

  /** A number that was not used before in this world. */
  next(): number {
    return ++this.#count
  }

  async session(over: Partial<SessionRecord> = {}): Promise<SessionRecord> {
    const session: SessionRecord = {
      uid: newId('ses'),
      tenant: DEFAULT_TENANT,
      id: `session-${this.next()}`,
      name: null,
      shouldRun: true,
      status: 'connecting',
      reason: 'created',
      since: this.now,
      phone: '6281210000001',
      lid: null,
      pushName: null,
      metadata: {},
      settings: {},
      restriction: null,
      createdAt: this.now,
      ...over,
    }
    await this.store.sessions.createSession(session)
    return session
  }

  draft(session: SessionRecord, over: Partial<MessageDraft> = {}): MessageDraft {
    return {
      id: newId('msg'),
      tenant: session.tenant,
      sessionUid: session.uid,
      waId: `3EB0${this.next()}` as WaMessageId,
      chat: ANI,
      content: { type: 'text', text: 'Halo' },
      quote: null,
      proto: new Uint8Array([1, 2, 3]),
      at: this.now,
      quotas: NO_QUOTAS,
      ...over,
    }
  }

  /** Accepts a message that nobody asked for before. */
  async accept(session: SessionRecord, over: Partial<MessageDraft> = {}, claim: IdempotencyClaim | null = null) {
    return accepted(await this.store.messages.acceptMessage(this.draft(session, over), claim))
  }

  inbound(over: Partial<InboundMessage> = {}): InboundMessage {
    const n = this.next()
    return {
      journalKey: `journal-${n}`,
      waId: `3A${n}` as WaMessageId,
      chat: ANI,
      participant: null,
      senderAlt: null,
      fromMe: false,
      pushName: 'Ani',
      content: { type: 'text', text: 'Apa kabar?' },
      quote: null,
      timestamp: this.now - 1_000,
      offline: false,
      ...over,
    }
  }

  receive(session: SessionRecord, over: Partial<InboundMessage> = {}) {
    return this.store.messages.storeInbound(session.uid, this.inbound(over), this.now)
  }

  async endpoint(over: Partial<Endpoint> = {}): Promise<Endpoint> {
    const endpoint: Endpoint = {
      id: newId('end'),
      kind: 'webhook',
      tenant: DEFAULT_TENANT,
      url: 'https://receiver.example/hook',
      events: ['*'],
      sessionUid: null,
      session: null,
      headers: { 'x-shop': '1' },
      secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
      previousSecret: null,
      format: 'native',
      settings: {},
      timeoutMs: null,
      disabledAt: null,
      createdAt: this.now,
      ...over,
    }
    await this.store.webhooks.createEndpoint(endpoint)
    return endpoint
  }

  async events(session: SessionUid): Promise<EventRecord[]> {
    const stored = await this.store.events.listEvents({ tenant: null, sessionUid: session, limit: 1_000 })
    return stored.map(({ event }) => event)
  }

  due(limit = 100): Promise<DueDelivery[]> {
    return this.store.webhooks.dueDeliveries({ now: this.now, limit, busy: new Set() })
  }
}

/** What a test may use once its store is open. */
export type Use = () => World

function accepted(result: AcceptResult): Extract<AcceptResult, { message: unknown }> {
  if ('message' in result) return result
  throw new Error(`the message was not accepted: ${result.kind}`)
}

/** The only element; fails where there is none or more. */
export function only<T>(list: readonly T[]): T {
  const [first] = list
  if (first === undefined || list.length !== 1) throw new Error(`expected one element, found ${list.length}`)
  return first
}
