import { Socket } from 'node:net'
import { Client, TypeOverrides } from 'pg'
import type { SqlValue } from '../sql/driver.ts'
import { type Protection, protectionOf, refusalOf, strictAddress, unreadableFile } from './line.ts'
import { classify } from './outage.ts'

export interface Query {
  text: string
  values: (SqlValue | readonly SqlValue[])[]
  /** Rows as arrays of their columns, not by name. */
  asArrays?: boolean
  /** Makes the server keep the plan under this name; not behind a pooler that hands connections around. */
  name?: string
}

export interface Result {
  rows: unknown[]
  /** Rows changed. */
  count: number
  /** `COMMIT`, `ROLLBACK`, … */
  command: string
}

/** One connection. Queries are sent at once and answered in order; a failed one rejects as {@link classify} says. */
export interface Connection {
  query(query: Query): Promise<Result>
  /** The server's process as it was named at the beginning; a pooler names one that is not there. */
  readonly processId?: number | undefined
  /** Of the line to the server or the pooler; undefined where it is open to whoever listens. */
  readonly protection?: Protection | undefined
  /** Drops it now: whatever waits for an answer rejects. */
  destroy(): void
  close(): Promise<void>
}

/** Opens connections to one database. */
export interface Connector {
  /** `onLost` is called once or more after it was connected, also by `close`. */
  connect(onLost: () => void, withinMs?: number): Promise<Connection>
  /** Whether all connections are one and the same, as in an embedded database. */
  readonly isShared: boolean
}

const CONNECT_MS = 1_500
const INT8 = 20
const NUMERIC = 1700
const BYTEA = 17

/** Connections to a server at `url` (`postgres://…`), as that text and the `PG*` variables of libpq say. */
export function serverConnector(url: string): Connector {
  return {
    isShared: false,
    async connect(onLost, withinMs = CONNECT_MS) {
      const socket = new Socket()
      const client = clientOf(url, socket, withinMs)
      let isUp = false
      // A connection that never was cannot be lost; that it failed is told by the rejection.
      const lost = () => isUp && onLost()
      client.on('error', lost)
      client.on('end', lost)
      try {
        await client.connect()
        isUp = true
      } catch (error) {
        socket.destroy()
        throw refusalOf(error, client) ?? classify(error)
      }
      return {
        query: (query) => run(client, query),
        processId: 'processID' in client && typeof client.processID === 'number' ? client.processID : undefined,
        protection: protectionOf(client),
        destroy: () => void socket.destroy(),
        close: () => client.end(),
      }
    },
  }
}

function clientOf(url: string, socket: Socket, withinMs: number): Client {
  try {
    return new Client({
      connectionString: strictAddress(url),
      types: parsers(),
      connectionTimeoutMillis: withinMs,
      keepAlive: true,
      application_name: 'kurir',
      pipeline: true,
      stream: () => socket,
    })
  } catch (error) {
    throw unreadableFile(error) ?? error
  }
}

async function run(client: Client, { text, values, name, asArrays }: Query): Promise<Result> {
  try {
    const { rows, rowCount, command } = await client.query({
      text,
      values: values.map((value) => (Array.isArray(value) ? value.map(bindable) : bindable(value))),
      ...(name === undefined ? {} : { name }),
      ...(asArrays ? { rowMode: 'array' as const } : {}),
    })
    return { rows, count: rowCount ?? 0, command }
  } catch (error) {
    throw classify(error)
  }
}

/** PostgreSQL's texts hold no NUL, which no message shows anyway. */
export function bindable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '') : value
}

/** Times, row numbers and sums stay below 2^53. */
function parsers(): TypeOverrides {
  const types = new TypeOverrides()
  types.setTypeParser(INT8, Number)
  types.setTypeParser(NUMERIC, Number)
  types.setTypeParser(BYTEA, (text) => {
    const bytes = Buffer.from(text.slice('\\x'.length), 'hex')
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  })
  return types
}
