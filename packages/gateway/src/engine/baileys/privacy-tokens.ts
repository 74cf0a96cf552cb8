import type { WASocket } from 'baileys'
import { shouldSendNewTcToken } from 'baileys/lib/Utils/tc-token-utils.js'
import type { Logger } from 'pino'
import { type Jid, jidKind } from '../../core/jid.ts'
import type { BoundedCache } from './bounded-cache.ts'
import type { SignalKeys } from './signal-keys.ts'

/**
 * The tokens that say "this contact may be written to". A client issues one per contact and week; Baileys means to, but
 * notes the time in a transaction that has ended, and so issues one with every message (trap T8). Here the time is
 * noted before the send, which makes Baileys leave it alone, and the token is issued once.
 */
export class PrivacyTokens {
  readonly #sock: WASocket
  readonly #keys: SignalKeys
  readonly #issued: BoundedCache
  readonly #logger: Logger

  constructor(sock: WASocket, keys: SignalKeys, issued: BoundedCache, logger: Logger) {
    this.#sock = sock
    this.#keys = keys
    this.#issued = issued
    this.#logger = logger
  }

  /** To be awaited before a send to a person. The result issues the token where it is due; call it after the ack. */
  async prepare(to: Jid): Promise<() => void> {
    const kind = jidKind(to)
    const nothing = () => {}
    if (kind !== 'user' && kind !== 'lid') return nothing
    const lid = kind === 'lid' ? to : ((await this.#sock.signalRepository.lidMapping.getLIDForPN(to)) ?? to)
    if (!shouldSendNewTcToken(this.#issued.get<number>(lid))) return nothing
    const entry = (await this.#keys.get('tctoken', [lid]))[lid]
    const due = shouldSendNewTcToken(entry?.senderTimestamp)
    const issuedAt = due ? Math.floor(Date.now() / 1000) : (entry?.senderTimestamp ?? 0)
    if (due) {
      const noted = { token: Buffer.alloc(0), ...entry, senderTimestamp: issuedAt }
      await this.#keys.set({ tctoken: { [lid]: noted } })
    }
    this.#issued.set(lid, issuedAt)
    return due ? () => this.#issue(to, issuedAt) : nothing
  }

  #issue(to: Jid, issuedAt: number): void {
    this.#sock
      .issuePrivacyTokens([to], issuedAt)
      .catch(() => this.#logger.debug('A privacy token could not be issued; the next one is due in a week'))
  }
}
