import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { generateMessageIDV2 } from 'baileys'
import type { SessionUid, WaMessageId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import type { RemoteMedia } from '../../core/media.ts'
import type { OutgoingContent, Quote } from '../../core/message.ts'
import type { ImportsCredentials } from '../capabilities.ts'
import type { AccountIdentity, ConnectOptions, Engine, EngineConnection, EngineSink } from '../port.ts'
import { decodeCreds, isPairedCreds } from './auth-state.ts'
import { BaileysConnection } from './connection.ts'
import { download } from './download.ts'
import { installFastCurve } from './fast-curve.ts'
import { installFastFrames } from './fast-frames.ts'
import { installFastSign } from './fast-sign.ts'
import { installFastSymmetric } from './fast-symmetric.ts'
import { importFiles } from './import.ts'
import { KeyedLock } from './locks.ts'
import { type MediaNetwork, mediaNetwork } from './media-network.ts'
import { type NetworkConfig, networkConfig } from './network.ts'
import { type BaileysEngineOptions, DEFAULT_TIMEOUTS } from './options.ts'
import { type ProxyRoute, proxyRoute } from './proxy.ts'
import { quietLibsignal } from './quiet-libsignal.ts'
import { newSessionState, type SessionState } from './session-state.ts'
import { compose } from './to-wa/compose.ts'
import { describe } from './to-wa/describe.ts'
import { Turns } from './turns.ts'

/** WhatsApp by way of Baileys, or a lab that speaks the same protocol. */
export class BaileysEngine implements Engine, ImportsCredentials {
  readonly name = 'baileys'
  readonly #options: BaileysEngineOptions
  readonly #network: NetworkConfig
  readonly #media: MediaNetwork
  readonly #oneByOne = new KeyedLock()
  readonly #turns = new Turns()
  readonly #routes = new Map<string, ProxyRoute>()
  readonly #states = new Map<SessionUid, SessionState>()

  /** Throws when another engine of this process has dialled a different network. */
  constructor(options: BaileysEngineOptions) {
    this.#options = options
    this.#network = networkConfig(options.network)
    this.#media = mediaNetwork(options.network)
    quietLibsignal()
    installFastCurve()
    installFastSign()
    installFastSymmetric()
    installFastFrames()
  }

  newMessageId(): WaMessageId {
    return generateMessageIDV2() as WaMessageId
  }

  compose(content: OutgoingContent, quote: Quote | null, to: Jid): Uint8Array | undefined {
    return compose(content, { to, quote, now: this.#options.clock.now(), secret: randomBytes(32) })
  }

  describe(bytes: Uint8Array): Record<string, unknown> {
    return describe(bytes)
  }

  connect(session: SessionUid, sink: EngineSink, options: ConnectOptions): EngineConnection {
    const route = this.#route(options)
    const { auth, clock, logger, timeouts, failpoint, onTrouble, deviceName = 'Kurir', historyDays = 0 } = this.#options
    const connection = new BaileysConnection({
      ...{ session, sink, auth, clock, failpoint, onTrouble, deviceName, historyDays },
      oneByOne: this.#oneByOne,
      turns: this.#turns,
      state: this.#state(session),
      logger: logger.child({ session }),
      timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
      network: route ? { ...this.#network, agent: route.agent, fetchAgent: route.agent } : this.#network,
      media: route ? { ...this.#media, dispatcher: route.dispatcher } : this.#media,
    })
    connection.open()
    return connection
  }

  async isPaired(session: SessionUid): Promise<boolean> {
    const json = await this.#options.auth.loadCreds(session)
    return json !== undefined && isPairedCreds(decodeCreds(json))
  }

  async forget(session: SessionUid): Promise<void> {
    this.#states.get(session)?.keys.retire()
    this.#states.delete(session)
    await this.#options.auth.wipe(session)
  }

  async importCredentials(session: SessionUid, files: ReadonlyMap<string, unknown>): Promise<AccountIdentity> {
    // What the process remembers of the session is of another account.
    this.#states.delete(session)
    return importFiles(this.#options.auth, session, files)
  }

  download(remote: RemoteMedia, options: ConnectOptions = {}): Promise<Readable> {
    const route = this.#route(options)
    return download(remote, route ? { ...this.#media, dispatcher: route.dispatcher } : this.#media)
  }

  /** Kept per proxy, so that the files of a session share connections. */
  #route({ proxy }: ConnectOptions): ProxyRoute | undefined {
    if (proxy === undefined) return undefined
    const known = this.#routes.get(proxy)
    if (known) return known
    const route = proxyRoute(proxy, { lookup: this.#options.proxyLookup, ca: this.#media.ca })
    this.#routes.set(proxy, route)
    return route
  }

  #state(session: SessionUid): SessionState {
    const known = this.#states.get(session)
    if (known) return known
    const { auth, clock } = this.#options
    const state = newSessionState(auth, session, clock)
    this.#states.set(session, state)
    return state
  }
}
