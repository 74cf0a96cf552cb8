import type { Clock } from '../core/clock.ts'
import { type Engine, type EngineConnection, FileMissing, type FileSource } from '../engine/port.ts'
import type { MessageStore, OutboxItem } from './ports.ts'

/** What preparing needs of a connection. */
export type Preparing = Pick<EngineConnection, 'prepare'>

/** Makes the final bytes of a message that was accepted without them. */
export interface Preparation {
  /**
   * The bytes, on disk. Rejects with `FileMissing` where a file of the message is gone, `ConnectionLost`, or anything
   * else when another try may succeed.
   */
  prepare(item: OutboxItem, connection: Preparing): Promise<Uint8Array>
}

/** Where a gateway without files looks for them. */
export const NO_FILES: FileSource = {
  open: () => Promise.reject(new FileMissing('there are no files here')),
}

/**
 * Prepares what the engine could not compose when the message was accepted: files are uploaded over the session's
 * connection. The bytes hold random parts, so they are saved before anything is sent and never made again.
 */
export class PrepareAndSave implements Preparation {
  readonly #engine: Pick<Engine, 'compose'>
  readonly #files: FileSource
  readonly #store: Pick<MessageStore, 'saveProto'>
  readonly #clock: Clock

  constructor(
    engine: Pick<Engine, 'compose'>,
    files: FileSource,
    store: Pick<MessageStore, 'saveProto'>,
    clock: Clock,
  ) {
    this.#engine = engine
    this.#files = files
    this.#store = store
    this.#clock = clock
  }

  async prepare({ id, chat, content, quote }: OutboxItem, connection: Preparing): Promise<Uint8Array> {
    const composed = this.#engine.compose(content, quote, chat)
    const proto = composed ?? (await connection.prepare(content, quote, chat, this.#files))
    await this.#store.saveProto(id, proto, this.#clock.now())
    return proto
  }
}
