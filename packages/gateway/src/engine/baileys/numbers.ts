import { jidNormalizedUser, type WASocket } from 'baileys'
import { type Jid, jidKind, jidUser, parseJid, phoneJid } from '../../core/jid.ts'
import { AckTimeout, type NumberCheck } from '../port.ts'
import type { BoundedCache } from './bounded-cache.ts'
import { isUnanswered } from './unanswered.ts'

/** Which numbers have an account. A send to one that has none would be acknowledged and reach nobody (trap T11). */
export class Numbers {
  readonly #sock: WASocket
  readonly #known: BoundedCache
  readonly #asking = new Map<Jid, Promise<Jid | null>>()

  /** `known` remembers addresses that exist, also across connections. */
  constructor(sock: WASocket, known: BoundedCache) {
    this.#sock = sock
    this.#known = known
  }

  /** The address WhatsApp uses for a recipient; null where a phone number has no account. */
  resolve(to: Jid): Promise<Jid | null> {
    if (jidKind(to) !== 'user') return Promise.resolve(to)
    const known = this.#known.get<Jid>(to)
    if (known) return Promise.resolve(known)
    const asking = this.#asking.get(to) ?? this.#ask(to).finally(() => this.#asking.delete(to))
    this.#asking.set(to, asking)
    return asking
  }

  /** Nobody needs to be asked whether this one exists. */
  trust(jid: Jid): void {
    this.#known.set(jid, jid)
  }

  /** In the order asked; `phones` are digits. Those that were found lately are not asked about again. */
  async check(phones: string[]): Promise<NumberCheck[]> {
    const found = await this.#look(phones)
    const jids = found.filter((jid) => jid !== null)
    const { lidMapping } = this.#sock.signalRepository
    const pairs = jids.length > 0 ? ((await lidMapping.getLIDsForPNs(jids)) ?? []) : []
    const lids = new Map(pairs.map(({ pn, lid }) => [jidNormalizedUser(pn), parseJid(lid) ?? null]))
    return phones.map((phone, index) => {
      const jid = found[index] ?? null
      return { phone, exists: jid !== null, jid, lid: (jid && lids.get(jid)) ?? null }
    })
  }

  async #ask(to: Jid): Promise<Jid | null> {
    const [jid = null] = await this.#look([jidUser(to)])
    return jid
  }

  async #look(phones: string[]): Promise<(Jid | null)[]> {
    const unknown = [...new Set(phones)].filter((phone) => this.#known.get(phoneJid(phone)) === undefined)
    const answers = await this.#existing(unknown)
    for (const [index, phone] of unknown.entries()) {
      const jid = answers[index]
      if (jid) this.#known.set(phoneJid(phone), jid)
    }
    return phones.map((phone) => this.#known.get<Jid>(phoneJid(phone)) ?? null)
  }

  /**
   * Absent numbers are missing from the answer, and a present one may be answered in another form (some countries have
   * two), so what is left over of a batch is asked one by one. No number comes twice.
   */
  async #existing(phones: string[]): Promise<(Jid | null)[]> {
    if (phones.length === 0) return []
    const answers = await this.#query(phones)
    const exact = new Set(answers)
    const found = phones.map((phone) => (exact.has(phoneJid(phone)) ? phoneJid(phone) : null))
    // One that is answered in another form may be answered by the name of one that was asked about too.
    if (answers.length === found.filter((jid) => jid !== null).length) return found
    const [only] = answers
    if (phones.length === 1 && only) return [only]
    const again = phones.map(async (phone, index) => found[index] ?? (await this.#query([phone]))[0] ?? null)
    return Promise.all(again)
  }

  async #query(phones: string[]): Promise<Jid[]> {
    const answer = await this.#sock.onWhatsApp(...phones).catch((error: unknown) => {
      if (!isUnanswered(error)) throw error
    })
    if (!answer) throw new AckTimeout('the server did not say which numbers exist')
    return answer.filter(({ exists }) => exists).flatMap(({ jid }) => parseJid(jid) ?? [])
  }
}
