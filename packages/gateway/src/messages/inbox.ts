import type { Logger } from 'pino'
import { choiceBy, looksLikeChoice } from '../core/choices.ts'
import type { Clock } from '../core/clock.ts'
import type { SessionUid, WaMessageId } from '../core/ids.ts'
import type { MessageRecord } from '../core/message.ts'
import type { InboundMessage, PastMessage, Receipt, UndecryptableMessage } from '../engine/port.ts'
import type { MessageStore } from './ports.ts'
import type { StoreRetry } from './until-stored.ts'

export interface InboxDeps {
  store: Pick<MessageStore, 'storeInbound' | 'findOffer' | 'storeUndecryptable' | 'storeHistory' | 'advanceStatus'>
  retry: StoreRetry
  clock: Clock
  logger: Logger
  /** Called with a message of ours after a receipt moved it. */
  onChanged: (message: MessageRecord) => void
  /** A receipt tells that the server or the recipient has this message. */
  onProven: (session: SessionUid, waId: WaMessageId) => void
}

/** Stores what comes in. Each method resolves when it is on disk; while the store fails it waits, in order. */
export class Inbox {
  readonly #deps: InboxDeps

  constructor(deps: InboxDeps) {
    this.#deps = deps
  }

  async onMessage(session: SessionUid, message: InboundMessage): Promise<void> {
    const { store, retry, clock, logger } = this.#deps
    try {
      const understood = await this.#understand(session, message)
      await retry.untilStored(() => store.storeInbound(session, understood, clock.now()))
    } catch (error) {
      // The engine keeps it journalled and offers it again at the next connection.
      logger.error({ err: error, session, waId: message.waId }, 'a message that came in could not be stored')
      throw error
    }
  }

  /** Somebody whose phone shows no buttons answers a list or buttons with a choice's number. */
  async #understand(session: SessionUid, message: InboundMessage): Promise<InboundMessage> {
    const { content, chat, senderAlt, participant, quote } = message
    if (content.type !== 'text' || message.fromMe || !looksLikeChoice(content.text)) return message
    const chats = participant === null && senderAlt ? [chat, senderAlt] : [chat]
    const { store, retry } = this.#deps
    const offer = await retry.untilStored(() => store.findOffer(session, { chats, quoted: quote?.waId ?? null }))
    const choice = offer && choiceBy(content.text, offer)
    return choice ? { ...message, content: choice } : message
  }

  async onUndecryptable(session: SessionUid, message: UndecryptableMessage): Promise<void> {
    const { store, retry, clock } = this.#deps
    await retry.untilStored(() => store.storeUndecryptable(session, message, clock.now()))
  }

  /** What was written before the pairing is no news: it is stored and not told. */
  async onHistory(session: SessionUid, messages: PastMessage[]): Promise<void> {
    const { store, retry, clock } = this.#deps
    await retry.untilStored(() => store.storeHistory(session, messages, clock.now()))
  }

  /**
   * Moves the messages forward; ids that are not ours change nothing. A message to a group counts as delivered, read
   * or played with the first member of whom this is known.
   */
  async onReceipt(session: SessionUid, { waIds, status, at }: Receipt): Promise<void> {
    await Promise.all(waIds.map((waId) => this.#advance(session, waId, { status, at })))
  }

  async #advance(session: SessionUid, waId: WaMessageId, change: Pick<Receipt, 'status' | 'at'>): Promise<void> {
    const { store, retry, onProven, onChanged } = this.#deps
    const result = await retry.untilStored(() => store.advanceStatus({ session, waId }, change))
    if (!result) return
    onProven(session, waId)
    if (result.changed) onChanged(result.message)
  }
}
