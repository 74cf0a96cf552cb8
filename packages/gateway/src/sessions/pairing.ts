import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import type { SessionUid } from '../core/ids.ts'
import type { PairingNews, PairingQr } from './verbs.ts'

/** The QR codes that may be scanned now, in memory alone, and who watches them. */
export class PairingBoard {
  readonly #shown = new Map<SessionUid, PairingQr>()
  readonly #listeners = new Map<SessionUid, Set<(news: PairingNews) => void>>()
  readonly #clock: Clock
  readonly #logger: Logger

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  hold(session: SessionUid, qr: PairingQr): void {
    this.#shown.set(session, qr)
  }

  clear(session: SessionUid): void {
    this.#shown.delete(session)
  }

  /** The code that is still valid, if any. */
  current(session: SessionUid): PairingQr | undefined {
    const qr = this.#shown.get(session)
    return qr && qr.expiresAt > this.#clock.now() ? qr : undefined
  }

  isWatched(session: SessionUid): boolean {
    return this.#listeners.has(session)
  }

  tell(session: SessionUid, news: PairingNews): void {
    for (const listener of this.#listeners.get(session) ?? []) this.#call(listener, news)
  }

  /** Tells the present code at once, then all news (a code only once), until the answer is called. */
  watch(session: SessionUid, listener: (news: PairingNews) => void): () => void {
    const listeners = this.#listeners.get(session) ?? new Set()
    let lastText: string | undefined
    // A code that is held but not told yet would otherwise come twice.
    const entry = (news: PairingNews) => {
      if (news.kind === 'qr' && news.qr.text === lastText) return
      if (news.kind === 'qr') lastText = news.qr.text
      listener(news)
    }
    listeners.add(entry)
    this.#listeners.set(session, listeners)
    const qr = this.current(session)
    if (qr) this.#call(entry, { kind: 'qr', qr })
    return () => {
      listeners.delete(entry)
      if (listeners.size === 0 && this.#listeners.get(session) === listeners) this.#listeners.delete(session)
    }
  }

  #call(listener: (news: PairingNews) => void, news: PairingNews): void {
    try {
      listener(news)
    } catch (error) {
      this.#logger.warn({ err: error }, 'a pairing listener failed')
    }
  }
}
