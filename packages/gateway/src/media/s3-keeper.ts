import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import { KurirError } from '../core/errors.ts'
import type { BufferSweep } from './buffer-sweep.ts'
import { type ByteRange, type FileKeeper, isSha256, KeeperRefused, placeOf, type StagedFile } from './keepers.ts'

/** A bucket of an S3-compatible service, and how to reach it. */
export interface S3Place {
  bucket: string
  /** The service's address; null: Amazon's. */
  endpoint: string | null
  region: string
  keyId: string
  secret: string
  /** Whether the bucket is named in the path and not in the host. */
  pathStyle: boolean
  /** What every key begins with; '' or with a slash at its end. */
  prefix: string
  /** Larger files go in parts; default 64 MB, at least 5 MB. */
  multipartBytes?: number
  /** Whose the prefix is to be, see {@link S3Keeper.check}; absent: whoever's it is. */
  owner?: string
}

/** Larger files go in parts, so that one that is lost on the way is all that is sent again. */
const MULTIPART_BYTES = 64 * 1024 * 1024
const PART_BYTES = 16 * 1024 * 1024
/** An upload or a download that breaks off is begun again so often. */
const ATTEMPTS = 3
const TIMEOUTS = { connectionTimeout: 3_000, socketTimeout: 20_000 }
const RETRY_AFTER_S = 5
/** Below the prefix: whose it is. No file has such a name. */
const OWNER_OBJECT = 'kurir-owner.json'
/** The object is there already, or somebody else is making it. */
const TAKEN = new Set(['PreconditionFailed', 'ConditionalRequestConflict'])
const WHOLE: ByteRange = { start: 0, end: Number.MAX_SAFE_INTEGER }

/** What a service says when it will say the same again, and what the operator is to look at. */
const REFUSALS = new Map([
  ['InvalidAccessKeyId', 'correct KURIR_S3_KEY_ID and KURIR_S3_SECRET'],
  ['SignatureDoesNotMatch', 'correct KURIR_S3_KEY_ID and KURIR_S3_SECRET'],
  ['AccessDenied', 'let the key list, read, write and delete objects of the bucket'],
  ['NoSuchBucket', 'make the bucket, or correct KURIR_S3_BUCKET'],
  ['PermanentRedirect', 'correct KURIR_S3_REGION and KURIR_S3_ENDPOINT'],
  ['AuthorizationHeaderMalformed', 'correct KURIR_S3_REGION'],
  ['RequestTimeTooSkewed', 'set the clock of this machine'],
])

interface S3Object {
  Bucket: string
  Key: string
}

/** Files in a bucket. The caller alone uses what is under the prefix. Its client is loaded when it is first used. */
export class S3Keeper implements FileKeeper {
  readonly #place: S3Place
  readonly #sweep: BufferSweep
  readonly #multipartBytes: number
  #loaded: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }> | undefined

  constructor(place: S3Place, sweep: BufferSweep) {
    this.#place = place
    this.#sweep = sweep
    this.#multipartBytes = place.multipartBytes ?? MULTIPART_BYTES
  }

  /** Also takes the prefix for its owner, where it is nobody's, and refuses one that is another's. */
  async check(): Promise<void> {
    const { sdk, client } = await this.#load()
    const { bucket, prefix, owner } = this.#place
    try {
      // Where nothing lies: the right to list is all that is asked for.
      await client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}none/`, MaxKeys: 1 }))
      if (owner !== undefined) await this.#claim(owner)
    } catch (error) {
      if (error instanceof KeeperRefused) throw error
      const name = error instanceof Error ? error.name : ''
      const advice = REFUSALS.get(name)
      if (advice === undefined) throw asUnavailable(error)
      throw new KeeperRefused(`The bucket "${bucket}" cannot be used (${name}): ${advice}.`)
    }
  }

  async sizeOf(sha256: string): Promise<number | undefined> {
    const { sdk, client } = await this.#load()
    try {
      return (await client.send(new sdk.HeadObjectCommand(this.#object(sha256)))).ContentLength
    } catch (error) {
      if (isMissing(error)) return undefined
      throw asUnavailable(error)
    }
  }

  async place(staged: StagedFile): Promise<void> {
    if ((await this.sizeOf(staged.sha256)) === staged.size) return
    try {
      await (staged.size > this.#multipartBytes ? this.#putInParts(staged) : this.#put(staged))
    } catch (error) {
      throw asUnavailable(error)
    }
  }

  read(sha256: string, range: ByteRange = WHOLE): Readable {
    return Readable.from(this.#parts(this.#object(sha256), range), { objectMode: false })
  }

  async remove(sha256: string): Promise<boolean> {
    const isThere = (await this.sizeOf(sha256)) !== undefined
    const { sdk, client } = await this.#load()
    try {
      await client.send(new sdk.DeleteObjectCommand(this.#object(sha256)))
      return isThere
    } catch (error) {
      throw asUnavailable(error)
    }
  }

  async *list(): AsyncGenerator<string[]> {
    const { sdk, client } = await this.#load()
    const { bucket, prefix } = this.#place
    let after: string | undefined
    do {
      const page = { Bucket: bucket, Prefix: prefix, ...(after ? { ContinuationToken: after } : {}) }
      const { Contents = [], NextContinuationToken } = await client
        .send(new sdk.ListObjectsV2Command(page))
        .catch((error: unknown) => Promise.reject(asUnavailable(error)))
      yield Contents.flatMap(({ Key = '' }) => {
        const sha256 = Key.slice(-64)
        return isSha256(sha256) && Key === prefix + placeOf(sha256) ? [sha256] : []
      })
      after = NextContinuationToken
    } while (after)
  }

  async #claim(owner: string): Promise<void> {
    if ((await this.#owner()) === undefined) await this.#putOwner(owner)
    // Read back also where it was just written: not every service heeds the condition, and then the last one has it.
    const found = await this.#owner()
    if (found === owner) return
    const { bucket, prefix } = this.#place
    throw new KeeperRefused(
      `The prefix "${prefix}" of the bucket "${bucket}" belongs to another installation of Kurir (${found}), and each ` +
        'would delete the other one’s files: give this one another KURIR_S3_PREFIX. Where that one is gone for good ' +
        `and this one is to have its files, delete the object "${prefix}${OWNER_OBJECT}" and start again.`,
    )
  }

  /** Whose the prefix is, undefined where it is nobody's; what cannot be read is somebody's. */
  async #owner(): Promise<string | undefined> {
    const { sdk, client } = await this.#load()
    try {
      const answer = await client.send(new sdk.GetObjectCommand(this.#ownerObject()))
      return ownerIn((await answer.Body?.transformToString()) ?? '')
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async #putOwner(owner: string): Promise<void> {
    const { sdk, client } = await this.#load()
    const Body = `${JSON.stringify({ installation: owner })}\n`
    const command = { ...this.#ownerObject(), Body, ContentType: 'application/json' }
    try {
      await client.send(new sdk.PutObjectCommand({ ...command, IfNoneMatch: '*' }))
    } catch (error) {
      if (!(error instanceof Error) || TAKEN.has(error.name)) return
      if (error.name !== 'NotImplemented') throw error
      await client.send(new sdk.PutObjectCommand(command))
    }
  }

  /** One request, whose bytes the service compares with their hash. */
  async #put({ path, size, sha256 }: StagedFile): Promise<void> {
    const { sdk, client } = await this.#load()
    for (let attempt = 1; ; attempt += 1) {
      const Body = createReadStream(path)
      const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64')
      const command = new sdk.PutObjectCommand({ ...this.#object(sha256), Body, ContentLength: size, ChecksumSHA256 })
      try {
        await client.send(command)
        return this.#sweep.passed(size)
      } catch (error) {
        if (attempt >= ATTEMPTS || isRefusal(error)) throw error
      } finally {
        Body.destroy()
      }
    }
  }

  async #putInParts({ path, size, sha256 }: StagedFile): Promise<void> {
    const { client } = await this.#load()
    const { Upload } = await import('@aws-sdk/lib-storage')
    const Body = createReadStream(path)
    const partSize = Math.min(PART_BYTES, this.#multipartBytes)
    try {
      await new Upload({ client, params: { ...this.#object(sha256), Body }, partSize, queueSize: 1 }).done()
    } finally {
      Body.destroy()
    }
    if ((await this.sizeOf(sha256)) !== size) throw new Error('the bucket has another length')
  }

  /** The bytes; where the line breaks, those that are missing are asked for again. */
  async *#parts(object: S3Object, { start, end }: ByteRange): AsyncGenerator<Buffer> {
    let at = start
    for (let failures = 0; at <= end; ) {
      try {
        for await (const chunk of await this.#get(object, { start: at, end })) {
          // Some services give more than they are asked for.
          const bytes = (chunk as Buffer).subarray(0, end - at + 1)
          at += bytes.length
          failures = 0
          yield bytes
          this.#sweep.passed(bytes.length)
          if (at > end) return
        }
        return
      } catch (error) {
        failures += 1
        if (isMissing(error)) throw new KurirError('media_gone', undefined, { cause: error })
        if (failures >= ATTEMPTS || isRefusal(error)) throw asUnavailable(error)
      }
    }
  }

  async #get(object: S3Object, { start, end }: ByteRange): Promise<Readable> {
    const { sdk, client } = await this.#load()
    const isWhole = start === 0 && end === WHOLE.end
    const Range = `bytes=${start}-${end === WHOLE.end ? '' : end}`
    const command = new sdk.GetObjectCommand({ ...object, ...(isWhole ? {} : { Range }) })
    const answer = await client.send(command)
    if (!isWhole && !answer.ContentRange?.startsWith(`bytes ${start}-`)) throw new Error('the range was not heeded')
    return bodyOf(answer)
  }

  #ownerObject(): S3Object {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + OWNER_OBJECT }
  }

  #object(sha256: string): S3Object {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + placeOf(sha256) }
  }

  #load() {
    this.#loaded ??= import('@aws-sdk/client-s3').then((sdk) => {
      const { endpoint, region, keyId, secret, pathStyle } = this.#place
      const client = new sdk.S3Client({
        ...(endpoint === null ? {} : { endpoint }),
        ...{ region, forcePathStyle: pathStyle, maxAttempts: ATTEMPTS, requestHandler: TIMEOUTS },
        credentials: { accessKeyId: keyId, secretAccessKey: secret },
        // Many compatible services know no other checksums than those that are asked for.
        ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
      })
      return { sdk, client }
    })
    return this.#loaded
  }
}

function ownerIn(text: string): string {
  try {
    const { installation } = JSON.parse(text) as { installation?: unknown }
    return typeof installation === 'string' ? installation : 'unknown'
  } catch {
    return 'unknown'
  }
}

function bodyOf({ Body }: GetObjectCommandOutput): Readable {
  if (Body instanceof Readable) return Body
  throw new Error('the object came without a body')
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode
}

/** There is no such object, or no such bytes of it. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey', 'InvalidRange'].includes(error.name)
}

/** Asking again brings the same answer. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 500
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

function asUnavailable(cause: unknown): KurirError {
  if (cause instanceof KurirError) return cause
  return new KurirError('unavailable', 'The files cannot be reached now', { retryAfter: RETRY_AFTER_S, cause })
}
