import type { WaMessageId } from '../core/ids.ts'
import type { Jid } from '../core/jid.ts'
import type { OutboxItem } from './ports.ts'

/** A message of the outbox as the send loop holds it. */
export interface Held {
  readonly item: OutboxItem
  proto: Uint8Array | null
  /** Set while it is at the engine: ends the wait for an ack that is no longer needed. */
  onProven: (() => void) | null
  isProven: boolean
  refusals: number
  timeouts: number
  errors: number
  outages: number
}

interface Lane {
  readonly chat: Jid
  readonly queue: Held[]
  state: 'ready' | 'busy'
}

/** Messages by chat. Of each chat only the first is ever handed out, and the next one after that has gone. */
export class Lanes {
  readonly #lanes = new Map<Jid, Lane>()
  readonly #ready: Lane[] = []
  readonly #byWaId = new Map<WaMessageId, Held>()

  /** How many messages are held. */
  get size(): number {
    return this.#byWaId.size
  }

  find(waId: WaMessageId): Held | undefined {
    return this.#byWaId.get(waId)
  }

  add(item: OutboxItem): void {
    if (this.#byWaId.has(item.waId)) return
    const held: Held = {
      item,
      proto: item.proto,
      onProven: null,
      isProven: false,
      refusals: 0,
      timeouts: 0,
      errors: 0,
      outages: 0,
    }
    this.#byWaId.set(item.waId, held)
    const lane = this.#lanes.get(item.chat)
    if (lane) {
      lane.queue.push(held)
      return
    }
    const fresh: Lane = { chat: item.chat, queue: [held], state: 'ready' }
    this.#lanes.set(item.chat, fresh)
    this.#ready.push(fresh)
  }

  /** The first message of the chat that waits longest; its chat is busy until `release` or `drop`. */
  take(): Held | undefined {
    const lane = this.#ready.shift()
    if (lane) lane.state = 'busy'
    return lane?.queue[0]
  }

  /** The chat may go on with the same message. */
  release({ item }: Held): void {
    const lane = this.#lanes.get(item.chat)
    if (!lane || lane.state === 'ready') return
    lane.state = 'ready'
    this.#ready.push(lane)
  }

  /** The first message of a chat is settled: the chat goes on with the next. */
  drop(held: Held): void {
    const lane = this.#lanes.get(held.item.chat)
    if (lane?.queue[0] !== held) return
    lane.queue.shift()
    this.#byWaId.delete(held.item.waId)
    if (lane.queue.length === 0) {
      this.#lanes.delete(lane.chat)
      if (lane.state === 'ready') this.#ready.splice(this.#ready.indexOf(lane), 1)
    } else this.release(held)
  }
}
