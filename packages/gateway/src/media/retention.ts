import type { Logger } from 'pino'
import type { MediaFiles } from './files.ts'
import type { MediaStore } from './ports.ts'

export interface RetentionDeps {
  files: MediaFiles
  store: Pick<MediaStore, 'pruneMedia' | 'referencedFiles'>
  logger: Logger
  /** Files that were not used for so many days go; 0 keeps them. */
  days: number
}

const DAY_MS = 24 * 3_600_000
/** Rows per transaction. */
const BATCH = 200
/** How often the folder is compared with the store; what a killed process left behind waits so long at most. */
const SWEEP_EVERY_MS = DAY_MS

/** Deletes files that were not used for long, and those that nothing names. */
export class Retention {
  readonly #deps: RetentionDeps
  #sweptAt = Number.NEGATIVE_INFINITY
  #running: Promise<{ rows: number; files: number }> | undefined

  constructor(deps: RetentionDeps) {
    this.#deps = deps
  }

  /** A call while another is at work gets that one's answer. */
  prune(now: number): Promise<{ rows: number; files: number }> {
    this.#running ??= this.#prune(now).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #prune(now: number): Promise<{ rows: number; files: number }> {
    const { files, store, logger, days } = this.#deps
    const needed = (sha256s: readonly string[]) => store.referencedFiles(sha256s)
    let [rows, removed] = [0, 0]
    for (let last = BATCH; days > 0 && last === BATCH; rows += last) {
      const { deleted, sha256s } = await store.pruneMedia(now - days * DAY_MS, BATCH)
      removed += await files.remove(sha256s, needed)
      last = deleted
    }
    if (now - this.#sweptAt >= SWEEP_EVERY_MS) {
      // What another one keeps in the same place is named by nothing here.
      await files.check()
      for await (const sha256s of files.list()) removed += await files.remove(sha256s, needed)
      this.#sweptAt = now
    }
    if (rows + removed > 0) logger.info({ rows, files: removed }, 'old files were deleted')
    return { rows, files: removed }
  }
}
