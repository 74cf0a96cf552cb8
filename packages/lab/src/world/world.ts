import { parseJid } from '../wire/jid.ts'
import { type BinaryNode, node } from '../wire/node.ts'
import { type Clock, seconds } from './clock.ts'
import type { Content } from './content.ts'
import { conflict, notFound } from './errors.ts'
import { Faults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { type Companion, type Group, User, type UserOptions } from './model.ts'
import { SeededRandom } from './random.ts'

/** Where encrypted media lies, as far as the world cares. */
export interface MediaStore {
  /** `host:port`, without scheme. */
  readonly host: string
  put(encrypted: Buffer): string
  get(path: string): Buffer | undefined
  /** All that is stored, for a snapshot. */
  entries(): Iterable<[key: string, bytes: Buffer]>
}

export interface WorldOptions {
  seed: string
  clock: Clock
  content: Content
  media: MediaStore
  /** False: messages are acknowledged and confirmed, nothing is decrypted. */
  decrypt: boolean
}

/** Ids given so far, and bytes drawn for them. */
export interface ServerIds {
  count: number
  position: number
}

/** The account and device an address names. */
export interface Address {
  user: User
  device: number
}

/** The simulated network: accounts, groups, faults and the ledger. No sockets; connections come as `Link`s. */
export class World {
  readonly seed: string
  readonly clock: Clock
  readonly content: Content
  readonly media: MediaStore
  decrypt: boolean
  readonly users = new Map<string, User>()
  readonly groups = new Map<string, Group>()
  readonly ledger = new Ledger()
  readonly faults: Faults
  /** Things that must not happen and did: rejected keys, copies for unknown devices, failed tasks. */
  readonly violations: string[] = []
  readonly #byLid = new Map<string, User>()
  readonly #random: SeededRandom
  readonly #serverIds: SeededRandom
  #stanzas = 0

  constructor(options: WorldOptions) {
    this.seed = options.seed
    this.clock = options.clock
    this.content = options.content
    this.media = options.media
    this.decrypt = options.decrypt
    this.#random = new SeededRandom(`kurir-lab ${options.seed}`)
    this.#serverIds = this.#random.child('server ids')
    this.faults = new Faults(options.clock, this.#random.child('faults'))
  }

  /** Seconds since 1970. */
  get seconds(): number {
    return seconds(this.clock)
  }

  /** A seeded source of its own for `label`. */
  random(label: string): SeededRandom {
    return this.#random.child(label)
  }

  /** An id for a stanza the server itself sends. */
  stanzaId(): string {
    this.#stanzas += 1
    return `${this.#stanzas}.${this.#serverIds.digits(8)}-${this.#stanzas}`
  }

  /** How far the ids of the server's own stanzas have come. */
  get serverIds(): ServerIds {
    return { count: this.#stanzas, position: this.#serverIds.position }
  }

  /** Goes on with ids after those of a snapshot. Only in a world that has given none yet. */
  resumeServerIds({ count, position }: ServerIds): void {
    this.#stanzas = count
    this.#serverIds.skip(position)
  }

  /** Makes a virtual phone; its keys and LID depend on seed and number alone. Throws 409 where it exists. */
  addPhone(phone: string, options: UserOptions = {}): User {
    if (this.users.has(phone)) throw conflict(`phone ${phone} exists`)
    const random = this.#random.child(`phone ${phone}`)
    let lid = `1${random.child('lid').digits(14)}`
    while (this.#byLid.has(lid)) lid = `1${random.child(`lid ${lid}`).digits(14)}`
    const user = new User(phone, lid, random.child('user'), options, (error) => this.fail(`phone ${phone}`, error))
    this.users.set(phone, user)
    this.#byLid.set(lid, user)
    return user
  }

  /** The phone with this number. Throws 404 where there is none. */
  phone(phone: string): User {
    const user = this.users.get(phone)
    if (!user) throw notFound(`no phone ${phone}`)
    return user
  }

  /** Whom a person's address (by phone number or LID) names; `undefined` for strangers and groups. */
  resolve(jid: string | undefined): Address | undefined {
    const parsed = parseJid(jid)
    if (!parsed) return undefined
    const { server, user: name, device } = parsed
    const user =
      server === 'lid' ? this.#byLid.get(name) : server === 's.whatsapp.net' ? this.users.get(name) : undefined
    return user ? { user, device } : undefined
  }

  companion(jid: string | undefined): Companion | undefined {
    const address = this.resolve(jid)
    return address?.user.companions.get(address.device)
  }

  /** Takes a linked device away; its line is closed as the server closes it for a removed device. */
  removeCompanion(companion: Companion, tellIt: boolean): void {
    const { user, id } = companion
    user.companions.delete(id)
    const gone = node('stream:error', { code: 401 }, [node('conflict', { type: 'device_removed' })])
    companion.link?.close(tellIt ? gone : undefined)
    this.announceDevice(companion, 'remove')
  }

  /** Tells an account's other companions that a device was linked or unlinked. */
  announceDevice(companion: Companion, what: 'add' | 'remove'): void {
    const { user, id, keyIndex } = companion
    for (const other of user.companions.values()) {
      if (other === companion) continue
      const attrs = { from: user.jid(), id: this.stanzaId(), type: 'devices', t: this.seconds, lid: user.lidJid() }
      const device = node('device', { jid: user.jid(id), 'key-index': keyIndex, lid: user.lidJid(id) })
      const list = node('key-index-list', { ts: this.seconds })
      other.deliver(node('notification', attrs, [node(what, { device_hash: '2:lab' }, [device, list])]))
    }
  }

  /** Records something that must not happen. */
  fail(where: string, error: unknown): void {
    if (this.violations.length < 1000) this.violations.push(`${where}: ${error instanceof Error ? error.stack : error}`)
  }

  /** Resolves when every phone has done what it has to do so far. */
  async idle(): Promise<void> {
    for (const user of this.users.values()) await user.tasks.idle
  }

  /** A stanza to every companion of an account, except one. */
  deliverToCompanions(user: User, stanza: BinaryNode, except?: Companion): void {
    for (const companion of user.companions.values()) if (companion !== except) companion.deliver(stanza)
  }
}
