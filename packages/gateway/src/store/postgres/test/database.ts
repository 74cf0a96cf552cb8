import { randomBytes } from 'node:crypto'
import { connectPostgres, type PgDriver, type PgValue } from '../driver.ts'
import { emptyTables } from './empty.ts'

/** Why there is no server to test with; undefined where there is one. `global-setup.ts` has looked for it. */
export const missingServer: string | undefined = process.env.TEST_DATABASE_URL
  ? undefined
  : (process.env.TEST_DATABASE_MISSING ?? 'nobody has looked for a PostgreSQL server')

/** A database of the test's own. */
export interface TestDatabase {
  url: string
  /** Runs one statement and answers its rows. */
  ask(sql: string): Promise<PgValue[][]>
  /** Takes what a store has written out of it, and leaves the tables. */
  empty(): Promise<void>
  drop(): Promise<void>
}

/** Makes an empty database with a name that nobody has. */
export async function makeDatabase(server = process.env.TEST_DATABASE_URL ?? ''): Promise<TestDatabase> {
  const name = `kurir_test_${randomBytes(6).toString('hex')}`
  await onServer(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    ask: (sql) => onServer(url.href, sql),
    empty: () => connected(url.href, emptyTables),
    drop: async () => void (await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`)),
  }
}

const onServer = (server: string, sql: string) => connected(server, (driver) => driver.rows(sql))

async function connected<T>(server: string, work: (driver: PgDriver) => Promise<T>): Promise<T> {
  const driver = await connectPostgres(server)
  try {
    return await work(driver)
  } finally {
    await driver.close()
  }
}
