import { createHash, randomUUID } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { KurirError } from '../core/errors.ts'
import { BufferSweep } from './buffer-sweep.ts'

/** A complete file in the staging folder, on disk, that nobody can name yet. */
export interface StagedFile {
  path: string
  size: number
  sha256: string
}

export interface StageOptions {
  maxBytes: number
  /** Gives up where nothing came for so long, in milliseconds, with `onStall`'s error. */
  stall?: { ms: number; error: () => Error }
}

const SHA256 = /^[0-9a-f]{64}$/
/** What is read of a file at a time. */
const PART_BYTES = 64 * 1024
/** What the disk says when it takes no more, or nothing. */
const DISK = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EACCES', 'EPERM'])

/**
 * Files on the local disk, each under the sha256 of its bytes, so that equal ones are kept once and no name that
 * somebody chose ever becomes a path. A file is whole wherever it can be named: it is written elsewhere, synced, and
 * then moved. The caller alone uses the folder.
 */
export class MediaFiles {
  readonly #root: string
  readonly #staging: string
  /** Hashes of files that are being registered; they are not removed. */
  readonly #pins = new Map<string, number>()
  /** Removals that wait to hear whether anybody needs the file; true where it was kept meanwhile. */
  readonly #removals = new Map<string, boolean>()
  readonly #sweep = new BufferSweep()
  #prepared: Promise<void> | undefined

  /** `directory` is made when first needed. */
  constructor(directory: string) {
    this.#root = directory
    this.#staging = join(directory, 'staging')
  }

  /** Makes the folders and throws away what a killed process was writing. Safe to call again. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare().catch((error: unknown) => {
      this.#prepared = undefined
      throw asDiskError(error)
    })
    return this.#prepared
  }

  /** Where the file of this hash is, whether it is there or not. */
  pathOf(sha256: string): string {
    if (!SHA256.test(sha256)) throw new Error('not a sha256')
    return join(this.#root, sha256.slice(0, 2), sha256)
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

  /** Moves the file to where its hash says and lets the caller register it; from then on it is kept. */
  async keep<Value>(staged: StagedFile, register: () => Promise<Value>): Promise<Value> {
    const { sha256 } = staged
    this.#pins.set(sha256, (this.#pins.get(sha256) ?? 0) + 1)
    if (this.#removals.has(sha256)) this.#removals.set(sha256, true)
    try {
      await this.#place(staged)
      return await register()
    } catch (error) {
      await this.discard(staged)
      throw asDiskError(error)
    } finally {
      const others = (this.#pins.get(sha256) ?? 1) - 1
      if (others > 0) this.#pins.set(sha256, others)
      else this.#pins.delete(sha256)
    }
  }

  async discard({ path }: StagedFile): Promise<void> {
    await rm(path, { force: true })
  }

  /** Bytes of a kept file, undefined where it is not there. */
  async sizeOf(sha256: string): Promise<number | undefined> {
    try {
      return (await stat(this.pathOf(sha256))).size
    } catch {
      return undefined
    }
  }

  read(sha256: string, range?: { start: number; end: number }): Readable {
    const parts = partsOf(this.pathOf(sha256), range, this.#sweep)
    return Readable.from(parts, { objectMode: false, highWaterMark: PART_BYTES })
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
        // No await between the look and the deletion, so that nobody can begin to keep it in between.
        if (kept.has(sha256) || this.#removals.get(sha256) || !unlinkIfThere(this.pathOf(sha256))) continue
        removed += 1
      }
    } finally {
      for (const sha256 of mine) this.#removals.delete(sha256)
    }
    return removed
  }

  /** The hashes of all kept files, a few hundred at a time. */
  async *list(): AsyncGenerator<string[]> {
    await this.prepare()
    for (const folder of await readdir(this.#root)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue
      const names = await readdir(join(this.#root, folder))
      for (let from = 0; from < names.length; from += 500) {
        yield names.slice(from, from + 500).filter((name) => SHA256.test(name))
      }
    }
  }

  async #prepare(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true })
    await mkdir(this.#staging, { recursive: true, mode: 0o700 })
  }

  async #place({ path, size, sha256 }: StagedFile): Promise<void> {
    const target = this.pathOf(sha256)
    // One of another length was cut by the disk: the whole one replaces it.
    if ((await this.sizeOf(sha256)) === size) return rm(path, { force: true })
    const folder = dirname(target)
    if (await mkdir(folder, { recursive: true, mode: 0o700 })) await syncFolder(this.#root)
    await rename(path, target)
    await syncFolder(folder)
  }
}

async function* partsOf(path: string, range: { start: number; end: number } | undefined, sweep: BufferSweep) {
  const handle = await open(path, 'r')
  try {
    for (let at = range?.start ?? 0; at <= (range?.end ?? Number.MAX_SAFE_INTEGER); ) {
      const length = Math.min(PART_BYTES, (range?.end ?? Number.MAX_SAFE_INTEGER) - at + 1)
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, at)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
      sweep.passed(bytesRead)
    }
  } finally {
    await handle.close()
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

function unlinkIfThere(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch {
    return false
  }
}

/** A new name in a folder is on disk only when the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
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
