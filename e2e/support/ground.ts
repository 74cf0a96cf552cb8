import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type EventType, Kurir, type Session } from 'kurir-client'
import { type Lab, type LabOptions, startLab } from 'kurir-lab'
import { childEnv } from '../../packages/gateway/src/config/config.ts'
import { Child } from '../../packages/gateway/src/sandbox/child.ts'
import { JsonApi } from '../../packages/gateway/src/sandbox/clients.ts'
import { freePort } from '../../packages/gateway/src/sandbox/free-port.ts'
import { populate } from '../../packages/gateway/src/sandbox/populate.ts'
import { eventually, json } from './api.ts'
import { clientOf } from './client.ts'
import { type Database, sqlite } from './database.ts'
import { KURIR } from './kurir.ts'

/** Where messages go to and fro: a gateway, a lab, and who is there. */
export interface Place {
  gateway: string
  lab: string
  keys: { native: string }
  sessions: { id: string; phone: string }[]
  contacts: { phone: string; name: string }[]
  groups: { id: string; name: string }[]
}

export interface GroundOptions {
  database?: Database
  /** Paired sessions, 1 by default. */
  sessions?: number
  /** Of the gateway, besides those that it needs here. */
  settings?: Record<string, string>
  lab?: LabOptions
}

const LATE = fileURLToPath(new URL('late-gateway.ts', import.meta.url))
const ADMIN_KEY = 'kurir-ground-9mB2xWq7LrT4vYp0ZsDfHjKn'
const STOP_MS = 15_000

/** A lab in this process and a gateway in another one, which tests start, kill and start again as they like. */
export class Ground {
  readonly lab: Lab
  readonly database: Database
  readonly directory: string
  readonly settings: Record<string, string>
  readonly adminKey = ADMIN_KEY
  readonly #port: number
  #place: Place | undefined
  #child: Child | undefined
  #isRunning = false

  private constructor(lab: Lab, port: number, { database = sqlite(), settings = {} }: GroundOptions) {
    this.lab = lab
    this.database = database
    this.settings = settings
    this.directory = mkdtempSync(join(tmpdir(), 'kurir-ground-'))
    this.#port = port
  }

  /** With a running gateway whose sessions are paired and connected. */
  static async start(options: GroundOptions = {}): Promise<Ground> {
    const ground = new Ground(await startLab(options.lab), await freePort(), options)
    try {
      await ground.begin()
      const gateway = new JsonApi(ground.url, { authorization: `Bearer ${ADMIN_KEY}` })
      const lab = new JsonApi(ground.lab.url)
      const people = await populate({ lab, gateway, onProgress: () => {} }, options.sessions ?? 1)
      const body = { name: 'ground', scopes: ['manage' as const, 'send' as const, 'read' as const] }
      const admin = new Kurir({ baseUrl: ground.url, key: ADMIN_KEY, retries: 0 })
      const { key = '' } = await admin.post('/v1/keys', { body })
      ground.#place = { ...people, gateway: ground.url, lab: ground.lab.url, keys: { native: key } }
      return ground
    } catch (error) {
      await ground.stop()
      throw error
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get place(): Place {
    if (!this.#place) throw new Error('the ground is not there yet')
    return this.#place
  }

  /** Of the running gateway, or of the last one. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Resolves when the running gateway has ended, with its exit code or the signal's name. */
  get ended(): Promise<string> {
    return this.#child?.exited ?? Promise.resolve('never started')
  }

  /** Starts a gateway and resolves when it listens; `extra` are settings of this process, `aheadMs` is for its clock. */
  async begin(extra: Record<string, string> = {}, aheadMs = 0): Promise<void> {
    const child = this.launch(extra, aheadMs)
    this.#child = child
    this.#isRunning = true
    void child.exited.then(() => {
      if (this.#child === child) this.#isRunning = false
    })
    await child.firstJsonLine()
  }

  /** Starts a gateway of which the caller takes care. */
  launch(extra: Record<string, string> = {}, aheadMs = 0): Child {
    const env = childEnv({
      KURIR_NETWORK: 'lab',
      KURIR_LAB_URL: this.lab.ws,
      KURIR_LAB_ROOT_KEY: this.lab.rootKey,
      KURIR_LAB_CA: this.lab.caFile,
      KURIR_DATA: join(this.directory, 'gateway'),
      KURIR_PORT: String(this.#port),
      KURIR_ADMIN_KEY: ADMIN_KEY,
      KURIR_LOG_LEVEL: 'warn',
      KURIR_RATE_LIMIT: '0',
      KURIR_ALLOW_PRIVATE_URLS: 'loopback',
      ...this.database.settings,
      ...this.settings,
      ...extra,
    })
    const stderr = process.env.KURIR_E2E_VERBOSE ? 'inherit' : 'ignore'
    const [file, args] = aheadMs ? [LATE, [String(aheadMs)]] : [KURIR, ['start', '--exit-with-parent', '--json']]
    return new Child(file, args, { env, stderr })
  }

  /** Kills the gateway; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#isRunning) process.kill(this.pid, 'SIGKILL')
    await this.ended
  }

  /** Asks the gateway to stop, as an operator does; resolves when it is gone. */
  async end(): Promise<void> {
    await this.#child?.stop(STOP_MS)
  }

  /** Resolves when every session is connected. */
  async connected(): Promise<void> {
    await eventually('all sessions', async () => (await fetch(`${this.url}/readyz`)).status === 200, {
      timeoutMs: 60_000,
    })
  }

  /** Registers a webhook for the tenant's events and answers its secret. */
  async webhook(url: string, events: ('message.*' | EventType)[] = ['message.*']): Promise<string> {
    return (await this.native.post('/v1/webhooks', { body: { url, events } })).secret ?? ''
  }

  /** Has something go wrong on the network (see the lab's README). */
  async fault(kind: string, options: object = {}): Promise<void> {
    await json('POST', `${this.lab.url}/faults`, { body: { kind, ...options } })
  }

  /** The gateway's native API. */
  get native(): Kurir {
    return clientOf(this.place)
  }

  /** Resolves when the session has this status, with its reason. */
  async untilStatus(id: string, status: Session['status']): Promise<string> {
    const found = await eventually(`${id} to be ${status}`, async () => {
      const now = await this.native.get('/v1/sessions/{session}', { params: { path: { session: id } } })
      return now.status === status && now
    })
    return found.reason
  }

  /** Scans the QR code that the session shows, once it does. */
  async scan({ id, phone }: { id: string; phone: string }): Promise<void> {
    const { qr } = await eventually(`a QR code of ${id}`, () =>
      this.native.get('/v1/sessions/{session}/qr', { params: { path: { session: id } } }),
    )
    await json('POST', `${this.lab.url}/phones/${phone}/scan`, { body: { qr } })
  }

  async stop(): Promise<void> {
    await this.end()
    await this.lab.close()
    await this.database.drop()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
