import { areJidsSameUser, proto, type WASocket } from 'baileys'
import type { Clock } from '../../core/clock.ts'
import { isUnavailable } from '../../core/errors.ts'
import type { Failpoint } from '../../core/failpoints.ts'
import { type Jid, jidKind } from '../../core/jid.ts'
import { AckTimeout, ConnectionLost, type OutboundMessage, type SendOutcome } from '../port.ts'
import { type Ack, type Acks, outcomeOf, within } from './acks.ts'
import type { Numbers } from './numbers.ts'
import type { PrivacyTokens } from './privacy-tokens.ts'
import type { SignalKeys } from './signal-keys.ts'
import { stanzaExtras } from './to-wa/stanza.ts'
import { isUnanswered } from './unanswered.ts'

/** The server's answer to a stanza for devices that are gone: ask for the devices again, then try once more. */
const STALE_DEVICES = '479'

export interface SenderContext {
  sock: WASocket
  keys: SignalKeys
  acks: Acks
  numbers: Numbers
  tokens: PrivacyTokens
  clock: Clock
  ackTimeoutMs: number
  failpoint: Failpoint | undefined
  /** How many copies for single devices could not be made so far. */
  encryptFailures: () => number
}

/** Sends messages over one open connection and waits for what the server says to them. */
export class Sender {
  readonly #context: SenderContext
  readonly #asking = new Map<Jid, Promise<boolean>>()

  constructor(context: SenderContext) {
    this.#context = context
  }

  /** See `EngineConnection.send`. */
  async send(message: OutboundMessage): Promise<SendOutcome> {
    const { numbers, clock, sock } = this.#context
    try {
      const to = await numbers.resolve(message.to)
      if (!to || !(await this.#reaches(to))) return { kind: 'not_registered' }
      let ack = await this.#attempt(message, to)
      if (ack.error === STALE_DEVICES) {
        await sock.getUSyncDevices([to], false, false)
        ack = await this.#attempt(message, to)
      }
      if (ack.devicesChanged) await sock.getUSyncDevices([to], false, false)
      return outcomeOf(ack, clock.now())
    } catch (error) {
      return refusal(error, sock.ws.isOpen)
    }
  }

  /**
   * Whether the recipient has any device. Asking for devices and keys happens here, before Baileys locks the account: a
   * query without an answer must not hold up other chats (trap T7). Asked once for all who wait, since each answer
   * begins the Signal sessions anew.
   */
  #reaches(to: Jid): Promise<boolean> {
    const kind = jidKind(to)
    if (kind !== 'user' && kind !== 'lid') return Promise.resolve(true)
    const asking = this.#asking.get(to) ?? this.#hasDevices(to).finally(() => this.#asking.delete(to))
    this.#asking.set(to, asking)
    return asking
  }

  async #hasDevices(to: Jid): Promise<boolean> {
    const { sock } = this.#context
    const devices = await sock.getUSyncDevices([to], true, false)
    const { me } = sock.authState.creds
    return devices.length > 0 || areJidsSameUser(to, me?.id) || areJidsSameUser(to, me?.lid)
  }

  async #attempt({ waId, proto: bytes }: OutboundMessage, to: Jid): Promise<Ack> {
    const { sock, acks, keys, tokens, failpoint, ackTimeoutMs, encryptFailures } = this.#context
    const issueToken = await tokens.prepare(to)
    const failuresBefore = encryptFailures()
    const acked = acks.expect(waId)
    let distributed = false
    try {
      // Written may be before or after acknowledged; only the ack counts, and only after the write its time runs.
      const message = proto.Message.decode(bytes)
      const relayed = sock.relayMessage(to, message, { messageId: waId, ...stanzaExtras(message, to) })
      const written = failpoint ? relayed.then(() => failpoint('stanza.written')) : relayed
      const ack = await Promise.race([acked, written.then(() => within(ackTimeoutMs, acked))])
      await failpoint?.('stanza.acked')
      await written
      distributed = ack.error === undefined && encryptFailures() === failuresBefore
      if (ack.error === undefined) issueToken()
      await failpoint?.('stanza.told')
      return ack
    } finally {
      acks.forget(waId)
      if (jidKind(to) === 'group') await keys.settleDistribution(to, distributed)
    }
  }
}

/**
 * What a failed attempt means. Nothing was written where encryption failed; a query without an answer says nothing
 * about the recipient, so it is a matter of trying later, and so is a store that takes nothing. Where the line is gone
 * Baileys has closed what it encrypts with, and the failure says nothing about the recipient either.
 */
function refusal(error: unknown, isOpen: boolean): SendOutcome {
  if (error instanceof ConnectionLost || error instanceof AckTimeout) throw error
  if (!isOpen || isConnectionLoss(error)) throw new ConnectionLost('the connection ended during the send')
  if (isUnavailable(error)) throw error
  if (isUnanswered(error)) throw new AckTimeout('a query was not answered')
  return { kind: 'refused', code: 'not_encryptable', retry: true }
}

/** A pending query rejects with the bare WebSocket code at a drop, a later call with Boom 428 (trap T12). */
export function isConnectionLoss(error: unknown): boolean {
  if (typeof error === 'number') return true
  const status = (error as { output?: { statusCode?: number } } | undefined)?.output?.statusCode
  return status === 428
}
