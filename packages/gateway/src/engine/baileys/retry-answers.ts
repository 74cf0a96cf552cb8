import type { BinaryNode } from 'baileys'
import type { Clock } from '../../core/clock.ts'

/** How often Baileys is shown one receipt. It counts each time, and answers a device ten times in all. */
const MOST_TRIES = 3

type Proceed = (stanza: BinaryNode) => Promise<void>

interface Ack {
  came: Promise<void>
  forget: () => void
}

/**
 * Sees to it that somebody who asks for a message of ours again gets it. Baileys confirms such a receipt to the server
 * whatever became of the answer (a query without an answer, a refused key), so that nobody would ask again: where the server
 * acknowledges no copy of the message, Baileys is shown the receipt once more.
 */
export class RetryAnswers {
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #ackMs: number
  readonly #life: AbortSignal
  /** Those who wait for a copy to be acknowledged, by message id, in the order they asked. */
  readonly #waiting = new Map<string, (() => void)[]>()

  /** `ackMs` is how long the server may take to acknowledge a copy; `life` ends with the connection. */
  constructor(clock: Pick<Clock, 'sleep'>, ackMs: number, life: AbortSignal) {
    this.#clock = clock
    this.#ackMs = ackMs
    this.#life = life
  }

  /** Never rejects. Resolves when the server has a copy, Baileys would not answer, or the connection has ended. */
  async give(stanza: BinaryNode, proceed: Proceed): Promise<void> {
    // With the mark Baileys puts the stanza aside, and says that it has dealt with it.
    const { offline: _offline, ...attrs } = stanza.attrs
    for (let tries = 1; tries <= MOST_TRIES && !this.#life.aborted; tries += 1) {
      const acked = this.#ackOf(attrs.id ?? '')
      await proceed({ ...stanza, attrs }).catch(() => {})
      if (await this.#inTime(acked)) return
    }
  }

  /** The server has answered a message stanza. */
  acked(id: string | undefined): void {
    this.#waiting.get(id ?? '')?.shift()?.()
  }

  #ackOf(id: string): Ack {
    const { promise, resolve } = Promise.withResolvers<void>()
    const same = this.#waiting.get(id) ?? []
    same.push(resolve)
    this.#waiting.set(id, same)
    const forget = () => {
      const index = same.indexOf(resolve)
      if (index >= 0) same.splice(index, 1)
      if (same.length === 0 && this.#waiting.get(id) === same) this.#waiting.delete(id)
    }
    return { came: promise, forget }
  }

  async #inTime({ came, forget }: Ack): Promise<boolean> {
    const enough = new AbortController()
    const late = this.#clock.sleep(this.#ackMs, AbortSignal.any([this.#life, enough.signal])).then(() => false)
    const isThere = await Promise.race([came.then(() => true), late])
    enough.abort()
    forget()
    return isThere
  }
}
