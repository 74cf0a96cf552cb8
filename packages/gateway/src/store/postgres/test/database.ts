import { randomBytes } from 'node:crypto'
import { connectPostgres } from '../driver.ts'

/** Why there is no server to test with; undefined where there is one. `global-setup.ts` has looked for it. */
export const missingServer: string | undefined = process.env.TEST_DATABASE_URL
  ? undefined
  : (process.env.TEST_DATABASE_MISSING ?? 'nobody has looked for a PostgreSQL server')

/** A database of the test's own. */
export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

/** Makes an empty database with a name that nobody has. */
export async function makeDatabase(server = process.env.TEST_DATABASE_URL ?? ''): Promise<TestDatabase> {
  const name = `kurir_test_${randomBytes(6).toString('hex')}`
  await onServer(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`) }
}

async function onServer(server: string, sql: string): Promise<void> {
  const driver = await connectPostgres(server)
  try {
    await driver.exec(sql)
  } finally {
    await driver.close()
  }
}
