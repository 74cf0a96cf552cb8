import { proto, type WASocket } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { Envelope } from './envelope.ts'
import type { Me } from './from-wa/address.ts'
import type { Trouble } from './options.ts'
import type { Placeholder, Placeholders } from './placeholders.ts'

const { PLACEHOLDER_MESSAGE_RESEND } = proto.Message.PeerDataOperationRequestType

export interface ResendContext {
  placeholders: Placeholders
  clock: Clock
  logger: Logger
  me: () => Me | undefined
  /** How long the sender has for sending a message again before the own phone is asked. Milliseconds. */
  waitMs: number
  onTrouble: ((trouble: Trouble) => void) | undefined
}

/**
 * Asks the account's own phone for messages that could not be read. Baileys would ask once, from a timer in memory; a
 * request that is lost with the connection is made again at the next login here.
 */
export class ResendRequests {
  readonly #context: ResendContext
  readonly #stopped = new AbortController()
  readonly #asked = new Set<Placeholder>()
  #sock: Pick<WASocket, 'sendPeerDataOperationMessage'> | undefined

  constructor(context: ResendContext) {
    this.#context = context
  }

  /** The connection can send: asks for everything that is still missing. */
  async begin(sock: Pick<WASocket, 'sendPeerDataOperationMessage'>): Promise<void> {
    this.#sock = sock
    const { placeholders, clock, waitMs } = this.#context
    const before = clock.now() - waitMs
    for (const placeholder of await placeholders.open()) {
      // The sender of a younger one may still send it again; its own time is running.
      if (placeholder.since <= before) await this.#ask(placeholder)
    }
  }

  /**
   * A message could not be read; resolves when that is noted. `isAbsent`: it has no content that its sender could be
   * asked for, so the phone is asked at once.
   */
  async add(envelope: Envelope, isAbsent: boolean): Promise<void> {
    const { placeholders, clock, waitMs, me } = this.#context
    const own = me()
    const placeholder = own && (await placeholders.add(envelope, own))
    if (!placeholder) return
    const { signal } = this.#stopped
    const time = isAbsent && this.#sock ? Promise.resolve() : clock.sleep(waitMs, signal)
    void time.then(() => this.#ask(placeholder)).catch(() => {})
  }

  end(): void {
    this.#stopped.abort()
  }

  async #ask(placeholder: Placeholder): Promise<void> {
    const { placeholders, logger, onTrouble } = this.#context
    const sock = this.#sock
    if (!sock || this.#stopped.signal.aborted || this.#asked.has(placeholder)) return
    if (!(await placeholders.isOpen(placeholder))) return
    this.#asked.add(placeholder)
    try {
      await placeholders.countAsked(placeholder)
      await sock.sendPeerDataOperationMessage({
        peerDataOperationRequestType: PLACEHOLDER_MESSAGE_RESEND,
        placeholderMessageResendRequest: [{ messageKey: placeholder.key }],
      })
      onTrouble?.('phone_asked')
    } catch (error) {
      logger.debug({ err: error }, 'The phone could not be asked for a message; it will be at the next login')
    }
  }
}
