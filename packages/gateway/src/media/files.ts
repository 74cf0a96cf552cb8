import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { KurirError } from '../core/errors.ts'
import { BufferSweep } from './buffer-sweep.ts'
import { DiskKeeper } from './disk-keeper.ts'
import type { ByteRange, FileKeeper, StagedFile } from './keepers.ts'
import { S3Keeper, type S3Place } from './s3-keeper.ts'

export interface StageOptions {
  maxBytes: number
  /** Gives up where nothing came for so long, in milliseconds, with `onStall`'s error. */
  stall?: { ms: number; error: () => Error }
}

/** What the disk says when it takes no more, or nothing. */
const DISK = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EACCES', 'EPERM'])

/**
 * Files, each under the sha256 of its bytes, so that equal ones are kept once and no name that somebody chose ever
 * becomes a path. A file is whole wherever it can be named: it is written elsewhere, synced, and then handed to the
 * keeper.
 */
export class MediaFiles {
  readonly #staging: string
  readonly #keeper: FileKeeper
  /** Hashes of files that are being registered; they are not removed. */
  readonly #pins = new Map<string, number>()
  /** Removals that wait to hear whether anybody needs the file; true where it was kept meanwhile. */
  readonly #removals = new Map<string, boolean>()
  /** Deletions under way. */
  readonly #deletions = new Map<string, Promise<void>>()
  readonly #sweep = new BufferSweep()
  #prepared: Promise<void> | undefined

  /** `directory` is made when first needed; whole files lie there too unless there is a place for them in `s3`. */
  constructor(directory: string, s3: S3Place | null = null) {
    this.#staging = join(directory, 'staging')
    this.#keeper = s3 ? new S3Keeper(s3, this.#sweep) : new DiskKeeper(directory, this.#sweep)
  }

  /** Makes the folders and throws away what a killed process was writing. Safe to call again. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare().catch((error: unknown) => {
      this.#prepared = undefined
      throw asDiskError(error)
    })
    return this.#prepared
  }

  /** A path of its own in the staging folder, for a file that another program writes. */
  async stagingPath(extension: string): Promise<string> {
    await this.prepare()
    return join(this.#staging, `${randomUUID()}${extension}`)
  }

  /**
   * Writes the stream to disk, synced. Rejects with `payload_too_large`, `invalid_request` (empty), `unavailable` (the
   * disk) and with what the stream fails with; nothing is left then. The stream is not destroyed.
   */
  async stage(content: Readable, options: StageOptions): Promise<StagedFile> {
    const path = await this.stagingPath('')
    let handle: FileHandle | undefined
    try {
      handle = await open(path, 'wx', 0o600).catch(asDiskFailure)
      const written = await write(content, handle, options, this.#sweep)
      await handle.sync().catch(asDiskFailure)
      await handle.close()
      return { path, ...written }
    } catch (error) {
      await handle?.close().catch(() => undefined)
      await rm(path, { force: true })
      throw error
    }
  }

  /** Takes a file that another program wrote into the staging folder. */
  async adopt(path: string): Promise<StagedFile> {
    const handle = await open(path, 'r+')
    try {
      const hash = createHash('sha256')
      let size = 0
      for await (const chunk of handle.createReadStream({ autoClose: false })) {
        hash.update(chunk as Buffer)
        size += (chunk as Buffer).length
      }
      await handle.sync()
      return { path, size, sha256: hash.digest('hex') }
    } finally {
      await handle.close()
    }
  }

  /** Puts the file where its hash says and lets the caller register it; from then on it is kept. */
  async keep<Value>(staged: StagedFile, register: () => Promise<Value>): Promise<Value> {
    const { sha256 } = staged
    this.#pins.set(sha256, (this.#pins.get(sha256) ?? 0) + 1)
    if (this.#removals.has(sha256)) this.#removals.set(sha256, true)
    try {
      // A deletion that has begun would take what is placed meanwhile.
      await this.#deletions.get(sha256)
      await this.#keeper.place(staged)
      return await register()
    } catch (error) {
      throw asDiskError(error)
    } finally {
      const others = (this.#pins.get(sha256) ?? 1) - 1
      if (others > 0) this.#pins.set(sha256, others)
      else this.#pins.delete(sha256)
      await this.discard(staged)
    }
  }

  async discard({ path }: Pick<StagedFile, 'path'>): Promise<void> {
    await rm(path, { force: true })
  }

  /** Looks whether the place for files can be used: see `FileKeeper.check`. */
  check(): Promise<void> {
    return this.#keeper.check()
  }

  /** Bytes of a kept file, undefined where it is not there. Rejects with `unavailable`. */
  sizeOf(sha256: string): Promise<number | undefined> {
    return this.#keeper.sizeOf(sha256)
  }

  /** A new stream of a kept file. */
  read(sha256: string, range?: ByteRange): Readable {
    return this.#keeper.read(sha256, range)
  }

  /** Lends a path of the kept file for the time of the work, for programs that read no streams. */
  async lend<Value>(sha256: string, work: (path: string) => Promise<Value>): Promise<Value> {
    const { localPath } = this.#keeper
    if (localPath) return work(localPath.call(this.#keeper, sha256))
    const copy = await this.stage(this.read(sha256), { maxBytes: Number.MAX_SAFE_INTEGER })
    try {
      return await work(copy.path)
    } finally {
      await this.discard(copy)
    }
  }

  /** Deletes those of the files that nobody needs: asks once for all, and leaves what is kept again meanwhile. */
  async remove(
    sha256s: readonly string[],
    needed: (sha256s: readonly string[]) => Promise<Set<string>>,
  ): Promise<number> {
    const mine = sha256s.filter((sha256) => !this.#pins.has(sha256) && !this.#removals.has(sha256))
    for (const sha256 of mine) this.#removals.set(sha256, false)
    let removed = 0
    try {
      const kept = await needed(mine)
      for (const sha256 of mine) {
        if (kept.has(sha256) || this.#removals.get(sha256)) continue
        if (await this.#delete(sha256)) removed += 1
      }
    } finally {
      for (const sha256 of mine) this.#removals.delete(sha256)
    }
    return removed
  }

  /** The hashes of all kept files, a few hundred at a time. */
  async *list(): AsyncGenerator<string[]> {
    await this.prepare()
    yield* this.#keeper.list()
  }

  /** Called without an await since the look, so that whoever keeps the same bytes from now on sees the deletion. */
  #delete(sha256: string): Promise<boolean> {
    const deletion = this.#keeper.remove(sha256)
    const ended = deletion.then(
      () => undefined,
      () => undefined,
    )
    this.#deletions.set(sha256, ended)
    return deletion.finally(() => this.#deletions.delete(sha256))
  }

  async #prepare(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true })
    await mkdir(this.#staging, { recursive: true, mode: 0o700 })
  }
}

async function write(
  content: Readable,
  handle: FileHandle,
  { maxBytes, stall }: StageOptions,
  sweep: BufferSweep,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  const watch = stall && watchdog(content, stall)
  try {
    for await (const chunk of content.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer
      watch?.refresh()
      size += bytes.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      hash.update(bytes)
      await writeAll(handle, bytes)
      sweep.passed(bytes.length)
    }
  } finally {
    watch?.stop()
  }
  if (size === 0) throw new KurirError('invalid_request', 'The file is empty')
  return { size, sha256: hash.digest('hex') }
}

/** Destroys a stream that brings nothing for too long. */
function watchdog(content: Readable, { ms, error }: NonNullable<StageOptions['stall']>) {
  const timer = setTimeout(() => content.destroy(error()), ms)
  return { refresh: () => timer.refresh(), stop: () => clearTimeout(timer) }
}

/** A full disk takes the first part of the bytes and refuses the rest. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done).catch(asDiskFailure)
    done += bytesWritten
  }
}

/** The error of a file that is larger than it may be. */
export function tooLarge(maxBytes: number): KurirError {
  const limit = maxBytes >= 1024 * 1024 ? `${Math.floor(maxBytes / 1024 / 1024)} MB` : `${maxBytes} bytes`
  return new KurirError('payload_too_large', `The file is larger than ${limit}`)
}

function asDiskFailure(error: unknown): never {
  throw asDiskError(error)
}

function asDiskError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (error instanceof KurirError || typeof code !== 'string' || !DISK.has(code)) return error
  return new KurirError('unavailable', 'The disk cannot take the file now', { cause: error })
}
