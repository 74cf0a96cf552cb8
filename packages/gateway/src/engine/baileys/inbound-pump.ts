import type { proto } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { SessionUid } from '../../core/ids.ts'
import { parseJid } from '../../core/jid.ts'
import type { EngineSink } from '../port.ts'
import type { AuthStore, JournalEntry } from './auth-port.ts'
import type { LookUpAlternative, Me } from './from-wa/address.ts'
import { historyIn, readRow } from './from-wa/row.ts'
import type { History } from './history.ts'
import type { Placeholders } from './placeholders.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000

export interface PumpContext {
  session: SessionUid
  auth: AuthStore
  sink: Pick<EngineSink, 'onMessage'>
  clock: Clock
  logger: Logger
  me: () => Me | undefined
  lookUp: LookUpAlternative
  placeholders: Placeholders
  history: Pick<History, 'take'>
}

/**
 * Brings journal rows to the sink, one after another in the order of arrival. A row leaves the journal only with the
 * transaction that stores its message, so whatever happens here a row is late at worst.
 */
export class InboundPump {
  readonly #context: PumpContext
  readonly #stopped = new AbortController()
  #tail: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(context: PumpContext) {
    this.#context = context
  }

  /** Rows that were offered and are not delivered yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Offers what an earlier process or connection left behind. Rejects when the store cannot tell. */
  async replay(): Promise<void> {
    for (const row of await this.#context.auth.pendingJournal(this.#context.session)) this.offer(row)
    await this.idle()
  }

  offer(row: JournalEntry): void {
    this.#waiting += 1
    this.#tail = this.#tail.then(() => this.#deliver(row)).finally(() => (this.#waiting -= 1))
  }

  /** Resolves when everything offered so far is delivered, or the pump has stopped. */
  idle(): Promise<void> {
    return this.#tail
  }

  /** No further delivery is begun; what is left is offered at the next connect. */
  stop(): void {
    this.#stopped.abort()
  }

  async #deliver(row: JournalEntry): Promise<void> {
    const { clock, logger } = this.#context
    const { signal } = this.#stopped
    for (let pause = FIRST_RETRY_MS; !signal.aborted; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
      try {
        return await this.#store(row)
      } catch (error) {
        logger.warn({ err: error }, 'A received message could not be stored; trying again')
        await clock.sleep(pause, signal)
      }
    }
  }

  async #store(row: JournalEntry): Promise<void> {
    const { auth, session, sink, me, lookUp, placeholders, history } = this.#context
    const own = me()
    if (!own) return
    const sentProto = (waId: string) => auth.findSentProto(session, waId)
    const otherName = async (jid: string) => {
      const person = parseJid(jid)
      return person ? lookUp(person) : null
    }
    const askedFor = async (key: proto.IMessageKey) => (await placeholders.find(key, otherName))?.envelope
    const messages = await readRow(row, { me: own, lookUp, sentProto, askedFor })
    for (const message of messages) {
      await sink.onMessage(message)
      await placeholders.settle(message.waId)
    }
    if (messages.length > 0) return
    const piece = historyIn(row, own)
    if (!piece || !history.take(row.key, piece)) await auth.consumeJournal(session, [row.key])
  }
}
