import type { SessionUid, WaMessageId } from '../core/ids.ts'
import { type Jid, jidPhone } from '../core/jid.ts'
import { isSpelledTwoWays } from '../core/number.ts'
import type { EngineConnection } from '../engine/port.ts'
import { SendLoop, type SendLoopDeps } from './send-loop.ts'

/** How long accepting a message may wait for the way in which WhatsApp writes its recipient's number. */
const SPELLING_MS = 3_000

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

  /**
   * The address by which WhatsApp knows a person whose number is written in two ways, so that either way means one
   * chat. Any other address is answered as it is, and so is this one where the network does not say at once.
   */
  async knownAs(session: SessionUid, to: Jid): Promise<Jid> {
    const connection = this.#slots.get(session)?.connection
    const phone = jidPhone(to)
    if (!connection || phone === undefined || !isSpelledTwoWays(to)) return to
    const enough = new AbortController()
    const late = this.#deps.clock.sleep(SPELLING_MS, enough.signal)
    const [check] = (await Promise.race([connection.checkNumbers([phone]).catch(() => []), late])) ?? []
    enough.abort()
    return check?.jid ?? to
  }

  /** Something was accepted for the session. */
  wake(session: SessionUid): void {
    this.#slots.get(session)?.loop?.wake()
  }

  /** A message of the session was accepted when its time had come already. */
  wakeOverdue(session: SessionUid): void {
    this.#slots.get(session)?.loop?.wakeOverdue()
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
