import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Place } from '../s3-keeper.ts'

interface Request {
  method: string
  path: string
  get(header: string): string
  status: number
  type: string
  body: string
}

interface Running {
  httpServer: Server
  /** Of Koa. */
  middleware: ((request: Request, next: () => Promise<void>) => Promise<void>)[]
  run(): Promise<AddressInfo>
  close(): Promise<void>
}

type Make = new (options: Record<string, unknown>) => Running

/** It is no module of the language's own, and has no types. */
const require = createRequire(import.meta.url)
const BUCKET = 'kurir-files'
/** What the server knows; it has no other account. */
const KEY = 'S3RVER'

interface S3ServerOptions {
  /**
   * Signatures are compared. This server computes those of a bucket's list, named in the path, in another way than
   * clients do, and would refuse all of them.
   */
  isStrict?: boolean
  /** What is to be made only where it is not there is refused where it is; many services do not look. */
  heedsConditions?: boolean
}

/** A server that speaks S3 over HTTP, which can go away and come back with what it kept. */
export class S3Server {
  readonly #directory: string
  readonly #isStrict: boolean
  readonly #heedsConditions: boolean
  /** What was made on condition that it was not there. */
  readonly #made = new Set<string>()
  #port = 0
  #running: Running | undefined

  private constructor(directory: string, { isStrict = false, heedsConditions = false }: S3ServerOptions) {
    this.#directory = directory
    this.#isStrict = isStrict
    this.#heedsConditions = heedsConditions
  }

  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const server = new S3Server(await mkdtemp(join(tmpdir(), 'kurir-s3-')), options)
    await server.comeBack()
    return server
  }

  /** How to reach it; parts are as small as the protocol allows. */
  get place(): S3Place {
    return {
      ...{ bucket: BUCKET, endpoint: `http://127.0.0.1:${this.#port}`, region: 'us-east-1', pathStyle: true },
      ...{ keyId: KEY, secret: KEY, prefix: 'files/', multipartBytes: 5 * 1024 * 1024 },
    }
  }

  /** The gateway's settings that point at it. */
  get settings(): Record<string, string> {
    const { bucket, endpoint, keyId, secret, prefix } = this.place
    return {
      ...{ KURIR_MEDIA_STORE: 's3', KURIR_S3_BUCKET: bucket, KURIR_S3_ENDPOINT: endpoint ?? '' },
      ...{ KURIR_S3_KEY_ID: keyId, KURIR_S3_SECRET: secret, KURIR_S3_PREFIX: prefix, KURIR_S3_PATH_STYLE: 'on' },
    }
  }

  /** Cuts every line and listens no more. */
  async goAway(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (!running) return
    const closed = running.close()
    running.httpServer.closeAllConnections()
    await closed
  }

  /** Listens again where it did. */
  async comeBack(): Promise<void> {
    const S3rver: Make = require('@20minutes/s3rver')
    const options = { address: '127.0.0.1', port: this.#port, directory: this.#directory, silent: true }
    const lenient = { allowMismatchedSignatures: !this.#isStrict, vhostBuckets: false }
    this.#running = new S3rver({ ...options, ...lenient, configureBuckets: [{ name: BUCKET }] })
    if (this.#heedsConditions) this.#running.middleware.unshift((request, next) => this.#heed(request, next))
    this.#port = (await this.#running.run()).port
  }

  /** `If-None-Match: *` as Amazon has it, which this server does not know. */
  async #heed(request: Request, next: () => Promise<void>): Promise<void> {
    if (request.method !== 'PUT' || request.get('if-none-match') !== '*') return next()
    if (this.#made.has(request.path)) {
      request.status = 412
      request.type = 'application/xml'
      request.body = '<?xml version="1.0"?><Error><Code>PreconditionFailed</Code><Message>It is there</Message></Error>'
      return
    }
    this.#made.add(request.path)
    await next()
  }

  async stop(): Promise<void> {
    await this.goAway()
    await rm(this.#directory, { recursive: true, force: true })
  }
}
