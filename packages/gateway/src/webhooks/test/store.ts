import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Clock, systemClock } from '../../core/clock.ts'
import { DEFAULT_TENANT, newId, type SessionUid, type WaMessageId } from '../../core/ids.ts'
import { phoneJid } from '../../core/jid.ts'
import type { MediaId } from '../../core/media.ts'
import type { IncomingContent } from '../../core/message.ts'
import { openSqliteStore } from '../../store/sqlite/open.ts'
import type { Store } from '../../store/store.ts'
import type { Delivery, Endpoint } from '../ports.ts'

export const silent = pino({ level: 'silent' })

/** The real store in a directory of its own, with the few writes of other rooms that deliveries come from. */
export interface TestStore extends Store {
  dataDir: string
  createSession(id: string): Promise<SessionUid>
  createEndpoint(url: string, rest?: Partial<Endpoint>): Promise<Endpoint>
  /** A message that arrives in the chat of `phone`: one event, one delivery per endpoint. */
  receive(session: SessionUid, phone: string, text: string): Promise<void>
  receiveFile(session: SessionUid, phone: string, id: MediaId): Promise<void>
  /** Of the endpoint, oldest first. */
  deliveries(endpoint: Endpoint): Promise<Delivery[]>
}

/** Opens a store; `dataDir` for one that exists already, which `close` then leaves where it is. */
export async function openTestStore(options: { clock?: Clock; dataDir?: string } = {}): Promise<TestStore> {
  const clock = options.clock ?? systemClock
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kurir-webhooks-')))
  const store = await openSqliteStore({ dataDir, clock, logger: silent })
  return {
    ...store,
    dataDir,
    createSession: (id) => createSession(store, clock, id),
    createEndpoint: (url, rest) => createEndpoint(store, clock, url, rest),
    receive: (session, phone, text) => receive(store, clock, session, phone, { type: 'text', text }),
    receiveFile: (session, phone, id) => {
      const media = { id, mimetype: 'image/png', size: 1, fileName: null, sha256: null }
      return receive(store, clock, session, phone, { type: 'image', media })
    },
    deliveries: async ({ id }) => (await store.webhooks.listDeliveries(id, { limit: 100_000 })).reverse(),
    close: async () => {
      await store.close()
      if (!options.dataDir) await rm(dataDir, { recursive: true })
    },
  }
}

async function createSession(store: Store, clock: Clock, id: string): Promise<SessionUid> {
  const uid = newId('ses')
  await store.sessions.createSession({
    uid,
    tenant: DEFAULT_TENANT,
    id,
    name: null,
    shouldRun: true,
    status: 'connected',
    reason: 'resumed',
    since: clock.now(),
    phone: '6281200000001',
    lid: null,
    pushName: null,
    metadata: { shop: id },
    settings: {},
    restriction: null,
    createdAt: clock.now(),
  })
  return uid
}

async function createEndpoint(
  store: Store,
  clock: Clock,
  url: string,
  rest: Partial<Endpoint> = {},
): Promise<Endpoint> {
  const endpoint: Endpoint = {
    id: newId('end'),
    kind: 'webhook',
    tenant: DEFAULT_TENANT,
    url,
    events: ['*'],
    sessionUid: null,
    session: null,
    headers: {},
    secret: `whsec_${randomBytes(32).toString('base64')}`,
    previousSecret: null,
    format: 'native',
    settings: {},
    timeoutMs: null,
    disabledAt: null,
    createdAt: clock.now(),
    ...rest,
  }
  await store.webhooks.createEndpoint(endpoint)
  return endpoint
}

async function receive(
  store: Store,
  clock: Clock,
  session: SessionUid,
  phone: string,
  content: IncomingContent,
): Promise<void> {
  const waId = randomBytes(10).toString('hex').toUpperCase() as WaMessageId
  await store.messages.storeInbound(
    session,
    {
      journalKey: waId,
      waId,
      chat: phoneJid(phone),
      participant: null,
      senderAlt: null,
      fromMe: false,
      pushName: 'Sari',
      content,
      quote: null,
      timestamp: clock.now(),
      offline: false,
    },
    clock.now(),
  )
}
