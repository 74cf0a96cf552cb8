import type { BinaryNode } from 'baileys'
import { AckTimeout, ConnectionLost, type SendOutcome } from '../port.ts'

/**
 * Whether sending the same again may help: the server had no time, or asked for less. All others say that the message,
 * the recipient or the account is the matter; 463 (restricted) gets worse with each attempt, and 479 (stale devices)
 * was tried again with fresh device lists before it gets here.
 */
function isTransient(code: string): boolean {
  return code === '408' || code === '429' || Number(code) >= 500
}

/** The answer of the server to one sent stanza. */
export interface Ack {
  /** Milliseconds since the epoch by the server's clock. */
  at: number | undefined
  error: string | undefined
  /** The server knows other devices of the recipient than we wrote to. */
  devicesChanged: boolean
}

/**
 * Waits for the server's acks by message id. Baileys drops good ones and resolves a send when it is written (traps T1,
 * T2), so the stanzas themselves are watched.
 */
export class Acks {
  readonly #waiting = new Map<string, PromiseWithResolvers<Ack>>()

  /** Must be called before the stanza is written. */
  expect(id: string): Promise<Ack> {
    const waiter = Promise.withResolvers<Ack>()
    // A waiter that nobody awaits any more may fail in silence.
    waiter.promise.catch(() => {})
    this.#waiting.set(id, waiter)
    return waiter.promise
  }

  forget(id: string): void {
    this.#waiting.delete(id)
  }

  /** An `<ack class="message">` has come. */
  receive({ attrs }: BinaryNode): void {
    const waiter = this.#waiting.get(attrs.id ?? '')
    if (!waiter) return
    this.#waiting.delete(attrs.id ?? '')
    const seconds = Number(attrs.t)
    waiter.resolve({
      at: seconds > 0 ? seconds * 1000 : undefined,
      error: attrs.error,
      devicesChanged: attrs.phash !== undefined,
    })
  }

  /** The connection ended: nobody will learn whether the server has what was written. */
  lose(): void {
    for (const waiter of this.#waiting.values())
      waiter.reject(new ConnectionLost('the connection ended before the ack'))
    this.#waiting.clear()
  }
}

/** Rejects with {@link AckTimeout} when the ack does not come within `ms`. */
export async function within(ms: number, ack: Promise<Ack>): Promise<Ack> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AckTimeout(`no ack within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([ack, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** What an ack means to the outbox. */
export function outcomeOf(ack: Ack, now: number): SendOutcome {
  if (ack.error === undefined) return { kind: 'acked', at: ack.at ?? now }
  return { kind: 'refused', code: ack.error, retry: isTransient(ack.error) }
}
