import type { Logger } from 'pino'
import { backOffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { isUnavailable, KurirError } from '../core/errors.ts'
import type { MediaId } from '../core/media.ts'
import { DownloadFailed } from '../engine/port.ts'
import { typeOfFile } from './file-types.ts'
import type { MediaFiles } from './files.ts'
import { KeeperRefused } from './keepers.ts'
import type { DownloadOutcome, DueDownload, MediaRecord, MediaStore, RemoteFiles } from './ports.ts'

export interface DownloadsDeps {
  files: MediaFiles
  store: Pick<MediaStore, 'getMedia' | 'dueDownloads' | 'nextDownloadAt' | 'settleDownload' | 'onReceived'>
  remote: RemoteFiles
  clock: Clock
  logger: Logger
  /** Larger files are fetched only when somebody asks for them. */
  maxBytes: number
  /** Downloads in the background at a time. */
  concurrency: number
  random: () => number
}

/** The largest file that WhatsApp takes: 2 GB. */
const LARGEST_BYTES = 2 * 1024 ** 3
/** Without a byte for so long a download is given up. */
const STALL_MS = 30_000
const RETRY = { firstMs: 10_000, maxMs: 3_600_000 }
/** With the waits above, some two days: by then the server has deleted it, or never had it. */
const MAX_ATTEMPTS = 60
/** What arrives damaged may have been damaged on its way, but not every time. */
const MAX_CORRUPT = 4
/** The pause after a file could not be put in its place: that is asked then, not WhatsApp. */
const PLACE_RETRY = { firstMs: 2_000, maxMs: 30_000 }
/** How long the store is left alone after it failed. */
const STORE_RETRY_MS = 5_000

/**
 * Fetches the files of messages that came in: in the background, because WhatsApp deletes them after some weeks, and
 * at once where somebody asks. Each is fetched by one download at a time, for all who wait.
 */
export class Downloads {
  readonly #deps: DownloadsDeps
  readonly #running = new Map<MediaId, Promise<MediaRecord>>()
  readonly #background = new Set<MediaId>()
  readonly #stop = new AbortController()
  #unsubscribe: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> | undefined
  #isWanted = false
  /** How often in a row a file could not be put in its place, and until when none is fetched for that. */
  #outages = 0
  #pausedUntil = 0

  constructor(deps: DownloadsDeps) {
    this.#deps = deps
  }

  /** Takes up what was not fetched, and what comes in from now on. */
  start(): void {
    this.#unsubscribe ??= this.#deps.store.onReceived(() => this.#wake())
    this.#wake()
  }

  /** Begins nothing more and cuts what is under way, which stays due. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.#unsubscribe?.()
    clearTimeout(this.#timer)
    await this.#reading
    await Promise.allSettled(this.#running.values())
  }

  /** The file, here. Rejects with `media_gone`, or `unavailable` where another try may succeed. */
  async fetch(media: MediaRecord): Promise<MediaRecord> {
    if (!media.remote) throw new KurirError('media_gone')
    return this.#once({ media, remote: media.remote }, LARGEST_BYTES)
  }

  #once(due: DueDownload, maxBytes: number): Promise<MediaRecord> {
    const { id } = due.media
    const known = this.#running.get(id)
    if (known !== undefined) return known
    const made = this.#download(due, maxBytes).finally(() => this.#running.delete(id))
    this.#running.set(id, made)
    return made
  }

  async #download(due: DueDownload, maxBytes: number): Promise<MediaRecord> {
    const { store } = this.#deps
    // Another download of it may have ended between the reading of the row and now.
    const media = await store.getMedia(null, due.media.id)
    if (!media) throw new KurirError('media_not_found')
    if (media.state === 'here') return media
    if (media.state === 'gone') throw new KurirError('media_gone')
    try {
      return await this.#bring({ ...due, media }, maxBytes)
    } catch (error) {
      throw await this.#fail(media, error)
    }
  }

  async #bring({ media, remote }: DueDownload, maxBytes: number): Promise<MediaRecord> {
    const { files, store } = this.#deps
    if (this.#stop.signal.aborted) throw new KurirError('unavailable', 'The gateway is shutting down')
    const content = await this.#deps.remote.download(remote, media.sessionUid)
    // A stop may come before anybody reads: an error that nobody hears would end the process.
    content.on('error', () => {})
    const cut = () => content.destroy(new DownloadFailed('unreachable', 'given up'))
    this.#stop.signal.addEventListener('abort', cut)
    try {
      const stall = { ms: STALL_MS, error: () => new DownloadFailed('unreachable', 'nothing came any more') }
      const staged = await files.stage(content, { maxBytes, stall })
      const expected = remote.fileSha256 && Buffer.from(remote.fileSha256, 'base64').toString('hex')
      if (expected && expected !== staged.sha256) {
        await files.discard(staged)
        throw new DownloadFailed('corrupt', 'the file is not the one that the message names')
      }
      const { sha256, size } = staged
      const mimetype = await typeOfFile(staged.path, remote.mimetype)
      await files.keep(staged, () => store.settleDownload(media.id, { kind: 'here', sha256, size, mimetype }))
      this.#outages = 0
      return { ...media, state: 'here', sha256, size, mimetype }
    } catch (error) {
      throw isUnavailable(error) ? new NotKept(error) : error
    } finally {
      this.#stop.signal.removeEventListener('abort', cut)
      content.destroy()
    }
  }

  /** Records a failure and answers the error for those who wait. */
  async #fail(media: MediaRecord, error: unknown): Promise<unknown> {
    const { store, logger } = this.#deps
    const line = { err: error, media: media.id, attempts: media.attempts + 1 }
    if (this.#stop.signal.aborted) return new KurirError('unavailable', 'The gateway is shutting down')
    if (error instanceof NotKept) {
      // It is no failure of the file's: it stays due, and its tries are not used up.
      logger.warn(line, 'a received file could not be put in its place now')
      this.#pause()
      return error.cause
    }
    const outcome = this.#outcomeOf(media, error)
    if (outcome.kind === 'gone') logger.warn(line, 'a received file cannot be had')
    else logger.info(line, 'a received file could not be fetched now')
    await store.settleDownload(media.id, outcome)
    if (outcome.kind === 'gone') return new KurirError('media_gone')
    if (isUnavailable(error)) return error
    return new KurirError('unavailable', 'The file could not be fetched from WhatsApp now')
  }

  #outcomeOf({ attempts }: MediaRecord, error: unknown): DownloadOutcome {
    const { clock, random } = this.#deps
    const problem = error instanceof DownloadFailed ? error.problem : undefined
    const limit = problem === 'gone' ? 1 : problem === 'corrupt' || isRefusal(error) ? MAX_CORRUPT : MAX_ATTEMPTS
    if (attempts + 1 >= limit) return { kind: 'gone' }
    return { kind: 'retry', dueAt: clock.now() + RETRY.firstMs / 2 + backOffMs(attempts + 1, RETRY, random) }
  }

  #wake(): void {
    if (this.#stop.signal.aborted) return
    this.#isWanted = true
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
      if (this.#isWanted) this.#wake()
    })
  }

  /** Begins what is due, as much as may run; never rejects. */
  async #read(): Promise<void> {
    this.#isWanted = false
    clearTimeout(this.#timer)
    const { store, clock, concurrency, maxBytes, logger } = this.#deps
    try {
      const limit = concurrency - this.#background.size
      if (limit <= 0) return
      if (this.#outages > 0 && !(await this.#isPlaceBack())) return this.#wakeIn(this.#pausedUntil - clock.now())
      const now = clock.now()
      const due = await store.dueDownloads({ now, limit, maxBytes, busy: this.#background })
      for (const one of due) this.#begin(one)
      if (due.length === limit) return
      const next = await store.nextDownloadAt({ after: now, maxBytes })
      if (next !== undefined) this.#wakeIn(next - now)
    } catch (error) {
      logger.error({ err: error }, 'received files that wait could not be read')
      this.#wakeIn(STORE_RETRY_MS)
    }
  }

  /** After the pause, and only where the place for files answers; else the pause begins anew. */
  async #isPlaceBack(): Promise<boolean> {
    const { files, clock, logger } = this.#deps
    if (clock.now() < this.#pausedUntil) return false
    try {
      await files.check()
      return true
    } catch (err) {
      if (err instanceof KeeperRefused) logger.error({ err }, 'the place for files refuses the gateway')
      else logger.debug({ err }, 'the place for files cannot be reached')
      this.#pause()
      return false
    }
  }

  #pause(): void {
    const { clock, random } = this.#deps
    this.#outages += 1
    this.#pausedUntil = clock.now() + PLACE_RETRY.firstMs / 2 + backOffMs(this.#outages, PLACE_RETRY, random)
  }

  #begin(due: DueDownload): void {
    const { id } = due.media
    this.#background.add(id)
    this.#once(due, this.#deps.maxBytes)
      // Failures are recorded, and logged where they happen.
      .catch((err: unknown) => this.#deps.logger.debug({ err, media: id }, 'a download ended without the file'))
      .finally(() => {
        this.#background.delete(id)
        this.#wake()
      })
      .catch(() => undefined)
  }

  #wakeIn(ms: number): void {
    if (this.#stop.signal.aborted) return
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(ms, 0), 2 ** 31 - 1))
    this.#timer.unref()
  }
}

/** It came from WhatsApp, and its place could not be reached or took no more. */
class NotKept extends Error {
  override readonly name = 'NotKept'
  override readonly cause: KurirError

  constructor(cause: KurirError) {
    super(cause.message)
    this.cause = cause
  }
}

/** Larger than allowed, or empty: another try brings the same. */
function isRefusal(error: unknown): boolean {
  return error instanceof KurirError && (error.code === 'payload_too_large' || error.code === 'invalid_request')
}
