import { Readable } from 'node:stream'
import { createInflate } from 'node:zlib'
import { jidDecode, proto } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { SessionUid } from '../../core/ids.ts'
import { DownloadFailed, type EngineSink, type PastMessage } from '../port.ts'
import type { AuthStore } from './auth-port.ts'
import { download } from './download.ts'
import type { LookUpAlternative, Me } from './from-wa/address.ts'
import { readPast } from './from-wa/past.ts'
import { BrokenHistory, readHistory } from './history-reader.ts'
import type { KeyedLock } from './locks.ts'
import type { MediaNetwork } from './media-network.ts'
import type { SignalKeys } from './signal-keys.ts'
import { Chain } from './stanzas.ts'

const DAY = 86_400_000
/** Of one piece as it is kept, compressed; official phones send a few megabytes. */
const MOST_BYTES = 32 * 1024 * 1024
/** Messages that are stored together. */
const BATCH = 100
const TRIES = 5
const FIRST_RETRY_MS = 1_000

const { HistorySyncType } = proto.HistorySync
/** Kinds that hold messages; others hold names and settings. */
const WITH_MESSAGES = new Set<number>([HistorySyncType.INITIAL_BOOTSTRAP, HistorySyncType.FULL, HistorySyncType.RECENT])

export type HistoryNotification = proto.Message.IHistorySyncNotification

export interface HistoryContext {
  session: SessionUid
  /** Younger messages are taken; 0: none at all. */
  days: number
  auth: Pick<AuthStore, 'consumeJournal'>
  keys: SignalKeys
  sink: Pick<EngineSink, 'onHistory'>
  clock: Clock
  logger: Logger
  media: MediaNetwork
  /** The process reads one piece at a time, whatever the number of sessions. */
  oneByOne: KeyedLock
  me: () => Me | undefined
  lookUp: LookUpAlternative
  sentProto: (waId: string) => Promise<Uint8Array | undefined>
  /** Resolves when the session is logged in, with the name of a media server. */
  host: () => Promise<string>
}

/**
 * Takes the phone's messages of before the pairing. Each piece stands in the journal until all of it is stored, so one
 * that a crash interrupts is read again; what was stored of it is not stored twice.
 */
export class History {
  readonly #context: HistoryContext
  readonly #pieces = new Chain()
  readonly #stopped = new AbortController()

  constructor(context: HistoryContext) {
    this.#context = context
  }

  /** Answers whether it takes the piece; then it consumes the journal row. */
  take(row: string, piece: HistoryNotification): boolean {
    const { days, oneByOne } = this.#context
    if (days === 0 || !WITH_MESSAGES.has(piece.syncType ?? 0)) return false
    this.#pieces.add(() => oneByOne.run('history', () => this.#read(row, piece)))
    return true
  }

  /** What is not read yet is read at the next connection. */
  stop(): void {
    this.#stopped.abort()
  }

  async #read(row: string, piece: HistoryNotification): Promise<void> {
    const { auth, session, clock, logger } = this.#context
    const { signal } = this.#stopped
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        const bytes = await this.#bytes(piece)
        await this.#learn(bytes)
        if (await this.#store(bytes)) await auth.consumeJournal(session, [row])
        return
      } catch (error) {
        if (signal.aborted) return
        if (isHopeless(error) || tries === TRIES) {
          logger.warn({ err: error }, 'A piece of the history could not be read and is left out')
          await auth.consumeJournal(session, [row])
          return
        }
        await clock.sleep(FIRST_RETRY_MS * 2 ** tries, signal)
      }
    }
  }

  /** The compressed piece, whole: it may be used only when its hash is known to be right. */
  async #bytes(piece: HistoryNotification): Promise<Uint8Array> {
    const { initialHistBootstrapInlinePayload: inline, directPath, mediaKey, fileSha256, fileEncSha256 } = piece
    if (inline && inline.length > 0) return inline
    if (!directPath || !mediaKey) throw new BrokenHistory('it does not say where it is')
    const base64 = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString('base64') : null)
    const remote = {
      kind: 'history' as const,
      url: `https://${await this.#context.host()}/`,
      directPath,
      mediaKey: Buffer.from(mediaKey).toString('base64'),
      fileSha256: base64(fileSha256),
      fileEncSha256: base64(fileEncSha256),
    }
    const parts: Buffer[] = []
    let size = 0
    for await (const part of await download(remote, this.#context.media)) {
      size += part.length
      if (size > MOST_BYTES) throw new BrokenHistory(`it has more than ${MOST_BYTES} bytes`)
      parts.push(part)
    }
    return Buffer.concat(parts)
  }

  /** Which LID belongs to which phone number, before the messages: one person shall be one chat. */
  async #learn(bytes: Uint8Array): Promise<void> {
    let learnt: Record<string, string> = {}
    const { keys } = this.#context
    for await (const item of readHistory(inflated(bytes))) {
      if (this.#stopped.signal.aborted) return
      if (item.kind !== 'mapping') continue
      const [phone, lid] = [jidDecode(item.phone)?.user, jidDecode(item.lid)?.user]
      if (!phone || !lid) continue
      Object.assign(learnt, { [phone]: lid, [`${lid}_reverse`]: phone })
      if (Object.keys(learnt).length < 2 * BATCH) continue
      await keys.set({ 'lid-mapping': learnt })
      learnt = {}
    }
    if (Object.keys(learnt).length > 0) await keys.set({ 'lid-mapping': learnt })
  }

  /** Answers whether all of it is stored; false where the connection ended before. */
  async #store(bytes: Uint8Array): Promise<boolean> {
    const { clock, days, lookUp, sentProto } = this.#context
    const me = this.#context.me()
    if (!me) return false
    const since = clock.now() - days * DAY
    let batch: PastMessage[] = []
    for await (const item of readHistory(inflated(bytes))) {
      if (this.#stopped.signal.aborted) return false
      if (item.kind !== 'message') continue
      const message = await readPast(item.message, { me, lookUp, sentProto }, since)
      if (message) batch.push(message)
      if (batch.length < BATCH) continue
      await this.#hand(batch)
      batch = []
    }
    await this.#hand(batch)
    return true
  }

  /** Phones tell the newest first; they are stored in the order in which they were written. */
  async #hand(batch: PastMessage[]): Promise<void> {
    if (batch.length === 0) return
    await this.#context.sink.onHistory(batch.toSorted((one, other) => one.timestamp - other.timestamp))
  }
}

function inflated(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return Readable.from([bytes]).pipe(createInflate())
}

/** Trying again does not help: it is gone, or was never a history. */
function isHopeless(error: unknown): boolean {
  if (error instanceof DownloadFailed) return error.problem !== 'unreachable'
  const code = (error as { code?: unknown } | undefined)?.code
  return error instanceof BrokenHistory || (typeof code === 'string' && code.startsWith('Z_'))
}
