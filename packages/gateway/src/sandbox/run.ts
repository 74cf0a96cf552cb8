import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'
import { JsonApi, until } from './clients.ts'
import type { SandboxContract } from './contract.ts'
import { createSessionKeys, createTenantKeys } from './dialect-keys.ts'
import { freePort } from './free-port.ts'
import { populate } from './populate.ts'

export interface SandboxOptions {
  host: string
  /** 0 for a free one. */
  port: number
  labPort: number
  /** Kept between runs; without it a temporary folder that is deleted at the end. */
  data?: string
  sessions: number
  /** Starts the gateway again whenever it dies, on the same port and data. */
  restartOnExit: boolean
  /** Least level of what the gateway logs to stderr. */
  logLevel: string
  /** Builds a child's environment from these settings. */
  childEnv: (settings: Record<string, string>) => NodeJS.ProcessEnv
  onProgress: (text: string) => void
  /** A gateway that was started again listens. */
  onRestart: (gatewayPid: number) => void
}

interface LabReady {
  lab: string
  ws: string
  rootKey: string
  caFile: string
}

const GATEWAY = fileURLToPath(new URL('../../bin/kurir.mjs', import.meta.url))
const STOP_GRACE_MS = 10_000

/** A lab and a gateway in two processes of this process group, populated as the sandbox's contract says. */
export class Sandbox {
  readonly #options: SandboxOptions
  readonly #data: string
  readonly #adminKey = `kurir-sandbox-${randomBytes(24).toString('base64url')}`
  #lab: Child | undefined
  #gateway: Child | undefined
  #stopping = false
  /** Resolves with a sentence when a process ended that should not have. */
  readonly failed: Promise<string>
  #fail: (why: string) => void = () => {}

  constructor(options: SandboxOptions) {
    this.#options = options
    if (options.data) mkdirSync(options.data, { recursive: true, mode: 0o700 })
    this.#data = options.data ?? mkdtempSync(join(tmpdir(), 'kurir-sandbox-'))
    this.failed = new Promise((resolve) => {
      this.#fail = resolve
    })
  }

  /** Starts everything and answers the contract when all sessions are connected. */
  async start(): Promise<SandboxContract> {
    const { host, sessions, onProgress } = this.#options
    onProgress('Starting the simulated WhatsApp network …')
    const lab = await this.#startLab()
    const port = this.#options.port || (await freePort(host))
    const url = `http://${host}:${port}`
    onProgress('Starting the gateway …')
    const gatewayPid = await this.#startGateway(lab, url, port)
    const gateway = new JsonApi(url, { authorization: `Bearer ${this.#adminKey}` })
    onProgress(sessions === 1 ? 'Pairing a session …' : `Pairing ${sessions} sessions …`)
    const population = await populate({ lab: new JsonApi(lab.lab), gateway, onProgress }, sessions)
    const native = await gateway.call<{ key: string }>('POST', '/v1/keys', {
      name: 'sandbox',
      scopes: ['manage', 'send', 'read'],
    })
    const { botsToken, ...tenantKeys } = await createTenantKeys(gateway)
    const keysOf = ({ id }: { id: string }) => createSessionKeys(gateway, id, botsToken)
    const withKeys = async (session: { id: string; phone: string }) => ({ ...session, keys: await keysOf(session) })
    const all = await Promise.all(population.sessions.map(withKeys))
    const [first] = all
    if (!first) throw new Error('a sandbox has at least one session')
    return {
      gateway: url,
      gatewayPid,
      lab: lab.lab,
      tenant: 'default',
      session: first.id,
      phone: first.phone,
      ...population,
      sessions: all,
      keys: { native: native.key, admin: this.#adminKey, ...tenantKeys, ...first.keys },
    }
  }

  /** Ends both processes and deletes what nobody asked to keep. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#gateway?.stop(STOP_GRACE_MS)
    await this.#lab?.stop(STOP_GRACE_MS)
    if (!this.#options.data) rmSync(this.#data, { recursive: true, force: true })
  }

  async #startLab(): Promise<LabReady> {
    const main = fileURLToPath(import.meta.resolve('kurir-lab/main'))
    const keep = this.#options.data ? ['--data', join(this.#options.data, 'lab')] : []
    const args = ['--json', '--port', String(this.#options.labPort), '--exit-with-parent', ...keep]
    this.#lab = new Child(main, args, { env: this.#options.childEnv({}), stderr: 'inherit' })
    const ready = (await this.#lab.firstJsonLine()) as LabReady
    void this.#lab.exited.then((how) => this.#stopping || this.#fail(`the lab ended (${how})`))
    return ready
  }

  async #startGateway(lab: LabReady, url: string, port: number): Promise<number> {
    const env = this.#options.childEnv({
      KURIR_NETWORK: 'lab',
      KURIR_LAB_URL: lab.ws,
      KURIR_LAB_ROOT_KEY: lab.rootKey,
      KURIR_LAB_CA: lab.caFile,
      KURIR_DATA: join(this.#data, 'gateway'),
      KURIR_HOST: this.#options.host,
      KURIR_PORT: String(port),
      KURIR_ADMIN_KEY: this.#adminKey,
      KURIR_LOG_LEVEL: this.#options.logLevel,
      KURIR_RATE_LIMIT: '0',
      KURIR_NUMBER_CHECKS_PER_MONTH: '0',
      KURIR_ALLOW_PRIVATE_URLS: 'loopback',
    })
    const child = new Child(GATEWAY, ['start', '--exit-with-parent'], { env, stderr: 'inherit' })
    this.#gateway = child
    let ended = ''
    void child.exited.then((how) => {
      ended = how
      if (this.#stopping) return
      if (!this.#options.restartOnExit) return this.#fail(`the gateway ended (${how})`)
      this.#options.onProgress(`The gateway ended (${how}); starting it again …`)
      this.#startGateway(lab, url, port).then(
        (pid) => this.#options.onRestart(pid),
        (error) => this.#stopping || this.#options.onProgress(String(error)),
      )
    })
    await until('the gateway to listen', async () => {
      if (ended) throw new Error(`the gateway ended before it listened (${ended})`)
      return (await listens(url)) || undefined
    })
    return child.pid
  }
}

async function listens(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`)).ok
  } catch {
    return false
  }
}
