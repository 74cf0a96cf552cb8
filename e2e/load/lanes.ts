import { randomUUID } from 'node:crypto'
import { check, Ledger, type Verdict } from '../chaos/ledger.ts'
import { json, type ShownMessage } from '../support/api.ts'
import type { Place } from '../support/ground.ts'
import type { Receiver } from '../support/receiver.ts'

/** Where texts go, one after the other: from a session to a person or a group, and from a contact back. */
export interface Lane {
  session: { id: string; phone: string }
  contact: { phone: string }
  /** Both sides write into this group instead. */
  group?: { id: string }
}

/** `perSession` lanes with a contact each for every session; with `groups` one more, in the group. */
export function lanesOf(place: Omit<Place, 'keys'>, perSession: number, { groups = false } = {}): Lane[] {
  return place.sessions.flatMap((session, index) => {
    const lanes: Lane[] = place.contacts.slice(0, perSession).map((contact) => ({ session, contact }))
    const [group, contact] = [place.groups[0], place.contacts[index % place.contacts.length]]
    if (groups && group && contact) lanes.push({ session, contact, group })
    return lanes
  })
}

export interface Pace {
  /** Texts a second on one lane, at most; as fast as it goes without. */
  perSecond?: number
  /** Whether the `n`th text of a lane may go yet. */
  mayGo?: (n: number) => boolean
  /** No further text is begun after it. */
  signal?: AbortSignal
  /** Of so many texts one is a file with a caption; 0 for none. */
  filesEvery?: number
}

/** Counters of the lab's ledger. */
interface Counters {
  messages: number
  accepted: number
  undecryptable: number
}

/**
 * Waits until the `n`th text may go; false where none may any more. A `share` of a beat (0 to 1) is waited for first, so that
 * lanes do not all go at the same moment.
 */
function paced(
  { perSecond = Number.POSITIVE_INFINITY, mayGo = () => true, signal }: Pace,
  share: number,
): (n: number) => Promise<boolean> {
  const started = Date.now() + (share * 1000) / perSecond
  return async (n) => {
    const early = started + (n * 1000) / perSecond - Date.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    while (!mayGo(n) && !signal?.aborted) await new Promise((resolve) => setTimeout(resolve, 5))
    return !signal?.aborted
  }
}

/** How long a call is repeated. A gateway that dies soon after each start is there for moments only. Milliseconds. */
const PATIENCE_MS = 600_000

/** A load of texts both ways, with what each end saw in a ledger of its own. */
export class Load {
  readonly sentOut = new Ledger()
  readonly sentIn = new Ledger()
  readonly shown = new Ledger()
  /** How many requests were answered 503. */
  refused = 0
  readonly #place: Place
  readonly #receiver: Receiver | undefined
  readonly #lanes: Lane[]
  readonly #read = new Map<string, number>()

  constructor(place: Place, lanes: Lane[], receiver?: Receiver) {
    this.#place = place
    this.#lanes = lanes
    this.#receiver = receiver
  }

  /**
   * Sends `perLane` texts on each lane through the gateway, one after the other; every call is repeated until it is
   * accepted. Answers the messages' ids.
   */
  async sendOut(perLane: number, pace: Pace = {}): Promise<string[]> {
    const ids = await Promise.all(
      this.#lanes.map(async (lane, index) => {
        const accepted: string[] = []
        const turn = paced(pace, index / this.#lanes.length)
        for (let n = 0; n < perLane && (await turn(n)); n += 1) accepted.push(await this.#sendOne(lane, n, pace))
        return accepted
      }),
    )
    return ids.flat()
  }

  async #sendOne({ session, contact, group }: Lane, n: number, { filesEvery = 0 }: Pace): Promise<string> {
    const to = group?.id ?? contact.phone
    const text = `out ${session.id} ${n}`
    const isFile = filesEvery > 0 && n % filesEvery === 0
    const content = isFile ? { type: 'document', media: { base64: btoa(text) }, caption: text } : { type: 'text', text }
    const id = await this.#accepted(session.id, { to, ...content })
    const viewers = group ? this.#place.contacts.map(({ phone }) => phone) : [contact.phone]
    for (const viewer of viewers) this.sentOut.add({ chat: outChat(session.phone, to, viewer), text, id })
    return id
  }

  async #accepted(session: string, message: object): Promise<string> {
    const key = randomUUID()
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      try {
        const response = await fetch(`${this.#place.gateway}/v1/sessions/${session}/messages`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${this.#place.keys.native}`,
            'content-type': 'application/json',
            'idempotency-key': key,
          },
          body: JSON.stringify(message),
          signal: AbortSignal.timeout(20_000),
        })
        const body = await response.text()
        if (response.status === 202 || response.status === 200) return (JSON.parse(body) as { id: string }).id
        if (response.status !== 503) throw new Refused(`answered ${response.status}: ${body}`)
        this.refused += 1
      } catch (error) {
        if (error instanceof Refused || Date.now() > deadline) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Has the contacts send `perLane` texts on each lane, one after the other. */
  async sendIn(perLane: number, pace: Pace = {}): Promise<void> {
    const { lab, sessions } = this.#place
    await Promise.all(
      this.#lanes.map(async ({ session, contact, group }, index) => {
        const turn = paced(pace, index / this.#lanes.length)
        for (let n = 0; n < perLane && (await turn(n)); n += 1) {
          const text = `in ${session.id} ${contact.phone} ${n}`
          const to = group?.id ?? session.phone
          const { id } = await json<{ id: string }>('POST', `${lab}/phones/${contact.phone}/messages`, {
            body: { to, text },
          })
          const readers = group ? sessions : [session]
          for (const reader of readers) {
            this.sentIn.add({ chat: inChat(reader.id, group ? to : contact.phone, text), text, id })
          }
        }
      }),
    )
  }

  /** Reads the phones and judges what they show of what was sent out. */
  async judgeOut(): Promise<Verdict> {
    const { lab, contacts, sessions } = this.#place
    const own = new Set(sessions.map(({ phone }) => phone))
    for (const { phone } of contacts) {
      const after = this.#read.get(phone) ?? 0
      const url = `${lab}/phones/${phone}/messages?after=${after}`
      const { messages } = await json<{ messages: ShownMessage[] }>('GET', url)
      for (const { seq, from, chat, text: words, caption, id } of messages) {
        this.#read.set(phone, seq)
        const text = words ?? caption
        if (!own.has(from) || text === undefined) continue
        this.shown.add({ chat: outChat(from, chat === from ? phone : chat, phone), text, id })
      }
    }
    const { out } = (await json<{ counters: { out: Counters } }>('GET', `${lab}/ledger?id=none`)).counters
    const extraCopies = Math.max(0, out.accepted - out.messages)
    return { ...check(this.sentOut, this.shown, out.undecryptable), extraCopies }
  }

  /** Judges what the receiver got of what was sent in; another delivery of the same event is allowed. */
  judgeIn(): Verdict {
    const told = new Ledger()
    const events = this.#receiver?.of('message.received') ?? []
    for (const { session, webhookId, data } of events) {
      const { chat = '', text = '' } = data as { chat?: string; text?: string }
      // In the group the sessions see each other's.
      if (!text.startsWith('in ')) continue
      told.add({ chat: inChat(session, chat, text), text, id: webhookId })
    }
    return check(this.sentIn, told, this.#receiver?.of('message.undecryptable').length)
  }
}

const outChat = (from: string, to: string, viewer: string) => `${from} > ${to} at ${viewer}`
/** Two lanes may write into one group; each keeps an order of its own, which its texts name. */
const inChat = (session: string, chat: string, text: string) => `${session} < ${chat} ${text.replace(/ \d+$/, '')}`

class Refused extends Error {}
