import { type BinaryNode, getBinaryNodeChild, type WASocket } from 'baileys'
import type { Failpoint } from '../../core/failpoints.ts'
import type { EngineSink } from '../port.ts'
import { callOf } from './calls.ts'
import { Envelopes, journalKey, type StanzaFate } from './envelope.ts'
import { readHead } from './from-wa/address.ts'
import { groupUpdateOf } from './group-updates.ts'
import { InboundPump, type PumpContext } from './inbound-pump.ts'
import type { Trouble } from './options.ts'
import { receiptOf } from './receipts.ts'
import type { DecryptionJournal } from './repository-context.ts'
import type { ResendRequests } from './resend-requests.ts'
import type { RetryAnswers } from './retry-answers.ts'
import type { RetryWatch } from './retry-watch.ts'
import type { SignalKeys } from './signal-keys.ts'
import type { SignalUnit } from './signal-unit.ts'
import { Chain, intercept } from './stanzas.ts'

/** How many messages may wait for the store before the next one is decrypted. */
const ROOM = 256
/** Ciphertexts of kinds that Baileys does not decrypt, and answers by itself. */
const NOT_OURS = new Set(['msmsg'])

type Proceed = (stanza: BinaryNode) => Promise<void>

export interface InboundContext extends PumpContext {
  keys: SignalKeys
  resends: Pick<ResendRequests, 'add'>
  retries: Pick<RetryWatch, 'receipt'>
  answers: Pick<RetryAnswers, 'give'>
  sink: Pick<EngineSink, 'onMessage' | 'onUndecryptable' | 'onReceipt' | 'onGroupUpdate' | 'onCall'>
  failpoint: Failpoint | undefined
  onTrouble: ((trouble: Trouble) => void) | undefined
}

/**
 * Everything that comes in. Baileys' events are not used: they come after the receipt, wait in buffers that a drop
 * throws away, and are merged (traps T4, T18 to T22). The stanza tells who and when, the journal what.
 */
export class Inbound implements DecryptionJournal {
  readonly pump: InboundPump
  readonly #context: InboundContext
  readonly #envelopes = new Envelopes()
  readonly #messages = new Chain()
  readonly #receipts = new Chain()
  readonly #notifications = new Chain()

  constructor(context: InboundContext) {
    this.#context = context
    this.pump = new InboundPump(context)
  }

  /** Stands between the line and Baileys. */
  attach(sock: Pick<WASocket, 'ws'>): void {
    intercept(sock, 'CB:message', (stanza, proceed) => this.#messages.add(() => this.#message(stanza, proceed)))
    intercept(sock, 'CB:receipt', (stanza, proceed) => this.#receipts.add(() => this.#receipt(stanza, proceed)))
    intercept(sock, 'CB:notification', (stanza, proceed) => {
      if (stanza.attrs.type === 'w:gp2') this.#notifications.add(() => this.#groupUpdate(stanza, proceed))
      else void proceed(stanza).catch(() => {})
    })
    intercept(sock, 'CB:call', (stanza, proceed) => this.#notifications.add(() => this.#call(stanza, proceed)))
  }

  /** Resolves when everything received so far is with the sink. */
  async idle(): Promise<void> {
    await this.#messages.idle()
    await this.#receipts.idle()
    await this.#notifications.idle()
    await this.pump.idle()
  }

  async recall(ciphertext: Uint8Array): Promise<Uint8Array | undefined> {
    const known = await this.#context.keys.findJournal(journalKey(ciphertext))
    const fate = known && this.#envelopes.of(ciphertext)
    if (fate) fate.decrypted += 1
    return known
  }

  async record(ciphertext: Uint8Array, plaintext: Uint8Array, unit: SignalUnit): Promise<void> {
    const { failpoint, keys } = this.#context
    const fate = this.#envelopes.of(ciphertext)
    const envelope = JSON.stringify(fate?.envelope ?? { attrs: {} })
    const row = { key: journalKey(ciphertext), plaintext, envelope }
    await failpoint?.('inbound.decrypted')
    await keys.commit(unit.writes, [row])
    await failpoint?.('inbound.journalled')
    if (fate) fate.decrypted += 1
    this.pump.offer(row)
  }

  failed(ciphertext: Uint8Array): void {
    const fate = this.#envelopes.of(ciphertext)
    if (fate) fate.failed += 1
  }

  /**
   * One stanza at a time: Baileys looks up addresses before it takes its own turn, so that of two messages the later
   * may come first, and it lets live messages overtake those that waited on the server. Without the `offline` mark it
   * deals with a stanza before it says so; ours has the mark.
   */
  async #message(stanza: BinaryNode, proceed: Proceed): Promise<void> {
    if (this.pump.waiting >= ROOM) await this.pump.idle()
    const fate = this.#envelopes.open(stanza)
    const isAbsent = isUnreadable(stanza, fate) && getBinaryNodeChild(stanza, 'enc') === undefined
    // Nobody sends it again: what is known of it is stored before Baileys confirms it.
    if (isAbsent) await this.#missing(stanza, fate)
    const { offline: _offline, ...attrs } = stanza.attrs
    await proceed({ ...stanza, attrs })
    if (!isAbsent && fate.decrypted === 0 && isUnreadable(stanza, fate)) await this.#missing(stanza, fate)
  }

  async #missing(stanza: BinaryNode, fate: StanzaFate): Promise<void> {
    const { resends, logger, onTrouble } = this.#context
    onTrouble?.('undecryptable')
    await this.#undecryptable(fate)
    if (isWithheld(stanza)) return
    try {
      await resends.add(fate.envelope, getBinaryNodeChild(stanza, 'enc') === undefined)
    } catch (error) {
      logger.warn({ err: error }, 'It could not be noted that the phone is to be asked for a message')
    }
  }

  async #undecryptable({ envelope }: StanzaFate): Promise<void> {
    const { me, lookUp, sink, logger } = this.#context
    const own = me()
    const head = own && (await readHead(envelope, own, lookUp))
    if (!head) return
    // What came before it in the chat is told first.
    await this.pump.idle()
    try {
      await sink.onUndecryptable(head)
    } catch (error) {
      logger.warn({ err: error }, 'An undecryptable message could not be noted')
    }
  }

  #receipt(stanza: BinaryNode, proceed: Proceed): Promise<void> {
    const { me, sink, clock, retries, answers } = this.#context
    if (stanza.attrs.type === 'retry') {
      retries.receipt(stanza)
      void answers.give(stanza, proceed)
      return Promise.resolve()
    }
    const own = me()
    const receipt = own && receiptOf(stanza, own, clock.now())
    return this.#storeFirst('receipt', stanza, proceed, async () => receipt && sink.onReceipt(receipt))
  }

  #groupUpdate(stanza: BinaryNode, proceed: Proceed): Promise<void> {
    const { sink, clock } = this.#context
    const update = groupUpdateOf(stanza, clock.now())
    return this.#storeFirst('change of a group', stanza, proceed, async () => update && sink.onGroupUpdate(update))
  }

  #call(stanza: BinaryNode, proceed: Proceed): Promise<void> {
    const { sink, clock, lookUp } = this.#context
    return this.#storeFirst('call', stanza, proceed, async () => {
      const call = await callOf(stanza, lookUp, clock.now())
      if (call) await sink.onCall(call)
    })
  }

  /** Baileys acknowledges such stanzas whatever becomes of them, so it is not shown one that is not stored. */
  async #storeFirst(what: string, stanza: BinaryNode, proceed: Proceed, store: () => Promise<void>): Promise<void> {
    try {
      await store()
    } catch (error) {
      this.#context.logger.warn({ err: error }, `A ${what} could not be stored; the server will tell it again`)
      return
    }
    void proceed(stanza).catch(() => {})
  }
}

/** Whether linked devices are not meant to have the message (seen once, a bot's, a hosted account's). */
function isWithheld(stanza: BinaryNode): boolean {
  return (
    NOT_OURS.has(getBinaryNodeChild(stanza, 'enc')?.attrs.type ?? '') ||
    getBinaryNodeChild(stanza, 'unavailable')?.attrs.type !== undefined
  )
}

/** Whether a person wrote something here that could not be read; the sender has been asked to send it again. */
function isUnreadable(stanza: BinaryNode, fate: StanzaFate): boolean {
  if (stanza.attrs.category === 'peer') return false
  if (fate.failed > 0) return true
  const enc = getBinaryNodeChild(stanza, 'enc')
  return enc ? NOT_OURS.has(enc.attrs.type ?? '') : getBinaryNodeChild(stanza, 'unavailable') !== undefined
}
