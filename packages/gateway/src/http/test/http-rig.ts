import type { AddressInfo } from 'node:net'
import { type Logger, pino } from 'pino'
import { Access } from '../../access/access.ts'
import type { Scope } from '../../access/ports.ts'
import { Alerts } from '../../alerts/alerts.ts'
import { Audit } from '../../audit/audit.ts'
import { Automation } from '../../automation/automation.ts'
import { Chats } from '../../chats/chats.ts'
import { GroupRoom } from '../../chats/groups.ts'
import { Persons } from '../../chats/persons.ts'
import { DEFAULT_TENANT, type TenantId } from '../../core/ids.ts'
import type { MediaId } from '../../core/media.ts'
import { NO_QUOTAS, type Quotas } from '../../core/quota.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { Dialect } from '../../dialects/dialect.ts'
import { keysOf } from '../../dialects/table.ts'
import { EventFeed } from '../../events/feed.ts'
import type { Gateway } from '../../gateway.ts'
import { Media, type MediaOptions } from '../../media/media.ts'
import { Rig } from '../../messages/test/rig.ts'
import { Metrics } from '../../observe/metrics.ts'
import { UrlGuard } from '../../safe-fetch/guard.ts'
import { SafeFetch } from '../../safe-fetch/safe-fetch.ts'
import { Traffic } from '../../stats/traffic.ts'
import { ItemAlertStore } from '../../store/alert-store.ts'
import { ItemAuditStore } from '../../store/audit-store.ts'
import { BodyFormats } from '../../webhooks/body.ts'
import { Endpoints } from '../../webhooks/endpoints.ts'
import type { HttpConfig, Server } from '../context.ts'
import { buildServer } from '../server.ts'

export interface Answer {
  status: number
  headers: Headers
  text: string
  body: Record<string, unknown>
}

export interface CallOptions {
  key?: string | null
  body?: unknown
  headers?: Record<string, string>
}

export interface HttpRigOptions {
  config?: Partial<HttpConfig>
  dataDir?: string
  /** Dialects to speak; none by default. */
  dialects?: readonly Dialect[]
  logger?: Logger
  /** Puts something between HTTP and the gateway. */
  gateway?: (gateway: Gateway) => Gateway
  quotas?: Quotas
  /** Limits of files. */
  media?: Partial<Pick<MediaOptions, 'maxBytes' | 'quotaBytes'>>
}

const SEND_TIMEOUT_MS = 5_000

/** The HTTP server on a free port over real rooms, a real SQLite file and the scripted engine. */
export class HttpRig {
  readonly rig: Rig
  readonly gateway: Gateway
  readonly app: Server
  readonly url: string
  readonly admin: string

  readonly #close: () => Promise<unknown>

  private constructor(
    rig: Rig,
    gateway: Gateway,
    { app, url, admin, close }: { app: Server; url: string; admin: string; close: () => Promise<unknown> },
  ) {
    this.#close = close
    this.rig = rig
    this.gateway = gateway
    this.app = app
    this.url = url
    this.admin = admin
  }

  static async open(options: HttpRigOptions = {}): Promise<HttpRig> {
    const files = { open: (id: MediaId) => media.source.open(id) }
    const { dataDir, quotas = NO_QUOTAS } = options
    const onPaired = ({ tenant, id }: SessionRecord) => audit.paired(tenant, id)
    const rig = await Rig.open({ files, quotas, onPaired, ...(dataDir === undefined ? {} : { dataDir }) })
    const { store, clock } = rig
    const { dialects = [] } = options
    const access = new Access({
      ...{ store: store.access, sessions: store.sessions, clock, quotas },
      dialects: keysOf(dialects),
    })
    const guard = new UrlGuard({ allowLoopback: true, ports: 'any' })
    const http = new SafeFetch({ guard })
    const { logger = pino({ level: 'silent' }), media: limits } = options
    const media = new Media({
      ...{ store: store.media, remote: rig.engine, http, dataDir: rig.dataDir, clock, logger, ...limits },
    })
    const audit = new Audit({ store: new ItemAuditStore(store.items), clock, logger })
    const real: Gateway = {
      access,
      sessions: rig.sessions,
      messages: rig.messages,
      media,
      items: store.items,
      audit,
      alerts: new Alerts({
        ...{ store: new ItemAlertStore(store), http, clock, logger },
        ...{ url: null, downAfterMs: 60_000 },
      }),
      chats: new Chats({ store: store.chats, sessions: rig.sessions }),
      groups: new GroupRoom({ sessions: rig.sessions }),
      persons: new Persons({
        ...{ store: store.persons, chats: store.chats, sessions: rig.sessions, files: media, clock },
      }),
      webhooks: new Endpoints({
        ...{ store: store.webhooks, sessions: store.sessions, guard, clock, renderer: new BodyFormats() },
        call: { http, clock, logger, userAgent: 'Kurir/0.0.0', timeoutMs: 5_000 },
      }),
      automation: new Automation({ store: store.automation, sessions: store.sessions, guard, clock }),
      events: new EventFeed(store.events, clock),
      stats: new Traffic({ events: store.events, deliveries: store.webhooks, clock }),
      health: () => ({ ok: store.health().ok, store: store.health().ok ? 'ok' : 'failing', encryption: 'off' }),
      rotateMasterKey: async () => ({ rewrapped: await store.encryption.rotate(), masterKey: '' }),
    }
    const gateway = options.gateway?.(real) ?? real
    const admin = (await access.bootstrap()) ?? ''
    const config = {
      publicUrl: null,
      basePath: '',
      trustProxy: false,
      corsOrigins: [],
      rateLimit: null,
      sendTimeoutMs: SEND_TIMEOUT_MS,
      ...options.config,
    }
    const metrics = new Metrics({ stats: (afterRow) => store.stats(afterRow), now: () => clock.now() })
    await metrics.start()
    const app = await buildServer({ gateway, config, logger, metrics, dialects })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}${config.basePath}`
    return new HttpRig(rig, gateway, { app, url, admin, close: () => Promise.all([media.stop(), http.close()]) })
  }

  async close(): Promise<void> {
    await this.app.close()
    await this.#close()
    await this.rig.close()
  }

  /** A key with these scopes. */
  async key(scopes: Scope[], options: { tenant?: string; session?: string } = {}): Promise<string> {
    const tenant = (options.tenant ?? DEFAULT_TENANT) as TenantId
    const session = options.session === undefined ? {} : { session: options.session }
    return (await this.gateway.access.createKey({ tenant, name: 'test', scopes, ...session })).key
  }

  /** Calls with the admin key unless told otherwise. */
  async call(
    method: string,
    path: string,
    { key = this.admin, body, headers = {} }: CallOptions = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, text, body: isJson && text ? JSON.parse(text) : {} }
  }
}
