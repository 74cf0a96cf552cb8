import { Readable } from 'node:stream'
import { presentEvent } from '../../../core/event.ts'
import type { EventQuery, StoredEvent } from '../../../events/ports.ts'
import type { EventVerbs } from '../../../events/verbs.ts'

/** How soon a client comes back whose stream was cut. Milliseconds. */
const RETRY_MS = 2_000
/** Text that may wait in memory for a client that reads slowly; beside it one page of events. Bytes. */
const BUFFER_BYTES = 64 * 1024
/** How long a stream goes on before it is asked whether its key still counts. Milliseconds. */
const TRUST_MS = 15_000
/** How long the end of a stream waits for a client that does not read. Milliseconds. */
const LAST_WORDS_MS = 1_000

/** What a stream begins with, and what it says while nothing happens. */
const HELLO = `retry: ${RETRY_MS}\n\n`
const STILL_HERE = ': still here\n\n'

export interface StreamSource {
  events: EventVerbs
  query: EventQuery
  /** The gateway's address, for links to files. */
  base: string
  /** Whether the caller may still see them; the stream ends where not. */
  mayGoOn(): Promise<boolean>
}

/**
 * Events as server-sent events. The `id` of each is where a client goes on from: within a session its `seq`, else its
 * place among all of the tenant's. The store is read as fast as the client reads.
 */
export function eventStream(source: StreamSource, signal: AbortSignal): Readable {
  return Readable.from(write(source, signal), { objectMode: false, highWaterMark: BUFFER_BYTES })
}

async function* write({ events, query, base, mayGoOn }: StreamSource, signal: AbortSignal): AsyncGenerator<string> {
  const idOf = ({ row, event }: StoredEvent) => (query.sessionUid ? event.seq : row)
  let greeting = HELLO
  let trustedAt = Date.now()
  for await (const page of events.follow(query, signal)) {
    if (Date.now() - trustedAt >= TRUST_MS) {
      if (!(await mayGoOn())) return
      trustedAt = Date.now()
    }
    // The first page comes when the place to begin is known: whoever has read the greeting misses nothing.
    if (page.length === 0) yield greeting + STILL_HERE
    greeting = ''
    for (const stored of page) {
      const { type } = stored.event
      yield `id: ${idOf(stored)}\nevent: ${type}\ndata: ${JSON.stringify(presentEvent(stored.event, base))}\n\n`
    }
  }
}

/** The streams that are open, so that the server can end them when it closes. */
export class OpenStreams {
  readonly #closing = new AbortController()
  readonly #open = new Set<Readable>()

  /** Ends every stream between two events; one that its client does not read is cut. */
  end(): void {
    this.#closing.abort()
    setTimeout(() => {
      for (const stream of this.#open) stream.destroy()
    }, LAST_WORDS_MS).unref()
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
