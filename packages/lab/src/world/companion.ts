import { type BinaryNode, node, SERVER } from '../wire/node.ts'
import { OfflineQueue } from './offline-queue.ts'
import type { PreKeyBundle } from './signal-device.ts'
import type { User } from './user.ts'

/** A companion's connection, as the world sees it. */
export interface Link {
  /** True once the companion has asked for its queue: from then on stanzas are pushed as they come. */
  readonly active: boolean
  send(stanza: BinaryNode): void
  /** Sends a last stanza, then closes the socket. */
  close(last?: BinaryNode): void
  /** Cuts the line at once, as a lost connection does. */
  cut(): void
}

export interface PublicPreKey {
  id: number
  key: Buffer
}

/** What a companion told the server about itself when it was linked. */
export interface Registration {
  noiseKey: Buffer
  identity: Buffer
  registrationId: number
  signedPreKey: PublicPreKey & { signature: Buffer }
}

/** Fewer one-time prekeys than this, and the server asks for more. */
const FEW_PREKEYS = 5

/** A linked device: its public keys, its queue on the server, its connection if it has one. */
export class Companion {
  readonly user: User
  readonly id: number
  readonly keyIndex: number
  readonly noiseKey: Buffer
  readonly identity: Buffer
  readonly registrationId: number
  signedPreKey: Registration['signedPreKey']
  preKeys: PublicPreKey[] = []
  readonly queue = new OfflineQueue()
  link: Link | undefined
  pushName: string | undefined
  #askedForPreKeys = false

  constructor(user: User, id: number, registration: Registration) {
    this.user = user
    this.id = id
    this.keyIndex = id
    this.noiseKey = registration.noiseKey
    this.identity = registration.identity
    this.registrationId = registration.registrationId
    this.signedPreKey = registration.signedPreKey
  }

  /** Queues a stanza until the companion confirms it, and sends it now where the companion listens. */
  deliver(stanza: BinaryNode): void {
    this.queue.add(stanza)
    if (this.link?.active) this.link.send(stanza)
  }

  /** Sends what is worth nothing later (typing, presence). */
  signal(stanza: BinaryNode): void {
    if (this.link?.active) this.link.send(stanza)
  }

  addPreKeys(keys: PublicPreKey[]): void {
    this.preKeys.push(...keys)
    this.#askedForPreKeys = false
  }

  /** A bundle with one of the one-time prekeys, if any is left; asks the companion for more when they run low. */
  bundle(notificationId: () => string, now: number): PreKeyBundle {
    const preKey = this.preKeys.shift()
    if (this.preKeys.length < FEW_PREKEYS && !this.#askedForPreKeys) {
      this.#askedForPreKeys = true
      const count = node('count', { value: this.preKeys.length })
      const attrs = { from: SERVER, type: 'encrypt', id: notificationId(), t: now }
      this.deliver(node('notification', attrs, [count]))
    }
    const { registrationId, identity, signedPreKey } = this
    return { registrationId, identity, signedPreKey, ...(preKey ? { preKey } : {}) }
  }
}
