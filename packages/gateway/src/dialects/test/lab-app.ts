import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Lab, startLab } from 'kurir-lab'
import { pino } from 'pino'
import { type App, createApp } from '../../app.ts'
import { loadConfig } from '../../config/config.ts'
import type { SettingName } from '../../config/settings.ts'

const ADMIN_KEY = 'kurir-lab-admin-key-of-the-contract-tests'

/** What a virtual phone shows, as far as the tests look. */
export interface Shown extends Record<string, unknown> {
  id: string
  from: string
  chat: string
  type: string
  copies: number
  undecryptable: number
}

/** The whole gateway and a lab in this process, on free ports and a data folder of their own. */
export class LabApp {
  readonly lab: Lab
  readonly url: string
  readonly #app: App
  readonly #dataDir: string

  private constructor(lab: Lab, app: App, url: string, dataDir: string) {
    this.lab = lab
    this.url = url
    this.#app = app
    this.#dataDir = dataDir
  }

  static async start(settings: Partial<Record<SettingName, string>> = {}): Promise<LabApp> {
    const [lab, dataDir] = await Promise.all([startLab(), mkdtemp(join(tmpdir(), 'kurir-dialect-'))])
    const { config } = loadConfig(
      {
        ...{ KURIR_NETWORK: 'lab', KURIR_LAB_URL: lab.ws, KURIR_LAB_ROOT_KEY: lab.rootKey, KURIR_LAB_CA: lab.caFile },
        ...{ KURIR_DATA: dataDir, KURIR_HOST: '127.0.0.1', KURIR_PORT: '0', KURIR_ADMIN_KEY: ADMIN_KEY },
        ...{ KURIR_RATE_LIMIT: '0', KURIR_ALLOW_PRIVATE_URLS: 'loopback', KURIR_SEND_TIMEOUT: '5' },
        ...settings,
      },
      {},
    )
    const app = await createApp(config, pino({ level: 'silent' }))
    const { url } = await app.start()
    return new LabApp(lab, app, url, dataDir)
  }

  async close(): Promise<void> {
    await this.#app.stop()
    await this.lab.close()
    await rm(this.#dataDir, { recursive: true })
  }

  /** The native API with the admin key. Throws unless the answer is a 2xx. */
  native<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    return callJson<Answer>(method, this.url + path, body, { authorization: `Bearer ${ADMIN_KEY}` })
  }

  /** The lab's control API. */
  control<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    return callJson<Answer>(method, this.lab.url + path, body)
  }

  async phone(phone: string, name = phone): Promise<void> {
    await this.control('POST', '/phones', { phone, name })
  }

  async shown(phone: string): Promise<Shown[]> {
    return (await this.control<{ messages: Shown[] }>('GET', `/phones/${phone}/messages`)).messages
  }

  /** A new phone and a session that is paired with it and connected. */
  async paired(session: string, phone: string): Promise<void> {
    await this.phone(phone, `Toko ${session}`)
    await this.native('POST', '/v1/sessions', { id: session })
    await this.scan(session, phone)
  }

  /** Scans what a session shows and waits until it is connected. */
  async scan(session: string, phone: string): Promise<void> {
    let scanned = ''
    await until(`${session} is connected`, async () => {
      const { status } = await this.native<{ status: string }>('GET', `/v1/sessions/${session}`)
      if (status !== 'qr') return status === 'connected'
      const { qr } = await this.native<{ qr: string }>('GET', `/v1/sessions/${session}/qr`)
      if (qr !== scanned) await this.control('POST', `/phones/${phone}/scan`, { qr })
      scanned = qr
      return false
    })
  }

  /** A credential of a dialect, as the native API shows it. */
  credential(dialect: string, session?: string): Promise<Record<string, string>> {
    return this.native('POST', '/v1/keys', { name: 'test', dialect, ...(session === undefined ? {} : { session }) })
  }
}

async function callJson<Answer>(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(url, { method, headers: { ...headers, ...type }, ...json })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`)
  return (text ? JSON.parse(text) : undefined) as Answer
}

/** Asks until there is an answer that is not false or undefined; fails after 15 seconds. */
export async function until<Value>(
  what: string,
  probe: () => Promise<Value | false | undefined> | Value | false | undefined,
): Promise<Value> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A web server of a customer: serves files and takes what is posted to it. */
export class Site {
  readonly posts: { path: string; headers: IncomingHttpHeaders; body: unknown }[] = []
  /** Files by path. */
  readonly files = new Map<string, { type: string; bytes: Uint8Array }>()
  /** What a POST to a path is answered with, as JSON. */
  readonly answers = new Map<string, unknown>()
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(): Promise<Site> {
    const server = createServer()
    const site = new Site(server)
    server.on('request', async (request, response) => {
      const path = request.url ?? '/'
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      if (request.method === 'POST') {
        const text = Buffer.concat(chunks).toString()
        site.posts.push({ path, headers: request.headers, body: text ? JSON.parse(text) : undefined })
        response.setHeader('content-type', 'application/json')
        return response.end(JSON.stringify(site.answers.get(path) ?? {}))
      }
      const file = site.files.get(path)
      if (!file) return response.writeHead(404).end()
      return response.writeHead(200, { 'content-type': file.type }).end(file.bytes)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return site
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  postsTo(path: string): unknown[] {
    return this.posts.filter((post) => post.path === path).map(({ body }) => body)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
