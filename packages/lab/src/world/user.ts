import type { proto } from 'baileys'
import { lidJid, pnJid } from '../wire/jid.ts'
import type { Companion } from './companion.ts'
import type { ShownContent } from './content.ts'
import type { SeededRandom } from './random.ts'
import { SignalDevice } from './signal-device.ts'
import { TaskQueue } from './tasks.ts'

/** What a person sees of one message, as `GET /phones/{phone}/messages` answers it. */
export interface InboxRow extends ShownContent {
  seq: number
  id: string
  /** Phone number of the sender, digits. */
  from: string
  /** Phone number of the other person, or the group's JID. */
  chat: string
  /** Seconds since 1970. */
  timestamp: number
  /** How often this id arrived. */
  copies: number
  /** How many of the copies this phone could not read, even if repaired later. */
  undecryptable: number
}

/** The count of one (chat, sender, id), kept from its first arrival on, readable or not. */
export interface Arrivals {
  copies: number
  undecryptable: number
  retries: number
  /** The sender wrote to the LID; receipts come from there. */
  byLid: boolean
  row: InboxRow | undefined
}

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
}

export interface UserOptions {
  name?: string | undefined
  registered?: boolean | undefined
  autoRead?: boolean | undefined
  autoReply?: boolean | string | undefined
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
  readonly random: SeededRandom
  online = true
  nextDevice = 1
  #device: SignalDevice | undefined
  #lastSeq = 0

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
    this.random = random
    this.tasks = new TaskQueue(report)
  }

  /** The phone's Signal state; made at first use, since making keys is what costs. */
  get device(): SignalDevice {
    this.#device ??= new SignalDevice(this.random.child('device'))
    return this.#device
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
    this.#lastSeq += 1
    return this.#lastSeq
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
