import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { BufferSweep } from './buffer-sweep.ts'
import { type ByteRange, type FileKeeper, isSha256, placeOf, type StagedFile } from './keepers.ts'

/** What is read of a file at a time. */
const PART_BYTES = 64 * 1024
const LIST_COUNT = 500

/** Files on the local disk. The caller alone uses the folder, and stages on the same file system. */
export class DiskKeeper implements FileKeeper {
  readonly #root: string
  readonly #sweep: BufferSweep

  /** `root` is made when first needed. */
  constructor(root: string, sweep: BufferSweep) {
    this.#root = root
    this.#sweep = sweep
  }

  async check(): Promise<void> {}

  localPath(sha256: string): string {
    return join(this.#root, placeOf(sha256))
  }

  async sizeOf(sha256: string): Promise<number | undefined> {
    try {
      return (await stat(this.localPath(sha256))).size
    } catch {
      return undefined
    }
  }

  async place({ path, size, sha256 }: StagedFile): Promise<void> {
    const target = this.localPath(sha256)
    // One of another length was cut by the disk: the whole one replaces it.
    if ((await this.sizeOf(sha256)) === size) return
    const folder = dirname(target)
    if (await mkdir(folder, { recursive: true, mode: 0o700 })) await syncFolder(this.#root)
    await rename(path, target)
    await syncFolder(folder)
  }

  read(sha256: string, range?: ByteRange): Readable {
    const parts = partsOf(this.localPath(sha256), range, this.#sweep)
    return Readable.from(parts, { objectMode: false, highWaterMark: PART_BYTES })
  }

  async remove(sha256: string): Promise<boolean> {
    try {
      await unlink(this.localPath(sha256))
      return true
    } catch {
      return false
    }
  }

  async *list(): AsyncGenerator<string[]> {
    for (const folder of await readdir(this.#root)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue
      const names = await readdir(join(this.#root, folder))
      for (let from = 0; from < names.length; from += LIST_COUNT) {
        yield names.slice(from, from + LIST_COUNT).filter(isSha256)
      }
    }
  }
}

async function* partsOf(path: string, range: ByteRange | undefined, sweep: BufferSweep) {
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

/** A new name in a folder is on disk only when the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
