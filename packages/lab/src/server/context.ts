import type { NoiseAuthority } from '../wire/authority.ts'
import type { Companion } from '../world/companion.ts'
import type { World } from '../world/world.ts'
import type { Connection } from './connection.ts'

/** What all connections share. */
export interface ServerState {
  readonly world: World
  readonly authority: NoiseAuthority
  readonly connections: Set<Connection>
  /** QR references shown by companions that wait to be scanned. */
  readonly pairingRefs: Map<string, Connection>
  /** Pairing codes waiting to be typed, by the account's phone number. */
  readonly linkCodes: Map<string, LinkCode>
  /** IQs nobody has written a handler for: `xmlns/type/child`. */
  readonly unknownIqs: string[]
}

/** A pairing by code, from the companion's hello to its finish. */
export interface LinkCode {
  ref: string
  connection: Connection
  phone: string
  /** The companion's ephemeral key, wrapped with the code: salt, IV, ciphertext. */
  wrapped: Buffer
  /** The secret both ends share once the code was typed. */
  shared?: Buffer
  finished?: { resolve(companion: Companion): void; reject(error: unknown): void }
}
