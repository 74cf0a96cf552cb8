import { rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { RuleId } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import type { InboundMessage } from '../../engine/port.ts'
import type { ScriptedAccount } from '../../engine/scripted/account.ts'
import { Media } from '../../media/media.ts'
import { CONTACT, inbound, OWN, Rig, type RigOptions, TENANT, until, wordsOf } from '../../messages/test/rig.ts'
import { type FetchPolicy, UrlGuard } from '../../safe-fetch/guard.ts'
import { SafeFetch } from '../../safe-fetch/safe-fetch.ts'
import { Automation } from '../automation.ts'
import type { ReplySender } from '../ports.ts'
import { Responder } from '../responder.ts'
import type { CreateRule } from '../verbs.ts'

export { CONTACT, OWN, TENANT, until }

export interface AutomationRigOptions extends RigOptions {
  repliesPerMinute?: number
  /** Puts something between the responder and the messages room. */
  sender?: (sender: ReplySender) => ReplySender
  /** What URLs may be called; default: every port of this machine. */
  policy?: FetchPolicy
}

/** A responder over real rooms, a real SQLite file and the scripted engine. */
export class AutomationRig {
  readonly rig: Rig
  readonly automation: Automation
  readonly responder: Responder
  readonly #http: SafeFetch
  readonly #media: Media
  #received = 0

  private constructor(rig: Rig, media: Media, http: SafeFetch, guard: UrlGuard, options: AutomationRigOptions) {
    const { store, clock } = rig
    const { sender, repliesPerMinute } = options
    this.rig = rig
    this.#http = http
    this.#media = media
    this.automation = new Automation({ store: store.automation, sessions: store.sessions, guard, clock })
    this.responder = new Responder({
      ...{ store: store.automation, sessions: store.sessions, files: media, http, clock },
      ...{ random: () => 0, userAgent: 'Kurir/test', logger: pino({ level: 'silent' }) },
      messages: sender?.(rig.messages) ?? rig.messages,
      ...(repliesPerMinute === undefined ? {} : { repliesPerMinute }),
    })
  }

  /** Begins with a session `shop` that is connected, where the directory has none yet. */
  static async open(options: AutomationRigOptions = {}): Promise<AutomationRig> {
    const box: { media?: Media } = {}
    const files = {
      open: (id: Parameters<Media['source']['open']>[0]) => {
        if (!box.media) throw new Error('the rig is not open')
        return box.media.source.open(id)
      },
    }
    const rig = await Rig.open({ ...options, files })
    const guard = new UrlGuard(options.policy ?? { allowLoopback: true, ports: 'any' })
    const http = new SafeFetch({ guard })
    const { store, clock, dataDir } = rig
    const logger = pino({ level: 'silent' })
    box.media = new Media({ store: store.media, remote: rig.engine, http, dataDir, clock, logger })
    await box.media.start()
    const opened = new AutomationRig(rig, box.media, http, guard, options)
    if (options.dataDir === undefined) await rig.connected()
    else await rig.sessions.resume()
    await rig.untilStatus('shop', 'connected')
    opened.responder.start()
    return opened
  }

  /** Ends everything but the data directory. */
  async shutDown(): Promise<void> {
    await this.responder.stop()
    await Promise.all([this.#media.stop(), this.#http.close()])
    await this.rig.shutDown()
  }

  async close(): Promise<void> {
    await this.shutDown()
    await rm(this.rig.dataDir, { recursive: true })
  }

  async account(): Promise<ScriptedAccount> {
    return this.rig.account(await this.rig.session())
  }

  rule(rule: CreateRule) {
    return this.automation.createRule(TENANT, 'shop', rule)
  }

  async rules(): Promise<RuleId[]> {
    return (await this.automation.listRules(TENANT, 'shop', { limit: 100 })).map(({ id }) => id)
  }

  /** Somebody writes; resolves when the message was answered, or decided not to be. */
  async write(
    text: string,
    over: Partial<Omit<InboundMessage, 'journalKey' | 'offline'>> = {},
    from: Jid = CONTACT,
  ): Promise<void> {
    await this.say(text, over, from)
    await this.untilQuiet()
  }

  /** As `write`, without waiting for more than that it is stored. */
  async say(
    text: string,
    over: Partial<Omit<InboundMessage, 'journalKey' | 'offline'>> = {},
    from: Jid = CONTACT,
  ): Promise<void> {
    this.#received += 1
    const waId = `IN${this.#received}`
    const account = await this.account()
    account.deliver({ ...inbound(waId, text, from), ...over })
    await until('the message is stored', async () => {
      const stored = await this.rig.messages.list(TENANT, 'shop', { direction: 'in', limit: 200 })
      return stored.some((message) => message.waId === waId) ? true : undefined
    })
  }

  /** Resolves when no message waits for its answer and none of ours for its ack. */
  async untilQuiet(): Promise<void> {
    const none = { busy: new Set<never>(), blocked: new Set<never>() }
    await until('all is answered', async () => {
      const due = await this.rig.store.automation.dueJobs({ now: Number.MAX_SAFE_INTEGER, limit: 1, ...none })
      const { uid } = await this.rig.session()
      const unsent = await this.rig.store.messages.loadOutbox(uid, { afterRow: 0, limit: 1 })
      return due.length + unsent.length === 0 ? true : undefined
    })
  }

  /** What the server got from this account, in order. */
  async sent(): Promise<string[]> {
    return (await this.account()).accepted.map(wordsOf)
  }
}

/** A text as a rule or webhook replies it. */
export function textReply(text: string) {
  return { kind: 'content', content: { type: 'text', text } } as const
}

export interface HookHit {
  headers: IncomingHttpHeaders
  body: unknown
}

/** A server that rules ask, and that has files. */
export class Hook {
  readonly hits: HookHit[] = []
  readonly url: string
  readonly close: () => Promise<void>

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.close = close
  }

  /** `answer` is called for each POST; `file` is what any GET gets. */
  static async start(
    answer: (hit: HookHit, response: ServerResponse) => void,
    { file = Buffer.from('%PDF-1.4 a file'), host = '127.0.0.1' } = {},
  ): Promise<Hook> {
    const server = createServer((request, response) => {
      if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/pdf' }).end(file)
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const hit = { headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown }
        hook.hits.push(hit)
        answer(hit, response)
      })
      return undefined
    })
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    const hook = new Hook(`http://${host}:${(server.address() as AddressInfo).port}`, async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    return hook
  }
}

/** Answers a hook with JSON. */
export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
