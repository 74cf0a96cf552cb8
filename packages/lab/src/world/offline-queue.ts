import { parseJid } from '../wire/jid.ts'
import { type BinaryNode, receiptIds } from '../wire/node.ts'

interface Entry {
  order: number
  stanza: BinaryNode
}

/**
 * What the server keeps for one companion until that confirms it: messages, receipts, notifications and calls, in
 * order of arrival. Look-ups are by class and id; equal ids of different senders are told apart by the sender.
 */
export class OfflineQueue {
  readonly #byOrder = new Map<number, Entry>()
  readonly #byId = new Map<string, Entry[]>()
  #next = 0

  get size(): number {
    return this.#byOrder.size
  }

  add(stanza: BinaryNode): void {
    const entry = { order: this.#next++, stanza }
    this.#byOrder.set(entry.order, entry)
    const key = `${stanza.tag} ${stanza.attrs.id}`
    const same = this.#byId.get(key)
    if (same) same.push(entry)
    else this.#byId.set(key, [entry])
  }

  /** Stanzas not confirmed yet, oldest first. */
  stanzas(): BinaryNode[] {
    return Array.from(this.#byOrder.values(), (entry) => entry.stanza)
  }

  /**
   * Takes in an `<ack>` (of any class) or a `<receipt>` (for messages); answers the stanzas it confirms. An ack is for
   * one stanza. A receipt is for the message: earlier copies of it, which could not be read, are settled too.
   */
  confirm(answer: BinaryNode): BinaryNode[] {
    const isAck = answer.tag === 'ack'
    const tag = isAck ? (answer.attrs.class ?? '') : 'message'
    const confirmed: BinaryNode[] = []
    for (const id of receiptIds(answer)) {
      const key = `${tag} ${id}`
      const same = this.#byId.get(key)
      if (!same) continue
      const fitting = same.filter((one) => sameSender(one.stanza, answer))
      const settled = fitting.length === 0 || isAck ? [fitting[0] ?? same[0]] : fitting
      for (const entry of settled) {
        if (!entry) continue
        same.splice(same.indexOf(entry), 1)
        this.#byOrder.delete(entry.order)
        confirmed.push(entry.stanza)
      }
      if (same.length === 0) this.#byId.delete(key)
    }
    return confirmed
  }
}

function sameSender(stanza: BinaryNode, answer: BinaryNode): boolean {
  return (
    parseJid(stanza.attrs.from)?.user === parseJid(answer.attrs.to)?.user &&
    parseJid(stanza.attrs.participant)?.user === parseJid(answer.attrs.participant)?.user
  )
}
