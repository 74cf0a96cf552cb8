import { areJidsSameUser, type BinaryNode, decodeMessageNode, type proto } from 'baileys'
import type { Clock } from '../../core/clock.ts'
import type { Envelope } from './envelope.ts'
import type { Me } from './from-wa/address.ts'
import type { SignalKeys } from './signal-keys.ts'

/** How old a message may be that a phone is asked for, as in WhatsApp Web. Milliseconds. */
const KEEP_MS = 14 * 86_400_000
const MOST = 500
/** How often the phone is asked for one message, over all connections. */
const ASKED_AT_MOST = 5

/** A message that could not be read, for which the account's own phone is asked. */
export interface Placeholder {
  /** As the phone is asked for it. */
  key: proto.IMessageKey
  envelope: Envelope
  /** Milliseconds since the epoch. */
  since: number
  asked: number
}

type Notes = Pick<SignalKeys, 'readNote' | 'writeNote'>

/**
 * Messages that could not be read and have not come again yet. On disk: the phone may be away for days, and its answer
 * is believed only for what is in this list.
 */
export class Placeholders {
  readonly #keys: Notes
  readonly #clock: Clock
  #known: Promise<Map<string, Placeholder>> | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(keys: Notes, clock: Clock) {
    this.#keys = keys
    this.#clock = clock
  }

  /** Keeps a message in mind; the same one again changes nothing. Undefined for a stanza that names none. */
  async add(envelope: Envelope, me: Me): Promise<Placeholder | undefined> {
    const key = keyOf(envelope, me)
    if (!key) return undefined
    const known = await this.#load()
    const name = nameOf(key)
    const earlier = known.get(name)
    if (earlier) return earlier
    const placeholder = { key, envelope, since: this.#clock.now(), asked: 0 }
    known.set(name, placeholder)
    await this.#save(known)
    return placeholder
  }

  /** What the key of an answer names, where it was asked for; the phone may name a chat by its other address. */
  async find({ id, remoteJid, participant }: proto.IMessageKey, names: Names): Promise<Placeholder | undefined> {
    for (const placeholder of (await this.#load()).values()) {
      const { key } = placeholder
      if (key.id !== id || !key.remoteJid || !remoteJid) continue
      const isChat = await isSame(key.remoteJid, remoteJid, names)
      const isAuthor = !key.participant || !participant || (await isSame(key.participant, participant, names))
      if (isChat && isAuthor) return placeholder
    }
    return undefined
  }

  /** Those that the phone may still be asked for, oldest first. */
  async open(): Promise<Placeholder[]> {
    const since = this.#clock.now() - KEEP_MS
    return [...(await this.#load()).values()].filter((one) => one.asked < ASKED_AT_MOST && one.since > since)
  }

  /** Whether the message is still missing. */
  async isOpen({ key }: Placeholder): Promise<boolean> {
    return (await this.#load()).has(nameOf(key))
  }

  async countAsked(placeholder: Placeholder): Promise<void> {
    placeholder.asked += 1
    await this.#save(await this.#load())
  }

  /** A message with this id has come, from its sender or from the phone. */
  async settle(waId: string): Promise<void> {
    const known = await this.#load()
    const settled = [...known].filter(([, { key }]) => key.id === waId)
    for (const [name] of settled) known.delete(name)
    if (settled.length > 0) await this.#save(known)
  }

  #load(): Promise<Map<string, Placeholder>> {
    this.#known ??= this.#read().catch((error: unknown) => {
      this.#known = undefined
      throw error
    })
    return this.#known
  }

  async #read(): Promise<Map<string, Placeholder>> {
    const text = await this.#keys.readNote('placeholders')
    const list: Placeholder[] = text === undefined ? [] : JSON.parse(text)
    return new Map(list.map((placeholder) => [nameOf(placeholder.key), placeholder]))
  }

  /** Of too many the oldest are dropped: a map keeps the order of writing. */
  #save(known: Map<string, Placeholder>): Promise<void> {
    const since = this.#clock.now() - KEEP_MS
    for (const [name, one] of known) if (known.size > MOST || one.since <= since) known.delete(name)
    const write = () => this.#keys.writeNote('placeholders', JSON.stringify([...known.values()]))
    const saved = this.#saving.then(write)
    this.#saving = saved.catch(() => {})
    return saved
  }
}

/** The other address of a person, where it is known. */
type Names = (jid: string) => Promise<string | null>

async function isSame(one: string, other: string, names: Names): Promise<boolean> {
  return areJidsSameUser(one, other) || areJidsSameUser((await names(one)) ?? undefined, other)
}

function nameOf({ remoteJid, participant, id }: proto.IMessageKey): string {
  return `${remoteJid} ${participant ?? ''} ${id}`
}

function keyOf({ attrs }: Envelope, me: Me): proto.IMessageKey | undefined {
  const stanza: BinaryNode = { tag: 'message', attrs, content: [] }
  try {
    const { remoteJid, fromMe, id, participant } = decodeMessageNode(stanza, me.id, me.lid ?? '').fullMessage.key
    if (!remoteJid || !id) return undefined
    return { remoteJid, fromMe: fromMe === true, id, ...(participant ? { participant } : {}) }
  } catch {
    return undefined
  }
}
