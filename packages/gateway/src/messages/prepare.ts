import type { Clock } from '../core/clock.ts'
import type { Engine } from '../engine/port.ts'
import type { MessageStore, OutboxItem } from './ports.ts'

/** Makes the final bytes of a message that was accepted without them. */
export interface Preparation {
  /** The bytes, on disk; undefined where the content cannot be sent at all. Rejects when another try may succeed. */
  prepare(item: OutboxItem): Promise<Uint8Array | undefined>
}

/**
 * Prepares what the engine could not compose when the message was accepted. The bytes hold random parts, so they are
 * saved before anything is sent and never made again.
 */
export class ComposeAndSave implements Preparation {
  readonly #engine: Pick<Engine, 'compose'>
  readonly #store: Pick<MessageStore, 'saveProto'>
  readonly #clock: Clock

  constructor(engine: Pick<Engine, 'compose'>, store: Pick<MessageStore, 'saveProto'>, clock: Clock) {
    this.#engine = engine
    this.#store = store
    this.#clock = clock
  }

  async prepare({ id, content, quote }: OutboxItem): Promise<Uint8Array | undefined> {
    const proto = this.#engine.compose(content, quote)
    if (proto) await this.#store.saveProto(id, proto, this.#clock.now())
    return proto
  }
}
