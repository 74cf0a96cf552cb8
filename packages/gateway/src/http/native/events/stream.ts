import { Readable } from 'node:stream'
import { presentEvent } from '../../../core/event.ts'
import type { EventQuery, StoredEvent } from '../../../events/ports.ts'
import type { EventVerbs } from '../../../events/verbs.ts'

/** How soon a client comes back whose stream was cut. Milliseconds. */
const RETRY_MS = 2_000
/** Text that may wait in memory for a client that reads slowly; beside it one page of events. Bytes. */
const BUFFER_BYTES = 64 * 1024

/** What a stream begins with, and what it says while nothing happens. */
const HELLO = `retry: ${RETRY_MS}\n\n`
const STILL_HERE = ': still here\n\n'

/**
 * Events as server-sent events. The `id` of each is where a client goes on from: within a session its `seq`, else its
 * place among all of the tenant's. The store is read as fast as the client reads.
 */
export function eventStream(events: EventVerbs, query: EventQuery, signal: AbortSignal): Readable {
  return Readable.from(write(events, query, signal), { objectMode: false, highWaterMark: BUFFER_BYTES })
}

async function* write(events: EventVerbs, query: EventQuery, signal: AbortSignal): AsyncGenerator<string> {
  const idOf = ({ row, event }: StoredEvent) => (query.sessionUid ? event.seq : row)
  yield HELLO
  for await (const page of events.follow(query, signal)) {
    if (page.length === 0) yield STILL_HERE
    for (const stored of page) {
      const { type } = stored.event
      yield `id: ${idOf(stored)}\nevent: ${type}\ndata: ${JSON.stringify(presentEvent(stored.event))}\n\n`
    }
  }
}

/** The streams that are open, so that the server can end them when it closes. */
export class OpenStreams {
  readonly #closing = new AbortController()
  readonly #open = new Set<Readable>()

  /** Ends every stream between two events, and what was asked for meanwhile at once. */
  end(): void {
    this.#closing.abort()
  }

  get size(): number {
    return this.#open.size
  }

  /** A stream that ends when the client goes or the server closes. */
  open(make: (signal: AbortSignal) => Readable): Readable {
    const gone = new AbortController()
    const stream = make(AbortSignal.any([gone.signal, this.#closing.signal]))
    this.#open.add(stream)
    stream.once('close', () => {
      gone.abort()
      this.#open.delete(stream)
    })
    return stream
  }
}
