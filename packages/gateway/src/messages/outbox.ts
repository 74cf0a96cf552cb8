import type { SessionUid, WaMessageId } from '../core/ids.ts'
import type { EngineConnection } from '../engine/port.ts'
import { SendLoop, type SendLoopDeps } from './send-loop.ts'

interface Slot {
  connection: EngineConnection
  /** Undefined until the connection is drained and the loop before has ended. */
  loop: SendLoop | undefined
  closed: boolean
}

/** The send loops of all sessions: one per connection, from its `onDrained` to its `onClosed`. */
export class Outbox {
  readonly #deps: SendLoopDeps
  readonly #slots = new Map<SessionUid, Slot>()
  /** Loops that finish what was in flight; the next loop of the session waits for them. */
  readonly #ending = new Map<SessionUid, Promise<void>>()
  #isDraining = false

  constructor(deps: SendLoopDeps) {
    this.#deps = deps
  }

  onOpen(session: SessionUid, connection: EngineConnection): void {
    this.onClosed(session)
    this.#slots.set(session, { connection, loop: undefined, closed: false })
  }

  /** Only now: receipts among what the server kept may have shown that a message arrived. */
  onDrained(session: SessionUid): void {
    const slot = this.#slots.get(session)
    if (!slot || slot.loop) return
    void Promise.resolve(this.#ending.get(session)).then(() => this.#begin(session, slot))
  }

  onClosed(session: SessionUid): void {
    const slot = this.#slots.get(session)
    if (!slot) return
    slot.closed = true
    this.#slots.delete(session)
    if (slot.loop) this.#end(session, slot.loop)
  }

  /** Something was accepted for the session. */
  wake(session: SessionUid): void {
    this.#slots.get(session)?.loop?.wake()
  }

  /** Messages of the session have come to their time. */
  wakeDue(session: SessionUid): void {
    this.#slots.get(session)?.loop?.wakeDue()
  }

  /** A receipt settled a message of the session. */
  proven(session: SessionUid, waId: WaMessageId): void {
    this.#slots.get(session)?.loop?.proven(waId)
  }

  /** Resolves when nothing of the session is in flight any more. */
  async quiet(session: SessionUid): Promise<void> {
    await this.#ending.get(session)
  }

  /** Starts nothing new and resolves when everything in flight has ended. */
  async drain(): Promise<void> {
    this.#isDraining = true
    for (const session of [...this.#slots.keys()]) this.onClosed(session)
    await Promise.all(this.#ending.values())
  }

  #begin(session: SessionUid, slot: Slot): void {
    if (slot.closed || slot.loop || this.#isDraining) return
    slot.loop = new SendLoop(session, slot.connection, this.#deps)
  }

  #end(session: SessionUid, loop: SendLoop): void {
    const before = this.#ending.get(session)
    const ending = Promise.all([before, loop.end()]).then(() => {
      if (this.#ending.get(session) === ending) this.#ending.delete(session)
    })
    this.#ending.set(session, ending)
  }
}
