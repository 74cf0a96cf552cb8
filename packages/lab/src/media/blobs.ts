import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, readFileSync, rmSync, type WriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

/** Where the bytes of one blob are: in memory, or in a temporary file. */
export interface Blob {
  /** Hash of the bytes as they are kept, which for media is the hash of the encrypted file. */
  sha256: Buffer
  /** Length in bytes. */
  length: number
  /** The bytes, or the path of the file that has them. */
  body: Buffer | string
}

/** How much a {@link BlobStore} may hold in memory. */
export interface BlobLimits {
  /** Bytes of all blobs together; what comes after goes to temporary files. */
  memoryBytes: number
  /** Bytes of one blob; a larger one goes to a temporary file. */
  blobBytes: number
}

const MIB = 1024 * 1024
const DEFAULT_LIMITS: BlobLimits = { memoryBytes: 256 * MIB, blobBytes: 8 * MIB }

/** Bytes by key: in memory up to the limits, else in files of a temporary directory that goes with `close`. */
export class BlobStore {
  readonly #limits: BlobLimits
  readonly #blobs = new Map<string, Blob>()
  #memory = 0
  #files = 0
  #directory: Promise<string> | undefined

  constructor(limits: Partial<BlobLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
  }

  /** Reads `source` to its end and hashes it on the way. The blob is not kept until {@link keep}. */
  async receive(source: AsyncIterable<Uint8Array>): Promise<Blob> {
    const hash = createHash('sha256')
    const chunks: Uint8Array[] = []
    let length = 0
    let spill: { file: string; stream: WriteStream } | undefined
    try {
      for await (const chunk of source) {
        hash.update(chunk)
        length += chunk.length
        if (spill === undefined) chunks.push(chunk)
        else await write(spill.stream, chunk)
        if (spill === undefined && this.#overflows(length)) {
          spill = await this.#spill()
          for (const earlier of chunks.splice(0)) await write(spill.stream, earlier)
        }
      }
    } catch (error) {
      spill?.stream.destroy()
      if (spill !== undefined) await rm(spill.file, { force: true })
      throw error
    }
    if (spill === undefined) return { sha256: hash.digest(), length, body: Buffer.concat(chunks) }
    spill.stream.end()
    await once(spill.stream, 'close')
    return { sha256: hash.digest(), length, body: spill.file }
  }

  /** Keeps `blob` under `key`. Where the key is taken the first blob stays: keys are hashes, so they are the same. */
  keep(key: string, blob: Blob): void {
    if (this.#blobs.has(key)) {
      this.discard(blob)
      return
    }
    this.#blobs.set(key, blob)
    if (typeof blob.body !== 'string') this.#memory += blob.length
  }

  /** Frees a blob that was received but is not kept. */
  discard(blob: Blob): void {
    if (typeof blob.body === 'string') rmSync(blob.body, { force: true })
  }

  get(key: string): Blob | undefined {
    return this.#blobs.get(key)
  }

  /** All blobs with their bytes, for a snapshot. */
  *entries(): Iterable<[key: string, bytes: Buffer]> {
    for (const [key, blob] of this.#blobs) yield [key, blobBytes(blob)]
  }

  /** Forgets everything and removes the temporary directory. */
  async close(): Promise<void> {
    this.#blobs.clear()
    this.#memory = 0
    if (this.#directory !== undefined) await rm(await this.#directory, { recursive: true, force: true })
    this.#directory = undefined
  }

  #overflows(length: number): boolean {
    return length > this.#limits.blobBytes || this.#memory + length > this.#limits.memoryBytes
  }

  async #spill(): Promise<{ file: string; stream: WriteStream }> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'kurir-lab-media-'))
    this.#files += 1
    const file = join(await this.#directory, String(this.#files))
    return { file, stream: createWriteStream(file) }
  }
}

/** All bytes of `blob`. */
export function blobBytes(blob: Blob): Buffer {
  return typeof blob.body === 'string' ? readFileSync(blob.body) : blob.body
}

/** A stream of the bytes of `blob`, or of those from `start` to `end` (both counted, as in an HTTP range). */
export function readBlob(blob: Blob, range?: { start: number; end: number }): Readable {
  if (typeof blob.body === 'string') return createReadStream(blob.body, range)
  const bytes = range === undefined ? blob.body : blob.body.subarray(range.start, range.end + 1)
  return Readable.from([bytes], { objectMode: false })
}

async function write(stream: WriteStream, chunk: Uint8Array): Promise<void> {
  if (!stream.write(chunk)) await once(stream, 'drain')
}
