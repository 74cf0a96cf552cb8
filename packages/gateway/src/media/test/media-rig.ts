import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { type Clock, systemClock } from '../../core/clock.ts'
import { DEFAULT_TENANT, newId, type WaMessageId } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import type { MediaId, RemoteMedia } from '../../core/media.ts'
import { UrlGuard } from '../../safe-fetch/guard.ts'
import { SafeFetch } from '../../safe-fetch/safe-fetch.ts'
import { openSqliteStore } from '../../store/sqlite/open.ts'
import type { Store } from '../../store/store.ts'
import { Media, type MediaOptions } from '../media.ts'

export const TENANT = DEFAULT_TENANT
export const OTHER = 'other' as typeof TENANT

export interface MediaRigOptions extends Partial<Omit<MediaOptions, 'store' | 'dataDir' | 'logger'>> {
  dataDir?: string
  /** Whether loopback addresses may be fetched. */
  loopback?: boolean
  /** Networks of the inside that may be fetched from. */
  allow?: string[]
}

/** WhatsApp's media server, played by the test. */
export class RemoteServer {
  /** What is kept, by direct path. */
  readonly files = new Map<string, Buffer>()
  /** Downloads that were begun, by direct path. */
  readonly begun: string[] = []
  /** Does something else than answer with the file. */
  answer: ((path: string) => Promise<Readable>) | undefined

  async download({ directPath }: RemoteMedia): Promise<Readable> {
    this.begun.push(directPath)
    if (this.answer) return this.answer(directPath)
    const file = this.files.get(directPath)
    if (!file) throw new Error('the test keeps no such file')
    return Readable.from([file])
  }
}

/** The media room over a real SQLite file and a real folder. */
export class MediaRig {
  readonly dataDir: string
  readonly store: Store
  readonly media: Media
  readonly remote: RemoteServer
  readonly #http: SafeFetch
  readonly #clock: Clock

  private constructor(dataDir: string, store: Store, remote: RemoteServer, options: MediaRigOptions) {
    const { clock = systemClock, loopback = false, allow = [] } = options
    this.dataDir = dataDir
    this.store = store
    this.remote = remote
    this.#clock = clock
    this.#http = new SafeFetch({ guard: new UrlGuard({ allowLoopback: loopback, allow, ports: 'any' }) })
    const logger = pino({ level: 'silent' })
    this.media = new Media({ remote, http: this.#http, clock, ...options, store: store.media, dataDir, logger })
  }

  static async open(options: MediaRigOptions = {}, remote = new RemoteServer()): Promise<MediaRig> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kurir-media-')))
    const clock = options.clock ?? systemClock
    const store = await openSqliteStore({ dataDir, clock, logger: pino({ level: 'silent' }) })
    return new MediaRig(dataDir, store, remote, options)
  }

  /** Ends this one and opens another on the same data, as a restart does. */
  async restart(options: MediaRigOptions = {}): Promise<MediaRig> {
    await this.#end()
    return MediaRig.open({ ...options, dataDir: this.dataDir }, this.remote)
  }

  async close(): Promise<void> {
    await this.#end()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** Names of all kept files and of those being written. */
  async files(): Promise<string[]> {
    const all = await readdir(join(this.dataDir, 'media'), { recursive: true, withFileTypes: true }).catch(() => [])
    return all.filter((entry) => entry.isFile()).map(({ name }) => name)
  }

  /** A message with this file comes in; answers the file's id. */
  async receive(content: Buffer, over: Partial<RemoteMedia> = {}): Promise<MediaId> {
    const session = await this.#session()
    const id = newId('med')
    const directPath = `/mms/${id}`
    this.remote.files.set(directPath, content)
    const media = { id, mimetype: 'image/jpeg', size: content.length, fileName: null, sha256: null }
    const waId = `3A${id}` as WaMessageId
    const remote: RemoteMedia = {
      ...{ kind: 'image', mimetype: 'image/jpeg', size: content.length, fileName: null, url: null, directPath },
      ...{ mediaKey: 'a2V5', fileSha256: null, fileEncSha256: null, ...over },
    }
    const sender = { chat: phoneJid('6281300000001'), participant: null, senderAlt: null as Jid | null, fromMe: false }
    await this.store.messages.storeInbound(
      session.uid,
      {
        ...{ journalKey: waId, waId, ...sender, pushName: null, quote: null, timestamp: 0, offline: false },
        ...{ content: { type: 'image', media }, remote },
      },
      this.#clock.now(),
    )
    return id
  }

  async #session() {
    const known = await this.store.sessions.getSession(TENANT, 'shop')
    if (known) return known
    const session = {
      ...{ uid: newId('ses'), tenant: TENANT, id: 'shop', name: null, shouldRun: true, status: 'connected' as const },
      ...{ reason: 'resumed' as const, since: 0, phone: '6281200000001', lid: null, pushName: null },
      ...{ metadata: {}, settings: {}, restriction: null, createdAt: 0 },
    }
    await this.store.sessions.createSession(session)
    return session
  }

  async #end(): Promise<void> {
    await this.media.stop()
    await this.#http.close()
    await this.store.close()
  }
}

/** Asks again and again until there is an answer; fails after ten seconds. */
export async function until<Value>(what: string, probe: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const value = await probe()
    if (value !== undefined) return value
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
