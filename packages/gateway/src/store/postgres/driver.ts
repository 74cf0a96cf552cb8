import type { SqlValue } from '../sql/driver.ts'
import { type Connection, serverConnector } from './connection.ts'

/** What PostgreSQL is given and gives: times and booleans are integers, JSON texts. */
export type PgValue = SqlValue

/** One connection, for what is not done statement by statement: the schema, and the moving of rows. */
export interface PgDriver {
  /** Rows as arrays of their columns. Unnamed statements only: a pooler may give each another connection. */
  rows(sql: string, values?: readonly (PgValue | readonly PgValue[])[]): Promise<PgValue[][]>
  /** Several statements without values. */
  exec(sql: string): Promise<void>
  /** Commits what `work` did, or undoes all of it where it throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Connects to `url` (`postgres://…`). Rejects with an {@link OutageError} where nobody answers in time. */
export async function connectPostgres(url: string): Promise<PgDriver> {
  return driverOver(await serverConnector(url).connect(() => undefined))
}

/** The same on a connection that is there already. */
export function driverOver(connection: Connection): PgDriver {
  const exec = async (sql: string) => {
    await connection.query({ text: sql, values: [] })
  }
  return {
    async rows(sql, values = []) {
      const { rows } = await connection.query({ text: sql, values: [...values], asArrays: true })
      return rows as PgValue[][]
    },
    exec,
    async transaction(work) {
      await exec('BEGIN')
      try {
        const result = await work()
        await exec('COMMIT')
        return result
      } catch (error) {
        // On a lost connection this fails as well; the server has then undone it.
        await exec('ROLLBACK').catch(() => undefined)
        throw error
      }
    },
    close: () => connection.close(),
  }
}
