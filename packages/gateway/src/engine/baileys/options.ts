import type { LookupFunction } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import type { Failpoint } from '../../core/failpoints.ts'
import type { AuthStore } from './auth-port.ts'

export interface BaileysEngineOptions {
  auth: AuthStore
  logger: Logger
  network: Network
  clock: Clock
  /** What the phone's list of linked devices shows. "Kurir" by default. */
  deviceName?: string
  timeouts?: Partial<Timeouts>
  /** Days of the phone's history that a session is given at its pairing; none by default. */
  historyDays?: number
  /** Finds the addresses of proxies and refuses those that may not be called; by default the machine's resolver. */
  proxyLookup?: LookupFunction
  /** Told of each, to be counted. */
  onTrouble?: (trouble: Trouble) => void
  /** For crash tests: awaited where a process may die. */
  failpoint?: Failpoint
}

/**
 * What may go wrong with a message's encryption, and what is done about it: one that could not be decrypted
 * (`undecryptable`) or encrypted (`unencryptable`); its sender was asked to send it again (`asked`), or the account's
 * own phone was (`phone_asked`); somebody asked for one of ours (`requested`) and got it (`answered`).
 */
export type Trouble = 'undecryptable' | 'unencryptable' | 'asked' | 'phone_asked' | 'requested' | 'answered'

/** WhatsApp itself, or a lab that speaks its protocol. */
export type Network =
  | { kind: 'whatsapp' }
  | {
      kind: 'lab'
      /** `ws://…` */
      url: string
      /** The Noise root key to trust, hexadecimal. */
      rootKey: string
      /** PEM file of the authority that signed the media server's certificate. */
      caFile?: string
    }

/** Milliseconds. */
export interface Timeouts {
  /** From dialling to the first QR or to being logged in. */
  connect: number
  /** For the answer to any query. Also how long an unanswered one may hold up the account's other sends (trap T7). */
  query: number
  /** From the written stanza to the server's ack. */
  ack: number
  /** For the sender of an unreadable message to send it again; then the account's own phone is asked. */
  resend: number
  /** Between two signs of life that are asked of the server. */
  keepAlive: number
  /** How long each QR may be shown; without it 60 s for the first and 20 s for the others, as WhatsApp Web does. */
  qr?: number
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connect: 20_000,
  query: 10_000,
  ack: 20_000,
  resend: 5_000,
  keepAlive: 30_000,
}
