import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { Access } from './access/access.ts'
import { Alerts, type SettledDelivery } from './alerts/alerts.ts'
import { Audit } from './audit/audit.ts'
import { Automation } from './automation/automation.ts'
import { Responder } from './automation/responder.ts'
import { Chats } from './chats/chats.ts'
import { GroupRoom } from './chats/groups.ts'
import { Persons } from './chats/persons.ts'
import type { Config } from './config/config.ts'
import { type Clock, systemClock } from './core/clock.ts'
import { KurirError } from './core/errors.ts'
import type { Failpoint } from './core/failpoints.ts'
import type { Dialect } from './dialects/dialect.ts'
import { chooseDialects, keysOf } from './dialects/table.ts'
import { BaileysEngine } from './engine/baileys/engine.ts'
import type { BaileysEngineOptions, Network } from './engine/baileys/options.ts'
import { EventFeed } from './events/feed.ts'
import { clientWithFailpoints, dieAt, storeWithFailpoints } from './failpoints.ts'
import type { Gateway } from './gateway.ts'
import type { Server } from './http/context.ts'
import { buildServer } from './http/server.ts'
import { VERSION } from './http/version.ts'
import { Media, type MediaOptions } from './media/media.ts'
import { Messages } from './messages/messages.ts'
import { Metrics } from './observe/metrics.ts'
import { whyUnreachable } from './observe/reachability.ts'
import { type OpenTraces, openTraces } from './open-traces.ts'
import { guardedLookup, systemResolve } from './safe-fetch/connect.ts'
import { UrlGuard } from './safe-fetch/guard.ts'
import { checkProxy } from './safe-fetch/proxy.ts'
import { SafeFetch } from './safe-fetch/safe-fetch.ts'
import { SessionFiles } from './sessions/session-files.ts'
import { Sessions } from './sessions/sessions.ts'
import { Traffic } from './stats/traffic.ts'
import { ItemAlertStore } from './store/alert-store.ts'
import { ItemAuditStore } from './store/audit-store.ts'
import { installationId } from './store/installation.ts'
import { openStore } from './store/open-store.ts'
import { MasterKeyError } from './store/sealing/keyring.ts'
import type { Store } from './store/store.ts'
import type { Traces } from './traces.ts'
import { BodyFormats } from './webhooks/body.ts'
import { DeliveryPump, type DeliveryPumpNeeds } from './webhooks/deliver.ts'
import { Endpoints } from './webhooks/endpoints.ts'
import type { AttemptOutcome, DueDelivery } from './webhooks/ports.ts'

/** The running program. */
export interface App {
  /** Made at the first start and shown this once; undefined later, and where the operator gave one. */
  adminKey: string | undefined
  /** Resolves with the reason where the program has to end. */
  failed: Promise<string>
  /** Listens, resumes sessions and delivers webhooks. Answers where it listens. */
  start(): Promise<{ url: string }>
  /** Takes nothing new, lets what is in flight end, and closes everything; within ten seconds. Safe to call again. */
  stop(): Promise<void>
}

/** Where the dashboard's build is. */
const DASHBOARD = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const UNENCRYPTED = 'KURIR_MASTER_KEY is not set: WhatsApp credentials, keys and webhook secrets are stored unencrypted'
const WEBHOOK_TIMEOUT_MS = 15_000
const WEBHOOK_SLOTS = { total: 64, perEndpoint: 16 }
/** What sends and webhook attempts in flight may take of the ten seconds that a stop has. */
const DRAIN_MS = 6_000
const PRUNE_EVERY_MS = 10 * 60_000

/** Opens the store and wires all rooms together, on the machine's clock or another. Nothing runs before `start()`. */
export async function createApp(config: Config, logger: Logger, clock: Clock = systemClock): Promise<App> {
  const failpoint = config.failpoint ? dieAt(config.failpoint) : undefined
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>()
  const { dataDir, database, masterKey } = config
  const onLost = () => fail('another gateway has taken over the database')
  const opened = await openStore({ dataDir, database, masterKey, clock, logger, onLost })
  // Nothing in a simulated network is anybody's.
  if (!opened.encryption.isOn && !config.lab) logger.warn(UNENCRYPTED)
  const traces = config.traces ? await openTraces(config.traces, clock, logger) : undefined
  const tracked = traces ? traces.store(opened) : opened
  const store = failpoint ? storeWithFailpoints(tracked, failpoint) : tracked
  try {
    const installation = await installationId(store.items, clock.now())
    const parts = await wire(config, { store, installation, clock, logger, failpoint, traces })
    const adminKey = await parts.gateway.access.bootstrap()
    return { adminKey, failed, ...run(parts, { config, store, clock, logger, traces }) }
  } catch (error) {
    await store.close()
    throw error
  }
}

interface Parts {
  gateway: Gateway
  sessions: Sessions
  messages: Messages
  pump: DeliveryPump
  responder: Responder
  http: SafeFetch
  media: Media
  server: Server
  address: OwnAddress
  metrics: Metrics
  alerts: Alerts
}

/** Where clients reach the gateway: known before it listens where it is configured. */
interface OwnAddress {
  url: string | undefined
}

interface Ground {
  store: Store
  installation: string
  clock: Clock
  logger: Logger
  failpoint: Failpoint | undefined
  traces: OpenTraces | undefined
}

async function wire(config: Config, ground: Ground): Promise<Parts> {
  const { store, clock, logger, failpoint, traces } = ground
  const guard = new UrlGuard({
    allow: config.privateUrls.cidrs,
    allowLoopback: config.privateUrls.loopback,
    // Services of the inside listen on ports of their own.
    ...(config.privateUrls.loopback || config.privateUrls.cidrs.length > 0 ? { ports: 'any' } : {}),
  })
  const http = new SafeFetch({ guard })
  const { metrics, alerts, onSettled } = wireWatching(config, { store, http, clock, logger })
  const proxyLookup = guardedLookup(guard, systemResolve)
  const onTrouble: BaileysEngineOptions['onTrouble'] = (trouble) => metrics.trouble(trouble)
  const engine = wireEngine(config, ground, { proxyLookup, onTrouble })
  const media = wireMedia(config, ground, { remote: new SessionFiles(engine, store.sessions), http })
  const messages = new Messages({
    ...{ engine, store: store.messages, sessions: store.sessions, files: media.source, clock, logger },
    quotas: config.quotas,
    concurrency: config.sendConcurrency,
  })
  const audit = new Audit({ store: new ItemAuditStore(store.items), clock, logger })
  const sessions = new Sessions({
    engine,
    store: store.sessions,
    traffic: messages,
    checkProxy: (url) => checkProxy(guard, url),
    onPaired: ({ tenant, id }) => audit.paired(tenant, id),
    clock,
    logger,
    handshakes: config.handshakes,
  })
  const dialects = chooseDialects(config.dialects)
  const address: OwnAddress = { url: config.publicUrl ?? undefined }
  const client = failpoint ? clientWithFailpoints(http, failpoint) : http
  const { pump, webhooks } = wireWebhooks(
    { store, http: client, guard, address, clock, logger, onSettled, traces },
    dialects,
  )
  const responder = new Responder({
    ...{ store: store.automation, sessions: store.sessions, messages, files: media, http, clock, logger },
    ...{ random: Math.random, userAgent: `Kurir/${VERSION}` },
  })
  const gateway: Gateway = {
    access: new Access({
      ...{ store: store.access, sessions: store.sessions, clock, adminKey: config.adminKey, quotas: config.quotas },
      dialects: keysOf(dialects),
    }),
    sessions,
    messages,
    media,
    items: store.items,
    audit,
    alerts,
    chats: new Chats({ store: store.chats, sessions }),
    groups: new GroupRoom({ sessions }),
    persons: new Persons({ store: store.persons, chats: store.chats, sessions, files: media, clock }),
    webhooks,
    automation: new Automation({ store: store.automation, sessions: store.sessions, guard, clock }),
    events: new EventFeed(store.events, clock),
    stats: new Traffic({ events: store.events, deliveries: store.webhooks, clock }),
    health: () => {
      const { ok } = store.health()
      return { ok, store: ok ? 'ok' : 'failing', encryption: store.encryption.isOn ? 'on' : 'off' }
    },
    rotateMasterKey: () => rotateMasterKey(store),
  }
  const dashboard = dashboardOf(config)
  const server = await buildServer({ gateway, config, logger, dialects, dashboard, metrics, traces })
  return { gateway, sessions, messages, pump, responder, http, media, server, address, metrics, alerts }
}

/** The engine; with traces it tells them how far it is. */
function wireEngine(
  config: Config,
  { store, clock, logger, failpoint, traces }: Ground,
  needs: Pick<BaileysEngineOptions, 'proxyLookup' | 'onTrouble'>,
): BaileysEngine {
  const engine = new BaileysEngine({
    ...{ ...needs, auth: store.auth, network: networkOf(config), clock, logger },
    historyDays: config.historyDays,
    ...(failpoint || traces ? { failpoint: joined(failpoint, traces?.reached) } : {}),
  })
  return traces ? traces.engine(engine) : engine
}

/** Files; what is under the prefix of a bucket is this installation's alone. */
function wireMedia(
  { dataDir, media }: Config,
  { store, installation, clock, logger }: Ground,
  needs: Pick<MediaOptions, 'remote' | 'http'>,
): Media {
  const s3 = media.s3 && { ...media.s3, owner: installation }
  return new Media({ ...needs, store: store.media, dataDir, clock, logger, ...media, s3 })
}

/** Both are told. */
function joined(first: Failpoint | undefined, second: Failpoint | undefined): Failpoint {
  return async (name) => {
    await first?.(name)
    await second?.(name)
  }
}

/** What tells the operator how it goes. */
function wireWatching(config: Config, { store, http, clock, logger }: Pick<WebhookNeeds, WatchingNeeds>) {
  const metrics = new Metrics({ stats: (afterRow) => store.stats(afterRow), now: () => clock.now() })
  const kept = new ItemAlertStore(store)
  const alerts = new Alerts({ store: kept, http, clock, logger, ...config.alerts })
  const onSettled: WebhookNeeds['onSettled'] = (delivery, outcome) => {
    metrics.webhookAttempt(outcome.next.kind)
    void alerts.deliverySettled(settledOf(delivery, outcome))
  }
  return { metrics, alerts, onSettled }
}

type WatchingNeeds = 'store' | 'http' | 'clock' | 'logger'

/** What the outside does with webhooks, and the pump that delivers; a dialect's bodies have its name as their format. */
function wireWebhooks(
  { store, http, guard, address, clock, logger, onSettled, traces }: WebhookNeeds,
  dialects: readonly Dialect[],
): Pick<Parts, 'pump'> & Pick<Gateway, 'webhooks'> {
  const call = { http, clock, logger, userAgent: `Kurir/${VERSION}`, timeoutMs: WEBHOOK_TIMEOUT_MS }
  const formats = dialects.flatMap(({ name, webhookBody }) => (webhookBody ? [[name, webhookBody] as const] : []))
  const renderer = new BodyFormats(formats, () => address.url)
  const needs = { ...call, renderer, commits: store.events, random: Math.random, slots: WEBHOOK_SLOTS, traces }
  return {
    pump: new DeliveryPump({
      ...{ ...needs, store: store.webhooks },
      onSettled,
    }),
    webhooks: new Endpoints({ store: store.webhooks, sessions: store.sessions, guard, clock, call, renderer }),
  }
}

function settledOf({ endpoint, event }: DueDelivery, { next, error, status }: AttemptOutcome): SettledDelivery {
  const { tenant, sessionUid, session } = event
  const reason = error === null ? 'ok' : error === 'http_status' ? `http_${status}` : error
  return { tenant, sessionUid, session, webhook: endpoint.id, outcome: next.kind, reason }
}

interface WebhookNeeds {
  store: Store
  http: SafeFetch
  guard: UrlGuard
  address: OwnAddress
  clock: Clock
  logger: Logger
  onSettled: NonNullable<DeliveryPumpNeeds['onSettled']>
  traces: Traces | undefined
}

/** Re-wraps every data key; the master key's fingerprint tells the caller that it is the one that was meant. */
async function rotateMasterKey({ encryption }: Store): Promise<{ rewrapped: number; masterKey: string }> {
  if (!encryption.isOn) throw new KurirError('unavailable', 'There is no master key: the store is not encrypted')
  try {
    const rewrapped = await encryption.rotate()
    return { rewrapped, masterKey: encryption.masterKey() }
  } catch (error) {
    throw error instanceof MasterKeyError ? new KurirError('unavailable', error.message, { cause: error }) : error
  }
}

/** The dashboard, and the lab's page of phones, which is beside where the lab is dialled. */
function dashboardOf({ lab }: Config): { dir: string; phonePage: string | null } {
  return { dir: DASHBOARD, phonePage: lab && new URL('/phone', lab.url.replace(/^ws/, 'http')).href }
}

function networkOf({ lab }: Config): Network {
  if (!lab) return { kind: 'whatsapp' }
  const { url, rootKey, caFile } = lab
  return { kind: 'lab', url, rootKey, ...(caFile ? { caFile } : {}) }
}

interface Surroundings {
  config: Config
  store: Store
  clock: Clock
  logger: Logger
  traces: OpenTraces | undefined
}

function run(parts: Parts, { config, store, clock, logger, traces }: Surroundings): Pick<App, 'start' | 'stop'> {
  const { server, sessions, messages, pump, responder, http, media, address, metrics, alerts } = parts
  let janitor: NodeJS.Timeout | undefined
  let stopped: Promise<void> | undefined

  const prune = () => {
    store.prune(clock.now(), config.retention).then(
      (rows) => Object.values(rows).some(Boolean) && logger.info({ rows }, 'old rows were deleted'),
      (err: unknown) => logger.warn({ err }, 'old rows could not be deleted'),
    )
    responder.prune(clock.now()).catch((err: unknown) => logger.warn({ err }, 'old answers could not be deleted'))
    media.prune(clock.now()).catch((err: unknown) => logger.warn({ err }, 'old files could not be deleted'))
  }
  const stop = async () => {
    clearInterval(janitor)
    const closed = server.close()
    await responder.stop()
    await messages.drain(DRAIN_MS)
    await Promise.all([sessions.drain(), pump.drain(clock.now() + 1_000), media.stop(), alerts.stop(), closed])
    await http.close()
    await store.close()
    await traces?.close()
  }
  return {
    async start() {
      await Promise.all([media.start(), metrics.start()])
      await server.listen({ host: config.host, port: config.port })
      const url = config.publicUrl ?? listeningAt(server, config)
      address.url = url
      messages.start()
      pump.start()
      alerts.start()
      responder.start()
      janitor = setInterval(prune, PRUNE_EVERY_MS)
      janitor.unref()
      void sayWhatIsUnreachable(config, logger)
      sessions.resume().catch((err: unknown) => logger.error({ err }, 'sessions could not be resumed'))
      return { url }
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

/** Without a network everything else works, and sessions connect as soon as there is one: so this is said, no more. */
async function sayWhatIsUnreachable({ lab }: Config, logger: Logger): Promise<void> {
  const { hostname, port } = lab ? new URL(lab.url) : { hostname: 'web.whatsapp.com', port: '443' }
  const why = await whyUnreachable(hostname, Number(port) || 443)
  if (why) logger.warn({ host: hostname, why }, `${hostname} cannot be reached (${why}); sessions wait until it can`)
}

function listeningAt(server: Server, { host, basePath }: Config): string {
  const { port } = server.server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}${basePath}`
}
