import { Client, TypeOverrides } from 'pg'

/** What PostgreSQL is given and gives: times and booleans are integers, JSON texts. */
export type PgValue = string | number | null | Uint8Array

/** All that the store asks of a PostgreSQL library, on one connection. */
export interface PgDriver {
  /** Rows as arrays of their columns. Unnamed statements only: a pooler may give each another connection. */
  rows(sql: string, values?: readonly (PgValue | readonly PgValue[])[]): Promise<PgValue[][]>
  /** Several statements without values. */
  exec(sql: string): Promise<void>
  /** Commits what `work` did, or undoes all of it where it throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

const INT8 = 20

/** Connects to `url` (`postgres://…`). Rejects with the driver's error where nobody answers within ten seconds. */
export async function connectPostgres(url: string): Promise<PgDriver> {
  const types = new TypeOverrides()
  // Times and row numbers stay below 2^53.
  types.setTypeParser(INT8, Number)
  const client = new Client({ connectionString: url, types, connectionTimeoutMillis: 10_000 })
  // A connection lost between two queries is said by the next query.
  client.on('error', () => undefined)
  await client.connect()
  const exec = async (sql: string) => {
    await client.query(sql)
  }
  return {
    async rows(sql, values = []) {
      const { rows } = await client.query<PgValue[]>({ text: sql, values: [...values], rowMode: 'array' })
      return rows
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
    close: () => client.end(),
  }
}
