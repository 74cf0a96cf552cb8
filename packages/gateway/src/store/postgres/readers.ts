import type { Connection, Connector, Query, Result } from './connection.ts'
import { OutageError } from './outage.ts'

/** Reads at once, each on a connection of its own; further ones go behind the shortest queue. */
const CONNECTIONS = 3

interface Reader {
  connection: Promise<Connection>
  open: number
}

/** The connections that read. They see what is committed. */
export class Readers {
  private readonly connector: Connector
  private readonly readers = new Set<Reader>()
  private closed = false

  constructor(connector: Connector) {
    this.connector = connector
  }

  /** Rejects with an {@link OutageError} where no connection can be had. */
  async query(query: Query): Promise<Result> {
    if (this.closed) throw new OutageError('CLOSED')
    const reader = this.choose()
    reader.open += 1
    try {
      const connection = await reader.connection
      return await connection.query(query)
    } finally {
      reader.open -= 1
    }
  }

  /** Drops every connection: what waits rejects, and the next query makes new ones. */
  drop(): void {
    for (const reader of [...this.readers]) this.lose(reader)
  }

  async close(): Promise<void> {
    this.closed = true
    const open = [...this.readers]
    this.readers.clear()
    await Promise.allSettled(open.map(async ({ connection }) => (await connection).close()))
  }

  private choose(): Reader {
    const [idlest] = [...this.readers].sort((one, other) => one.open - other.open)
    if (idlest && (idlest.open === 0 || this.readers.size >= CONNECTIONS)) return idlest
    return this.add()
  }

  private add(): Reader {
    const reader: Reader = { connection: this.connector.connect(() => this.lose(reader)), open: 0 }
    reader.connection.catch(() => this.readers.delete(reader))
    this.readers.add(reader)
    return reader
  }

  private lose(reader: Reader): void {
    this.readers.delete(reader)
    reader.connection.then(
      (connection) => connection.destroy(),
      () => undefined,
    )
  }
}
