import { randomBytes } from 'node:crypto'
import { connectPostgres } from '../driver.ts'

const SERVER = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** Why there is no server to test with; undefined where there is one. */
export const missingServer: string | undefined = await connectPostgres(SERVER).then(
  async (driver) => {
    await driver.close()
    return undefined
  },
  (error: unknown) => `no PostgreSQL at TEST_DATABASE_URL or 127.0.0.1:5432 (${String(error)})`,
)

/** A database of the test's own. */
export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

/** Makes an empty database with a name that nobody has. */
export async function makeDatabase(): Promise<TestDatabase> {
  const name = `kurir_test_${randomBytes(6).toString('hex')}`
  await onServer(`CREATE DATABASE ${name}`)
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

async function onServer(sql: string): Promise<void> {
  const driver = await connectPostgres(SERVER)
  try {
    await driver.exec(sql)
  } finally {
    await driver.close()
  }
}
