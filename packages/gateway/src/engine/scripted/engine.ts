import { Readable } from 'node:stream'
import { type Clock, systemClock } from '../../core/clock.ts'
import { isMedia } from '../../core/content.ts'
import type { SessionUid, WaMessageId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import type { RemoteMedia } from '../../core/media.ts'
import type { OutgoingContent, Quote } from '../../core/message.ts'
import { type ConnectOptions, DownloadFailed, type Engine, type EngineConnection, type EngineSink } from '../port.ts'
import { ScriptedAccount } from './account.ts'

export interface ScriptedOptions {
  clock?: Clock
  /** How long `send` waits for an ack that is withheld. Milliseconds. */
  ackTimeoutMs?: number
  /** How long one QR is valid. Milliseconds. */
  qrMs?: number
  /** How many QR codes are shown before pairing times out. */
  qrCount?: number
}

/**
 * An engine without a network: WhatsApp's server and the person's phone are {@link ScriptedAccount} objects that a
 * test plays. Everything happens in the order of the calls, in microtasks, and ids count up from one.
 */
export class ScriptedEngine implements Engine {
  readonly name = 'scripted'
  /** Numbers (digits) without a WhatsApp account. */
  readonly unregistered = new Set<string>()
  /** When false, connections end with `unreachable`. */
  reachable = true
  /** The files of inbound messages by their `directPath`. */
  readonly remoteFiles = new Map<string, Uint8Array>()
  readonly #accounts = new Map<SessionUid, ScriptedAccount>()
  readonly #settings: Required<ScriptedOptions>
  #ids = 0
  #secrets = 0

  constructor(options: ScriptedOptions = {}) {
    this.#settings = { clock: systemClock, ackTimeoutMs: 20_000, qrMs: 60_000, qrCount: 3, ...options }
  }

  newMessageId(): WaMessageId {
    this.#ids += 1
    return `3EB0${this.#ids.toString(16).toUpperCase().padStart(18, '0')}` as WaMessageId
  }

  compose(content: OutgoingContent, quote: Quote | null, _to: Jid): Uint8Array | undefined {
    const hasFile = isMedia(content) || (content.type === 'buttons' && content.media !== undefined)
    return hasFile ? undefined : this.#make(content, quote)
  }

  describe(bytes: Uint8Array): Record<string, unknown> {
    const { content } = JSON.parse(new TextDecoder().decode(bytes)) as { content: Record<string, unknown> }
    return content
  }

  connect(session: SessionUid, sink: EngineSink, _options: ConnectOptions): EngineConnection {
    return this.account(session).connect(sink)
  }

  isPaired(session: SessionUid): Promise<boolean> {
    return Promise.resolve(this.account(session).isPaired)
  }

  forget(session: SessionUid): Promise<void> {
    this.account(session).forget()
    return Promise.resolve()
  }

  download({ directPath }: RemoteMedia): Promise<Readable> {
    const file = this.remoteFiles.get(directPath)
    if (!file) return Promise.reject(new DownloadFailed('gone', 'the script has no such file'))
    return Promise.resolve(Readable.from([file], { objectMode: false }))
  }

  /** What the server and the phone of this session do. */
  account(session: SessionUid): ScriptedAccount {
    const known = this.#accounts.get(session)
    if (known) return known
    const account = new ScriptedAccount({
      ...this.#settings,
      reachable: () => this.reachable,
      registered: (phone) => !this.unregistered.has(phone),
      make: (content, quote) => this.#make(content, quote),
    })
    this.#accounts.set(session, account)
    return account
  }

  /** Different at each call, as real bytes with their random secret are. */
  #make(content: OutgoingContent, quote: Quote | null): Uint8Array {
    this.#secrets += 1
    return new TextEncoder().encode(JSON.stringify({ content, quote, secret: this.#secrets }))
  }
}
