import type { Clock } from '../core/clock.ts'
import type { MessageId } from '../core/ids.ts'
import { isSettled, type MessageRecord } from '../core/message.ts'

/** Callers that want to know how a message ends. */
export class Waiters {
  readonly #clock: Clock
  readonly #byMessage = new Map<MessageId, Set<(message: MessageRecord | undefined) => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Waits for a message to settle. `answer` resolves with it, or with undefined after `ms` or when `end` was called.
   * Counts from this call, so call it before the message may settle; `cancel` ends it without waiting.
   */
  wait(id: MessageId, ms: number): { answer: Promise<MessageRecord | undefined>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<MessageRecord | undefined>()
    const over = new AbortController()
    const waiting = this.#byMessage.get(id) ?? new Set()
    const done = (message: MessageRecord | undefined) => {
      over.abort()
      waiting.delete(done)
      if (waiting.size === 0 && this.#byMessage.get(id) === waiting) this.#byMessage.delete(id)
      resolve(message)
    }
    waiting.add(done)
    this.#byMessage.set(id, waiting)
    void this.#clock.sleep(ms, over.signal).then(() => done(undefined))
    return { answer: promise, cancel: () => done(undefined) }
  }

  /** Tells of a message's present state; answers those who wait once it is settled. */
  tell(message: MessageRecord): void {
    if (!isSettled(message.status)) return
    for (const done of [...(this.#byMessage.get(message.id) ?? [])]) done(message)
  }

  /** Lets everybody go with what is known. */
  end(): void {
    for (const waiting of [...this.#byMessage.values()]) for (const done of [...waiting]) done(undefined)
  }
}
