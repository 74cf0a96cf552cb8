import { type BinaryNode, type ConnectionState, makeWASocket, S_WHATSAPP_NET, type WASocket } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { Failpoint } from '../../core/failpoints.ts'
import type { SessionUid } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import type { OutgoingContent, Quote } from '../../core/message.ts'
import {
  type CloseReason,
  ConnectionLost,
  type ContactActions,
  type EngineConnection,
  type EngineSink,
  type FileSource,
  type GroupActions,
  type GroupSummary,
  type NumberCheck,
  type OutboundMessage,
  type SendOutcome,
} from '../port.ts'
import { Acks } from './acks.ts'
import type { AuthStore } from './auth-port.ts'
import { Credentials, identityOf } from './auth-state.ts'
import { baileysLog } from './baileys-log.ts'
import { BaileysChatActions } from './chat-actions.ts'
import { closeReason } from './close-reason.ts'
import { BaileysContactActions } from './contact-actions.ts'
import { BaileysGroupActions } from './group-actions.ts'
import { Groups } from './groups.ts'
import { History } from './history.ts'
import { Inbound } from './inbound.ts'
import { Lifetime } from './lifetime.ts'
import { closePromptly } from './line.ts'
import type { KeyedLock } from './locks.ts'
import { keepUnavailable } from './login-presence.ts'
import { type MediaNetwork, mediaHost } from './media-network.ts'
import type { NetworkConfig } from './network.ts'
import { Numbers } from './numbers.ts'
import type { Timeouts, Trouble } from './options.ts'
import { otherAddress } from './other-address.ts'
import { requestPairingCode } from './pairing-code.ts'
import { Preparer } from './preparer.ts'
import { PrivacyTokens } from './privacy-tokens.ts'
import { ResendRequests } from './resend-requests.ts'
import { RetryAnswers } from './retry-answers.ts'
import { RetryWatch } from './retry-watch.ts'
import { isConnectionLoss, Sender } from './sender.ts'
import type { SessionState } from './session-state.ts'
import { socketConfig } from './socket-config.ts'
import type { Turns } from './turns.ts'
import { failUnanswered } from './unanswered.ts'
import { Uploads } from './upload.ts'

const FIRST_QR_MS = 60_000
const NEXT_QR_MS = 20_000
/** How long the end of a connection waits for what was being decrypted and stored. */
const SETTLE_MS = 5_000

export interface ConnectionContext {
  session: SessionUid
  state: SessionState
  sink: EngineSink
  auth: AuthStore
  logger: Logger
  clock: Clock
  timeouts: Timeouts
  network: NetworkConfig
  media: MediaNetwork
  deviceName: string
  historyDays: number
  oneByOne: KeyedLock
  turns: Turns
  failpoint: Failpoint | undefined
  onTrouble: ((trouble: Trouble) => void) | undefined
}

type Phase = 'opening' | 'open' | 'closed'

/** One connection of one session; see `EngineConnection`. */
export class BaileysConnection implements EngineConnection {
  readonly groupActions: GroupActions
  readonly chatActions: BaileysChatActions
  readonly contactActions: ContactActions
  readonly #context: ConnectionContext
  readonly #acks = new Acks()
  readonly #groups = new Groups()
  readonly #inbound: Inbound
  readonly #resends: ResendRequests
  readonly #history: History
  readonly #browser: [string, string, string]
  readonly #opened = Promise.withResolvers<void>()
  readonly #retries: RetryWatch
  readonly #answers: RetryAnswers
  readonly #life = new Lifetime()
  readonly #closed = Promise.withResolvers<void>()
  #phase: Phase = 'opening'
  #credentials: Credentials | undefined
  #sock: WASocket | undefined
  #sender: Sender | undefined
  #numbers: Numbers | undefined
  #preparer: Preparer | undefined
  #paired: Promise<void> = Promise.resolve()
  #deadline: NodeJS.Timeout | undefined
  #encryptFailures = 0
  #lastFrameAt = 0
  #qrShown = 0
  #reached = false
  #stopping = false
  #finishing = false
  #loggedOut = false

  constructor(context: ConnectionContext) {
    this.#context = context
    this.#browser = [context.deviceName, 'Chrome', '1.0']
    const { session, auth, sink, clock, logger, failpoint, state, onTrouble } = context
    const me = () => this.#credentials?.creds.me
    const { placeholders, keys } = state
    const waitMs = context.timeouts.resend
    this.#resends = new ResendRequests({ placeholders, clock, logger, me, waitMs, onTrouble })
    this.#retries = new RetryWatch((trouble) => onTrouble?.(trouble))
    this.#answers = new RetryAnswers(clock, context.timeouts.ack, this.#life.signal)
    this.#history = this.#makeHistory()
    this.#inbound = new Inbound({
      history: this.#history,
      ...{ session, auth, sink, clock, logger, failpoint, me, keys, placeholders, onTrouble },
      resends: this.#resends,
      retries: this.#retries,
      answers: this.#answers,
      lookUp: (jid: Jid) => otherAddress(state.keys, jid),
    })
    const actions = { sock: () => this.#open(this.#sock), ask: <T>(answer: Promise<T>) => this.#ask(answer) }
    this.groupActions = new BaileysGroupActions(actions, this.#groups)
    const lookUp = (jid: Jid) => otherAddress(state.keys, jid)
    this.chatActions = new BaileysChatActions({ ...actions, clock, lookUp })
    this.contactActions = new BaileysContactActions({ ...actions, lookUp })
    this.#opened.promise.catch(() => {})
  }

  /** Begins; called once. */
  open(): void {
    this.#start().catch((error: unknown) => this.#end(error))
  }

  async send(message: OutboundMessage): Promise<SendOutcome> {
    const sender = this.#open(this.#sender)
    return this.#life.within(sender.send(message))
  }

  async prepare(content: OutgoingContent, quote: Quote | null, to: Jid, files: FileSource): Promise<Uint8Array> {
    return this.#ask(this.#open(this.#preparer).prepare(content, quote, to, files))
  }

  async requestPairingCode(phone: string): Promise<string> {
    if (this.#phase !== 'opening' || !this.#sock || this.#qrShown === 0) throw new ConnectionLost('not pairing')
    return this.#ask(requestPairingCode(this.#sock, this.#browser, phone))
  }

  async checkNumbers(phones: string[]): Promise<NumberCheck[]> {
    return this.#ask(this.#open(this.#numbers).check(phones))
  }

  async groups(): Promise<GroupSummary[]> {
    this.#open(this.#sock)
    return this.#ask(this.#groups.list())
  }

  async logout(): Promise<void> {
    const sock = this.#open(this.#sock)
    const jid = sock.authState.creds.me?.id ?? ''
    this.#loggedOut = true
    const removal: BinaryNode = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }
    const attrs = { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' }
    // Baileys' own logout does not wait for the answer (trap T28). Being thrown off is an answer as well.
    const answered = sock.query({ tag: 'iq', attrs, content: [removal] })
    const done = await answered.then(Boolean, isConnectionLoss)
    if (!done && this.#phase === 'open') {
      this.#loggedOut = false
      throw new ConnectionLost('the server did not confirm the logout')
    }
    void sock.end(undefined)
    await this.#closed.promise
  }

  lastFrameAt(): number {
    return this.#lastFrameAt
  }

  async ping(timeoutMs: number): Promise<void> {
    const attrs = { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' }
    const ping = this.#open(this.#sock).query({ tag: 'iq', attrs, content: [{ tag: 'ping', attrs: {} }] }, timeoutMs)
    if (!(await this.#ask(ping))) throw new Error(`no answer to a ping within ${timeoutMs} ms`)
  }

  close(): Promise<void> {
    this.#stopping = true
    this.#inbound.pump.stop()
    if (this.#sock) void this.#sock.end(undefined)
    return this.#closed.promise
  }

  async #start(): Promise<void> {
    const { auth, session, logger, state } = this.#context
    state.keys.waitWhile(this.#life.signal)
    this.#credentials = await Credentials.load(auth, session, logger)
    await this.#inbound.pump.replay()
    if (this.#stopping) return this.#end(undefined)
    const sock = this.#dial(this.#credentials)
    this.#sock = sock
    this.#inbound.attach(sock)
    this.#groups.attach(sock)
    closePromptly(sock)
    failUnanswered(sock, this.#context.timeouts.query)
    keepUnavailable(sock, this.#credentials.creds)
    this.#watch(sock, this.#credentials)
  }

  #dial(credentials: Credentials): WASocket {
    const { session, auth, state, network, timeouts, logger, failpoint, turns, onTrouble } = this.#context
    const repository = {
      ...{ session, turns, keys: state.keys, locks: state.locks, journal: this.#inbound },
      onRatchetCommitted: () => failpoint?.('ratchet.committed'),
      onEncryptFailed: () => {
        this.#encryptFailures += 1
        onTrouble?.('unencryptable')
      },
    }
    const parts = {
      session,
      auth,
      credentials,
      state,
      repository,
      network,
      timeouts,
      retries: this.#retries.over(state.retries),
    }
    const log = baileysLog(logger)
    return makeWASocket(socketConfig({ ...parts, groups: this.#groups, log, browser: this.#browser }))
  }

  #makeHistory(): History {
    const { session, auth, sink, clock, logger, state, media, oneByOne, historyDays: days } = this.#context
    return new History({
      ...{ session, days, auth, sink, clock, logger, media, oneByOne, keys: state.keys },
      me: () => this.#credentials?.creds.me,
      lookUp: (jid: Jid) => otherAddress(state.keys, jid),
      sentProto: (waId) => auth.findSentProto(session, waId),
      host: async () => {
        await this.#opened.promise
        return this.#ask(mediaHost(this.#open(this.#sock)))
      },
    })
  }

  #watch(sock: WASocket, credentials: Credentials): void {
    const { timeouts, clock } = this.#context
    this.#deadline = setTimeout(() => this.#abort('ETIMEDOUT'), timeouts.connect)
    sock.ws.on('open', () => {
      this.#reached = true
    })
    sock.ws.on('frame', () => {
      this.#lastFrameAt = clock.now()
    })
    sock.ws.on('CB:ack,class:message', (ack: BinaryNode) => {
      this.#acks.receive(ack)
      this.#answers.acked(ack.attrs.id)
    })
    // Baileys sends no presence for an account without a name, and never takes the one it is told here (trap T26).
    sock.ws.prependListener('CB:success', ({ attrs }: BinaryNode) => {
      const { me } = credentials.creds
      if (me && !me.name && attrs.display_name) me.name = attrs.display_name
    })
    sock.ws.on('CB:ib,,offline', () => void this.#drained())
    sock.ev.on('creds.update', () => credentials.save())
    sock.ev.on('connection.update', (update) => this.#update(sock, credentials, update))
  }

  /** The server has handed over what it kept; that is told when all of it is stored, and never before the login. */
  async #drained(): Promise<void> {
    try {
      await this.#opened.promise
    } catch {
      return
    }
    await this.#inbound.idle()
    if (this.#phase !== 'open' || !this.#sock) return
    this.#context.sink.onDrained()
    const { logger } = this.#context
    await this.#resends.begin(this.#sock).catch((err: unknown) => logger.warn({ err }, 'The phone could not be asked'))
  }

  #update(sock: WASocket, credentials: Credentials, update: Partial<ConnectionState>): void {
    const { sink } = this.#context
    if (update.qr) this.#showQr(update.qr)
    const identity = identityOf(credentials.creds)
    if (update.isNewLogin && identity) {
      clearTimeout(this.#deadline)
      this.#paired = credentials.saved().then(() => sink.onPaired(identity))
    }
    if (update.connection === 'open' && identity) this.#login(sock, identity)
    if (update.connection === 'close') void this.#end(update.lastDisconnect?.error)
  }

  #showQr(text: string): void {
    const { timeouts, clock, sink } = this.#context
    clearTimeout(this.#deadline)
    const shown = timeouts.qr ?? (this.#qrShown === 0 ? FIRST_QR_MS : NEXT_QR_MS)
    this.#qrShown += 1
    sink.onQr({ text, expiresAt: clock.now() + shown })
  }

  #login(sock: WASocket, identity: Parameters<EngineSink['onOpen']>[0]): void {
    const { state, clock, logger, timeouts, failpoint, sink, media } = this.#context
    if (this.#finishing) return
    clearTimeout(this.#deadline)
    this.#numbers = new Numbers(sock, state.numbers)
    this.#numbers.trust(phoneJid(identity.phone))
    this.#preparer = new Preparer(new Uploads({ query: (iq) => sock.query(iq), media, clock }), clock)
    this.#sender = new Sender({
      ...{ sock, clock, failpoint, keys: state.keys, acks: this.#acks, numbers: this.#numbers },
      tokens: new PrivacyTokens(sock, state.keys, state.tokens, logger),
      ackTimeoutMs: timeouts.ack,
      encryptFailures: () => this.#encryptFailures,
    })
    this.#phase = 'open'
    sink.onOpen(identity)
    this.#opened.resolve()
  }

  #abort(code: string): void {
    if (this.#sock) void this.#sock.end(Object.assign(new Error('given up'), { data: { code } }))
  }

  /** The connection has ended, however that came: tells so once everything received is stored. */
  async #end(error: unknown): Promise<void> {
    if (this.#finishing) return
    this.#finishing = true
    this.#phase = 'closed'
    clearTimeout(this.#deadline)
    const lost = new ConnectionLost('the connection has ended')
    this.#acks.lose()
    this.#preparer?.end()
    this.chatActions.end()
    this.#resends.end()
    this.#history.stop()
    this.#life.end()
    this.#opened.reject(lost)
    await this.#settle()
    const reason: CloseReason = this.#loggedOut
      ? { kind: 'logged_out' }
      : closeReason({ error, reached: this.#reached, stopping: this.#stopping })
    this.#context.sink.onClosed(reason)
    this.#closed.resolve()
  }

  async #settle(): Promise<void> {
    const settled = Promise.allSettled([this.#inbound.idle(), this.#paired, this.#credentials?.saved()])
    await Promise.race([settled, this.#context.clock.sleep(SETTLE_MS)])
    this.#inbound.pump.stop()
    this.#credentials?.freeze()
  }

  #open<T>(part: T | undefined): T {
    if (this.#phase !== 'open' || part === undefined) throw new ConnectionLost('there is no open connection')
    return part
  }

  /** The answer, or {@link ConnectionLost} as soon as the connection ends. */
  async #ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await this.#life.within(answer)
    } catch (error) {
      if (isConnectionLoss(error)) throw new ConnectionLost('the connection ended before the answer')
      throw error
    }
  }
}
