import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Place } from '../s3-keeper.ts'

interface Running {
  httpServer: Server
  run(): Promise<AddressInfo>
  close(): Promise<void>
}

type Make = new (options: Record<string, unknown>) => Running

/** It is no module of the language's own, and has no types. */
const require = createRequire(import.meta.url)
const BUCKET = 'kurir-files'
/** What the server knows; it has no other account. */
const KEY = 'S3RVER'

/** A server that speaks S3 over HTTP, which can go away and come back with what it kept. */
export class S3Server {
  readonly #directory: string
  readonly #isStrict: boolean
  #port = 0
  #running: Running | undefined

  private constructor(directory: string, isStrict: boolean) {
    this.#directory = directory
    this.#isStrict = isStrict
  }

  /**
   * `isStrict`: signatures are compared. This server computes those of a bucket's list, named in the path, in another
   * way than clients do, and would refuse all of them.
   */
  static async start({ isStrict = false } = {}): Promise<S3Server> {
    const server = new S3Server(await mkdtemp(join(tmpdir(), 'kurir-s3-')), isStrict)
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
    this.#port = (await this.#running.run()).port
  }

  async stop(): Promise<void> {
    await this.goAway()
    await rm(this.#directory, { recursive: true, force: true })
  }
}
