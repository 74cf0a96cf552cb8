import type { NoiseAuthority } from '../wire/authority.ts'
import { type BinaryNode, node } from '../wire/node.ts'
import type { Companion, Link, Registration } from '../world/model.ts'
import type { World } from '../world/world.ts'

/** What `media_conn` hands out as authorisation, the account's phone number behind it. */
export const MEDIA_AUTH = 'lab-'

/** What all connections share. */
export interface ServerState {
  readonly world: World
  readonly authority: NoiseAuthority
  readonly connections: Set<Client>
  /** QR references shown by companions that wait to be scanned. */
  readonly pairingRefs: Map<string, Client>
  /** Pairing codes waiting to be typed, by the account's phone number. */
  readonly linkCodes: Map<string, LinkCode>
  /** IQs nobody has written a handler for: `xmlns/type/child`. */
  readonly unknownIqs: string[]
}

/** A connected client, as stanza handlers see it. */
export interface Client extends Link {
  readonly state: ServerState
  /** The device that has logged in. */
  companion: Companion | undefined
  /** A device that is about to be linked. */
  registration: Registration | undefined
  active: boolean
  /** Sends an IQ and answers the client's answer to it. Rejects where the client leaves first. */
  query(iq: BinaryNode): Promise<BinaryNode>
}

/** A pairing by code, from the companion's hello to its finish. */
export interface LinkCode {
  ref: string
  client: Client
  phone: string
  /** The companion's ephemeral key, wrapped with the code: salt, IV, ciphertext. */
  wrapped: Buffer
  /** The secret both ends share once the code was typed. */
  shared?: Buffer
  finished?: { resolve(companion: Companion): void; reject(error: unknown): void }
}

/** The stanza that ends a line, as `<stream:error code="515"/>`, with or without a conflict. */
export function streamError(code?: number, conflict?: string): BinaryNode {
  return node('stream:error', { code }, conflict ? [node('conflict', { type: conflict })] : undefined)
}
