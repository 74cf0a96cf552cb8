import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import { type ErrorCode, KurirError } from '../core/errors.ts'
import type { TenantId } from '../core/ids.ts'
import type { MediaId, MediaKind, MediaRef } from '../core/media.ts'
import { FileMissing, type FileSource, type SourceFile } from '../engine/port.ts'
import type { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import { Downloads } from './downloads.ts'
import { Ffmpeg } from './ffmpeg.ts'
import { MediaFiles } from './files.ts'
import { Forms } from './forms.ts'
import { Images } from './images.ts'
import { Intake } from './intake.ts'
import { KeeperRefused } from './keepers.ts'
import type { MediaRecord, MediaStore, RemoteFiles } from './ports.ts'
import { Retention } from './retention.ts'
import type { S3Place } from './s3-keeper.ts'
import { TraitsReader } from './traits.ts'
import type { FileClaim, MediaInfo, MediaVerbs, OpenFile } from './verbs.ts'

export interface MediaOptions {
  store: MediaStore
  remote: RemoteFiles
  http: Pick<SafeFetch, 'fetch'>
  /** The gateway's; files go to its folder `media`, or pass through it on their way to `s3`. */
  dataDir: string
  /** Where files lie instead; default null, in the data directory. */
  s3?: S3Place | null
  clock: Clock
  logger: Logger
  /** Of one file; default 100 MB. */
  maxBytes?: number
  /** Of all files of one tenant together; default 0, no limit. */
  quotaBytes?: number
  /** Files that were not used for so many days are deleted; default 30, 0 keeps them. */
  days?: number
  /** Received files that are fetched at the same time in the background; default 4. */
  concurrency?: number
  /** Name or path of the program that makes voice messages; default `ffmpeg`. */
  ffmpeg?: string
  /** 0 (inclusive) to 1 (exclusive), for the jitter of back-offs; default Math.random. */
  random?: () => number
}

/** Trying again does not bring the file back. */
const GONE = new Set<ErrorCode>(['media_not_found', 'media_gone'])
/** Files made of others that are remembered. */
const MADE_REMEMBERED = 500
const MB = 1024 * 1024
/** A use is written down at most once in so many milliseconds. */
const TOUCH_EVERY_MS = 24 * 3_600_000

/** Files: taken from clients, fetched from WhatsApp, kept by their hash, given out again. */
export class Media implements MediaVerbs {
  readonly maxBytes: number
  /** For the engine, which uploads the files of messages. */
  readonly source: FileSource
  readonly #store: MediaStore
  readonly #files: MediaFiles
  readonly #intake: Intake
  readonly #downloads: Downloads
  readonly #retention: Retention
  readonly #forms: Forms
  readonly #traits: TraitsReader
  /** Files that were made of others. */
  readonly #made = new Map<string, MediaRecord>()
  readonly #making = new Map<string, Promise<MediaRecord | undefined>>()
  readonly #clock: Clock
  readonly #logger: Logger

  constructor(options: MediaOptions) {
    const { store, remote, http, clock, logger, maxBytes = 100 * MB, quotaBytes = 0, days = 30 } = options
    const files = new MediaFiles(join(options.dataDir, 'media'), options.s3 ?? null)
    this.maxBytes = maxBytes
    this.#store = store
    this.#files = files
    this.#clock = clock
    this.#logger = logger
    this.#intake = new Intake({ files, store, http, clock, maxBytes, quotaBytes })
    const images = new Images()
    const ffmpeg = new Ffmpeg({ program: options.ffmpeg ?? 'ffmpeg' })
    this.#forms = new Forms({ files, images, ffmpeg, logger })
    this.#traits = new TraitsReader(files, images, ffmpeg, logger)
    const { concurrency = 4, random = Math.random } = options
    this.#downloads = new Downloads({ files, store, remote, clock, logger, maxBytes, concurrency, random })
    this.source = { open: (id) => this.#forEngine(id) }
    this.#retention = new Retention({ files, store, logger, days })
  }

  /**
   * Clears what a killed process left and begins to fetch what came in. Rejects with `KeeperRefused` where the place
   * for files will not have them; one that cannot be reached now is waited for.
   */
  async start(): Promise<void> {
    await this.#files.prepare()
    try {
      await this.#files.check()
    } catch (err) {
      if (err instanceof KeeperRefused) throw err
      this.#logger.warn({ err }, 'files cannot be reached now; they wait until they can')
    }
    this.#downloads.start()
  }

  /** Resolves when the store and the engine are no longer used in the background. */
  stop(): Promise<void> {
    return this.#downloads.stop()
  }

  /** Deletes what has outlived its use. `now` in milliseconds. */
  prune(now: number): Promise<{ rows: number; files: number }> {
    return this.#retention.prune(now)
  }

  async fromStream(tenant: TenantId, content: Readable, claim: FileClaim): Promise<MediaRef> {
    return toRef(await this.#intake.fromStream(tenant, content, claim))
  }

  async fromUrl(tenant: TenantId, url: string, claim: FileClaim & { timeoutMs?: number } = {}): Promise<MediaRef> {
    return toRef(await this.#intake.fromUrl(tenant, url, claim))
  }

  async fromBase64(tenant: TenantId, text: string, claim: FileClaim = {}): Promise<MediaRef> {
    return toRef(await this.#intake.fromBase64(tenant, text, claim))
  }

  async forMessage(tenant: TenantId, id: MediaId, kind: MediaKind): Promise<MediaRef> {
    const { media, size, sha256 } = await this.#here(await this.#record(tenant, id))
    const file = { size, mimetype: media.mimetype, sha256 }
    const made = await this.#once(`${tenant} ${sha256} ${media.mimetype} ${kind}`, async () => {
      const form = await this.#forms.make(file, kind)
      if (!form) return undefined
      const fileName = renamed(media.fileName, form.extension)
      const { mimetype } = form
      return this.#intake.register(tenant, form.staged, { mimetype, ...(fileName ? { fileName } : {}) })
    })
    return toRef(made ?? media)
  }

  async discard(tenant: TenantId, id: MediaId): Promise<void> {
    const sha256 = await this.#store.deleteMedia(tenant, id)
    if (!sha256) return
    try {
      await this.#files.remove([sha256], (sha256s) => this.#store.referencedFiles(sha256s))
    } catch (err) {
      this.#logger.warn({ err, sha256 }, 'a file could not be deleted now; the daily comparison will')
    }
  }

  async get(tenant: TenantId | null, id: MediaId): Promise<MediaInfo> {
    return toInfo(await this.#record(tenant, id))
  }

  async open(tenant: TenantId | null, id: MediaId): Promise<OpenFile> {
    const { media, size, sha256 } = await this.#here(await this.#record(tenant, id))
    return { media: toInfo(media), size, sha256, read: (range) => this.#files.read(sha256, range) }
  }

  /** What was made before is used again while it is there; who asks meanwhile waits for the same work. */
  async #once(key: string, make: () => Promise<MediaRecord | undefined>): Promise<MediaRecord | undefined> {
    const known = this.#made.get(key)
    if (known !== undefined && (await this.#store.getMedia(known.tenant, known.id))) return known
    const running = this.#making.get(key)
    if (running !== undefined) return running
    const work = make().finally(() => this.#making.delete(key))
    this.#making.set(key, work)
    const made = await work
    if (this.#made.size >= MADE_REMEMBERED) this.#made.clear()
    if (made) this.#made.set(key, made)
    return made
  }

  async #forEngine(id: MediaId): Promise<SourceFile> {
    try {
      const { media, size, sha256 } = await this.#here(await this.#record(null, id))
      const file = { size, mimetype: media.mimetype }
      return { ...file, traits: await this.#traits.of({ ...file, sha256 }), read: () => this.#files.read(sha256) }
    } catch (error) {
      if (error instanceof KurirError && GONE.has(error.code)) throw new FileMissing(id, { cause: error })
      throw error
    }
  }

  async #record(tenant: TenantId | null, id: MediaId): Promise<MediaRecord> {
    const media = await this.#store.getMedia(tenant, id)
    if (!media) throw new KurirError('media_not_found')
    return media
  }

  /** The file in its place, fetched where need be. */
  async #here(known: MediaRecord): Promise<{ media: MediaRecord; size: number; sha256: string }> {
    if (known.state === 'gone') throw new KurirError('media_gone')
    const media = known.state === 'remote' ? await this.#downloads.fetch(known) : known
    const { sha256 } = media
    const size = sha256 === null ? undefined : await this.#files.sizeOf(sha256)
    if (sha256 === null || size === undefined || size !== media.size) {
      this.#logger.error({ media: media.id }, 'a file is missing where it should be, or cut short')
      throw new KurirError('media_gone')
    }
    await this.#touch(media)
    return { media, size, sha256 }
  }

  async #touch({ id, usedAt }: MediaRecord): Promise<void> {
    const now = this.#clock.now()
    if (now - usedAt < TOUCH_EVERY_MS) return
    try {
      await this.#store.touchMedia(id, now)
    } catch (err) {
      this.#logger.warn({ err, media: id }, 'the use of a file could not be written down')
    }
  }
}

function toRef({ id, mimetype, size, fileName, sha256 }: MediaRecord): MediaRef {
  return { id, mimetype, size, fileName, sha256 }
}

/** The file's name with another extension. */
function renamed(name: string | null, extension: string): string | undefined {
  return name === null ? undefined : name.replace(/\.[A-Za-z0-9]{1,10}$/, '') + extension
}

function toInfo(media: MediaRecord): MediaInfo {
  return { ...toRef(media), tenant: media.tenant, isReceived: media.remote !== null, session: media.session }
}
