import type { proto } from 'baileys'
import { lidJid, pnJid } from '../wire/jid.ts'
import { type BinaryNode, node, SERVER } from '../wire/node.ts'
import { OfflineQueue } from './offline-queue.ts'
import type { SeededRandom } from './random.ts'
import type { Arrivals, InboxRow } from './rows.ts'
import { type PreKeyBundle, SignalDevice, type SignalState } from './signal-device.ts'
import { TaskQueue } from './tasks.ts'

/** A message this phone has sent or seen: for resending, quoting and reacting. */
export interface KnownMessage {
  id: string
  /** Address of the chat: a person's phone-number JID or a group's. */
  chatJid: string
  sender: User
  message: proto.IMessage
  type: string
  mediatype: string | undefined
  edit: string | undefined
  /** Seconds since 1970. */
  timestamp: number
}

/** What others may see of an account, and whom it shuts out. */
export interface Profile {
  about: string
  /** Path of the picture on the media server. */
  picture: string | undefined
  /** The account's privacy settings, by category. */
  privacy: Map<string, string>
  /** LID addresses of blocked people. */
  blocked: Set<string>
}

const PRIVACY = {
  readreceipts: 'all',
  last: 'all',
  online: 'all',
  profile: 'all',
  status: 'contacts',
  groupadd: 'all',
  calladd: 'all',
  messages: 'all',
}

export type CallState = 'ringing' | 'rejected' | 'ended'

export interface UserOptions {
  name?: string | undefined
  registered?: boolean | undefined
  autoRead?: boolean | undefined
  autoReply?: boolean | string | undefined
  history?: boolean | undefined
}

const KNOWN_MESSAGES = 5000

/** A WhatsApp account: its phone (device 0, simulated here) and its linked companions. */
export class User {
  readonly phone: string
  readonly lid: string
  readonly name: string
  /** False for a number without an account: it can be asked about and is absent. */
  readonly registered: boolean
  readonly autoRead: boolean
  readonly autoReply: string | undefined
  /** A device that is linked is given the phone's messages of before. */
  readonly history: boolean
  readonly companions = new Map<number, Companion>()
  readonly inbox: InboxRow[] = []
  readonly arrivals = new Map<string, Arrivals>()
  readonly known = new Map<string, KnownMessage>()
  /** Everything the phone does, in order. */
  readonly tasks: TaskQueue
  /** What waits for the phone while it is offline, in order. */
  readonly waiting: (() => Promise<void>)[] = []
  /** What the person's chats show as the other side's state (`composing`, `paused`), by phone number. */
  readonly chatStates = new Map<string, string>()
  /** Calls this phone has placed and how they stand, by id. */
  readonly calls = new Map<string, CallState>()
  readonly random: SeededRandom
  readonly profile: Profile = {
    about: '',
    picture: undefined,
    privacy: new Map(Object.entries(PRIVACY)),
    blocked: new Set(),
  }
  online = true
  nextDevice = 1
  #device: SignalDevice | undefined

  constructor(
    phone: string,
    lid: string,
    random: SeededRandom,
    options: UserOptions,
    report: (error: unknown) => void,
  ) {
    this.phone = phone
    this.lid = lid
    this.name = options.name ?? `Phone ${phone}`
    this.registered = options.registered ?? true
    this.autoRead = options.autoRead ?? false
    this.autoReply = options.autoReply === true ? 'Thank you, I got your message.' : options.autoReply || undefined
    this.history = options.history ?? false
    this.random = random
    this.tasks = new TaskQueue(report)
  }

  /** The phone's Signal state; made at first use, since making keys is what costs. */
  get device(): SignalDevice {
    this.#device ??= new SignalDevice(this.random.child('device'))
    return this.#device
  }

  /** The phone's Signal state for a snapshot; nothing where it was never used. */
  signalState(): SignalState | undefined {
    return this.#device?.state()
  }

  /** The next message of this phone to a group is encrypted with a new sender key. */
  forgetSenderKey(group: string): void {
    this.#device?.rotateSenderKey(group)
  }

  jid(device = 0): string {
    return pnJid(this.phone, device)
  }

  lidJid(device = 0): string {
    return lidJid(this.lid, device)
  }

  /** The next message id of this phone. */
  messageId(): string {
    return `3A${this.random.hex(9)}`
  }

  /** The next number in the order of what this person is shown. */
  nextSeq(): number {
    return this.inbox.length + 1
  }

  /** Remembers a message; the oldest is forgotten where there are too many. */
  remember(known: KnownMessage): void {
    this.known.set(known.id, known)
    if (this.known.size > KNOWN_MESSAGES) {
      for (const oldest of this.known.keys()) {
        this.known.delete(oldest)
        break
      }
    }
  }

  /** Does something with the phone now, or when it is back from being offline. */
  whenOnline(task: () => Promise<void>): void {
    if (this.online) this.tasks.push(task)
    else this.waiting.push(task)
  }
}

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
  /** Newly linked, and not given the phone's history yet. */
  awaitsHistory = false
  readonly #handedOut = new Set<number>()
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

  /**
   * Adds one-time prekeys; one with an id that is there already takes its place, as the device has only the new one.
   * Answers the ids that somebody has been given before: with a second key of that name his message cannot be read.
   */
  addPreKeys(keys: PublicPreKey[]): number[] {
    const ids = new Set(keys.map(({ id }) => id))
    this.preKeys = [...this.preKeys.filter(({ id }) => !ids.has(id)), ...keys]
    this.#askedForPreKeys = false
    return [...ids].filter((id) => this.#handedOut.has(id))
  }

  /** A bundle with one of the one-time prekeys, if any is left; asks the companion for more when they run low. */
  bundle(notificationId: () => string, now: number): PreKeyBundle {
    const preKey = this.preKeys.shift()
    if (preKey) this.#handedOut.add(preKey.id)
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

/** A group with LID addressing. */
export interface Group {
  /** Without `@g.us`. */
  id: string
  jid: string
  subject: string
  subjectOwner: User
  /** Seconds since 1970. */
  subjectTime: number
  creator: User
  creation: number
  description: { id: string; text: string; by: User; time: number } | undefined
  inviteCode: string
  /** Only admins may write. */
  announcement: boolean
  /** Only admins may change the group's data. */
  locked: boolean
  /** Seconds after which messages vanish; 0 for never. */
  ephemeral: number
  /** Path of the picture on the media server. */
  picture: string | undefined
  members: Map<User, MemberRole>
}

export type MemberRole = 'member' | 'admin' | 'superadmin'

export function isGroupRecord(chat: User | Group): chat is Group {
  return 'members' in chat
}
