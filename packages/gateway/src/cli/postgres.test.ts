import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { serverConnector } from '../store/postgres/connection.ts'
import { connectPostgres } from '../store/postgres/driver.ts'
import { openPostgresStore } from '../store/postgres/open.ts'
import { makeDatabase, missingServer, type TestDatabase } from '../store/postgres/test/database.ts'
import { startPooler, whyNoPooler } from '../store/postgres/test/pooler.ts'
import type { Finding } from './doctor/check.ts'
import { kurir } from './test/process.ts'

const PASSWORD = 'canary-7f3a91'
let database: TestDatabase
let folder: string

/** The findings about the database, by name; the password is in none of them, nor anywhere else. */
async function examine(url: string, env: Record<string, string> = {}): Promise<Record<string, Finding>> {
  const secret = new URL(url)
  secret.password = PASSWORD
  const lab = { KURIR_NETWORK: 'lab', KURIR_LAB_URL: 'ws://127.0.0.1:1', KURIR_LAB_ROOT_KEY: 'k'.repeat(44) }
  const args = ['doctor', '--data', folder, '--json']
  const { stdout, stderr } = await kurir(args, { ...lab, ...env, DATABASE_URL: secret.href })
  expect(stdout + stderr).not.toContain(PASSWORD)
  const findings = JSON.parse(stdout) as Finding[]
  return Object.fromEntries(findings.filter(({ name }) => name.startsWith('database')).map((one) => [one.name, one]))
}

async function ask(sql: string, url = database.url): Promise<void> {
  const driver = await connectPostgres(url)
  await driver.exec(sql).finally(() => driver.close())
}

async function openOnce(): Promise<void> {
  const connector = serverConnector(database.url)
  const logger = pino({ level: 'silent' })
  await (await openPostgresStore({ connector, clock: systemClock, logger, isPrepared: true })).close()
}

describe.skipIf(missingServer)(`the command line with DATABASE_URL${missingServer ? `: ${missingServer}` : ''}`, () => {
  beforeEach(async () => {
    database = await makeDatabase()
    folder = await mkdtemp(join(tmpdir(), 'kurir-cli-'))
  })
  afterEach(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })

  test('doctor looks at the server, before and after the first start', async () => {
    const before = await examine(database.url)
    const [[autovacuum] = []] = await database.ask('SHOW autovacuum')
    const warnings = Object.entries(before).filter(([, { result }]) => result !== 'ok')
    expect(warnings.map(([name]) => name)).toEqual(autovacuum === 'off' ? ['database vacuum'] : [])
    expect(before.database?.detail).toMatch(/^PostgreSQL \d+/)
    expect(before['database rights']?.detail).toMatch(/can make tables/)
    expect(before['database schema']?.detail).toBe('is made at the first start')
    expect(before['database line']?.detail).toMatch(/^a round trip takes [\d.]+ ms$/)
    expect(before['database clock']?.detail).toMatch(/^0\.\d s/)
    expect(before['database pooler']?.detail).toBe('none')
    await openOnce()
    expect((await examine(database.url))['database schema']).toMatchObject({ result: 'ok', detail: /^version \d+$/ })
    await ask("INSERT INTO schema_migration (version, name, applied_at) VALUES (9999, 'later', 0)")
    expect((await examine(database.url))['database schema']).toMatchObject({ result: 'failed' })
  }, 60_000)

  test('doctor says what a role may not do, and that nobody answers', async () => {
    const role = `kurir_${folder
      .slice(-6)
      .toLowerCase()
      .replaceAll(/[^a-z]/g, 'x')}`
    await openOnce()
    await ask(`CREATE ROLE ${role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
    try {
      const url = new URL(database.url)
      url.username = role
      expect((await examine(url.href))['database rights']?.detail).toMatch(/cannot make tables: permission denied/)
      await ask(`GRANT CREATE ON SCHEMA public TO ${role}`)
      await ask(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`)
      expect((await examine(url.href))['database rights']?.detail).toMatch(/belong to another role/)
    } finally {
      await ask(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
    const nowhere = await examine('postgres://kurir@127.0.0.1:1/kurir')
    expect(nowhere).toEqual({ database: expect.objectContaining({ result: 'failed' }) })
    expect(nowhere.database?.detail).toMatch(/127\.0\.0\.1:1\/kurir cannot be used: .*ECONNREFUSED/)
  }, 60_000)

  test.skipIf(whyNoPooler)(
    `doctor notices a pooler${whyNoPooler ? `: ${whyNoPooler}` : ''}`,
    async () => {
      const pooler = await startPooler(database.url)
      try {
        expect((await examine(pooler.url))['database pooler']).toMatchObject({ result: 'warning' })
        const told = await examine(pooler.url, { DATABASE_PREPARE: 'off' })
        expect(told['database pooler']).toMatchObject({ result: 'ok' })
      } finally {
        await pooler.stop()
      }
    },
    60_000,
  )

  test('backup and restore say that they are for SQLite; renew needs a store', async () => {
    const env = { DATABASE_URL: database.url }
    const file = join(folder, 'kurir.db')
    const refused = { status: 2, stderr: expect.stringContaining('is for SQLite') }
    expect(await kurir(['backup', file], env)).toMatchObject(refused)
    expect(await kurir(['restore', file, '--data', join(folder, 'new')], env)).toMatchObject(refused)
    expect(await kurir(['store', 'renew'])).toMatchObject({ status: 2 })
    const empty = await kurir(['store', 'renew'], env)
    expect(empty).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no store of Kurir') })
    await openOnce()
    const renewed = await kurir(['store', 'renew', '--json'], env)
    expect(renewed).toMatchObject({ status: 0, stdout: '{"ratchets":0,"unknown":0}\n' })
  }, 60_000)
})
