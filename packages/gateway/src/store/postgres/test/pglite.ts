import { PGlite } from '@electric-sql/pglite'
import { bindable, type Connection, type Connector } from '../connection.ts'
import { driverOver } from '../driver.ts'
import { classify } from '../outage.ts'
import { emptyTables } from './empty.ts'

const INT8 = 20
const NUMERIC = 1700

/** A PostgreSQL in this process and its memory. */
export interface Embedded {
  connector: Connector
  /** Takes what a store has written out of it, and leaves the tables. */
  empty(): Promise<void>
  close(): Promise<void>
}

/** For tests where there is no server. */
export async function makePglite(): Promise<Embedded> {
  const database = await PGlite.create({ parsers: { [INT8]: Number, [NUMERIC]: Number } })
  const connection: Connection = {
    async query({ text, values, asArrays }) {
      try {
        if (values.length === 0 && text.includes(';')) {
          await database.exec(text)
          return { rows: [], count: 0, command: '' }
        }
        const options = asArrays ? { rowMode: 'array' as const } : {}
        const { rows, affectedRows } = await database.query(text, values.map(bindable), options)
        return { rows, count: affectedRows ?? 0, command: text.trim().split(' ', 1)[0] ?? '' }
      } catch (error) {
        throw error instanceof Error && 'code' in error ? error : classify(error)
      }
    },
    destroy: () => undefined,
    close: async () => undefined,
  }
  return {
    connector: { isShared: true, connect: async () => connection },
    empty: () => emptyTables(driverOver(connection)),
    close: () => database.close(),
  }
}
