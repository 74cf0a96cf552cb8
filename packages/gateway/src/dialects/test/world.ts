import type { TenantId } from '../../core/ids.ts'
import type { Gateway } from '../../gateway.ts'
import type { HttpConfig } from '../../http/context.ts'
import { HttpRig, type HttpRigOptions } from '../../http/test/http-rig.ts'
import { TENANT } from '../../messages/test/rig.ts'
import type { Dialect } from '../dialect.ts'

/** A number that WhatsApp does not know. */
const UNREGISTERED = '6281999999999'
/** The same as people write it. */
export const UNREGISTERED_AS_WRITTEN = '+62 819-9999-9999'
export const REGISTERED = '6281300000001'
/** Words that must not leave the gateway. */
export const SECRETS = ['s3cret-detail', '/srv/kurir']

const STRANGER = 'stranger' as TenantId

export interface RawAnswer {
  status: number
  headers: Headers
  text: string
}

/** What a request is made of, beside its credential. */
export interface RawRequest {
  method: string
  /** May have a query. */
  path: string
  /** Sent as JSON, or as it is where it is a text or a form. */
  body?: unknown
  headers?: Record<string, string>
}

/**
 * A gateway that speaks the dialects, over real rooms and the scripted engine: `shop` is connected, `idle` shows a QR
 * code, and another tenant has a session whose id the server made.
 */
export class DialectWorld {
  readonly http: HttpRig
  readonly dialects: readonly Dialect[]
  readonly foreign: string
  /** While true, every verb of sessions and messages fails with an unforeseen error. */
  isBroken = false

  private constructor(http: HttpRig, dialects: readonly Dialect[], foreign: string) {
    this.http = http
    this.dialects = dialects
    this.foreign = foreign
  }

  static async open(
    dialects: readonly Dialect[],
    config: Partial<HttpConfig> = {},
    limits: Pick<HttpRigOptions, 'quotas'> = {},
  ): Promise<DialectWorld> {
    const state: { world?: DialectWorld } = {}
    const isBroken = () => state.world?.isBroken ?? false
    const http = await HttpRig.open({
      dialects,
      config: { sendTimeoutMs: 400, ...config },
      ...limits,
      gateway: (real) => ({
        ...real,
        sessions: breakable(real.sessions, isBroken),
        messages: breakable(real.messages, isBroken),
      }),
    })
    await http.gateway.access.createTenant({ id: STRANGER, name: 'Stranger' })
    const { id } = await http.gateway.sessions.create(STRANGER, { name: 'hidden shop' })
    await http.rig.connected('shop')
    await http.rig.unpaired('idle')
    http.rig.engine.unregistered.add(UNREGISTERED)
    const world = new DialectWorld(http, dialects, id)
    state.world = world
    return world
  }

  get gateway(): Gateway {
    return this.http.gateway
  }

  /** What `shop` has handed to the network so far. */
  async sent(): Promise<number> {
    return this.http.rig.account(await this.http.rig.session('shop')).attempted.length
  }

  async call({ method, path, body, headers = {} }: RawRequest): Promise<RawAnswer> {
    const isRaw = typeof body === 'string' || body instanceof FormData || body === undefined
    const response = await fetch(this.http.url + path, {
      method,
      headers: { ...(isRaw ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isRaw ? (body as string | FormData) : JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  /** A key of the dialect as the access room shows it. */
  async key(dialect: string, session?: string) {
    const input = { tenant: TENANT, name: 'test', dialect, ...(session === undefined ? {} : { session }) }
    return (await this.gateway.access.createDialectKey(input)).shown
  }

  close(): Promise<void> {
    return this.http.close()
  }
}

function breakable<Verbs extends object>(verbs: Verbs, isBroken: () => boolean): Verbs {
  return new Proxy(verbs, {
    get: (target, name) => {
      const verb: unknown = Reflect.get(target, name)
      if (typeof verb !== 'function') return verb
      return (...call: unknown[]) => {
        if (isBroken()) return Promise.reject(new Error(SECRETS.join(' ')))
        return verb.apply(target, call)
      }
    },
  })
}
