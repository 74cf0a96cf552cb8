import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '../../packages/gateway/src/cli/doctor/check.ts'
import { Kurir, kurir } from '../../packages/gateway/src/cli/test/process.ts'
import { systemClock } from '../../packages/gateway/src/core/clock.ts'
import { serverConnector } from '../../packages/gateway/src/store/postgres/connection.ts'
import { openPostgresStore } from '../../packages/gateway/src/store/postgres/open.ts'
import {
  makeDatabase,
  missingServer,
  type TestDatabase,
} from '../../packages/gateway/src/store/postgres/test/database.ts'
import { startPrivate } from '../../packages/gateway/src/store/postgres/test/server.ts'
import { eventually } from '../support/api.ts'
import { Authority, missingOpenssl } from '../support/authority.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

const PASSWORD = 'canary-5b1f08'
const NAME = 'localhost'
const LAB = { KURIR_NETWORK: 'lab', KURIR_LAB_URL: 'ws://127.0.0.1:1', KURIR_LAB_ROOT_KEY: 'k'.repeat(44) }

const silent = pino({ level: 'silent' })
const folder = mkdtempSync(join(tmpdir(), 'kurir-tls-'))
const ours = missingOpenssl ? undefined : new Authority(folder, 'ours')
const others = missingOpenssl ? undefined : new Authority(folder, 'others')
const server = ours
  ? await startPrivate({ tls: { ...ours.certify(NAME), password: PASSWORD } })
  : { missing: missingOpenssl ?? '' }
const missing = 'missing' in server ? server.missing : undefined
afterAll(async () => {
  if ('stop' in server) await server.stop()
  rmSync(folder, { recursive: true })
})

let database: TestDatabase

interface Way {
  query: string
  host?: string
  port?: number
}

/** The database's address by this name and with these parameters. */
function addressOf({ query, host = NAME, port }: Way): string {
  const url = new URL(database.url)
  url.hostname = host
  if (port !== undefined) url.port = String(port)
  return `${url.origin === 'null' ? url.href.split('?')[0] : url.href}${query && `?${query}`}`
}

const trusted = () => `sslrootcert=${ours?.file}`
const settings = (way: Way) => ({
  ...LAB,
  DATABASE_URL: addressOf(way),
  KURIR_PORT: '0',
  KURIR_DATA: join(folder, 'data'),
})

/** Starts a gateway and stops it; answers whether each of its lines to the server was encrypted, and what it said. */
async function startOnce(way: Way): Promise<{ encrypted: unknown[]; said: string }> {
  const gateway = new Kurir(['start', '--exit-with-parent', '--json'], settings(way))
  await gateway.line()
  const rows = await database.ask(
    `SELECT ssl::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  )
  gateway.process.stdin?.end()
  await gateway.exited
  return { encrypted: rows.flat(), said: gateway.stderr }
}

/** What a gateway says that does not start; never the password, and at once. */
async function refusal(way: Way): Promise<string> {
  const started = performance.now()
  const { status, stdout, stderr } = await kurir(['start', '--exit-with-parent', '--json'], settings(way))
  expect(status).toBe(1)
  expect(performance.now() - started).toBeLessThan(20_000)
  expect(stdout + stderr).not.toContain(PASSWORD)
  return stderr
}

/** Why a store does not open; the gateway says it in the same words. */
async function whyRefused(way: Way): Promise<string> {
  const connector = serverConnector(addressOf(way))
  const opening = openPostgresStore({ connector, clock: systemClock, logger: silent, isPrepared: true })
  const { message } = await opening.then(
    () => new Error('it opened'),
    (error: Error) => error,
  )
  expect(message).not.toContain(PASSWORD)
  return message
}

async function examine(way: Way): Promise<Record<string, Finding>> {
  const { stdout, stderr } = await kurir(['doctor', '--json'], settings(way))
  expect(stdout + stderr).not.toContain(PASSWORD)
  return Object.fromEntries((JSON.parse(stdout) as Finding[]).map((one) => [one.name, one]))
}

describe.skipIf(missing)(`a server that takes encrypted lines alone${missing ? `: ${missing}` : ''}`, () => {
  beforeEach(async () => {
    if (!('url' in server)) return
    database = await makeDatabase(`${server.url}?sslmode=no-verify`)
  })
  afterEach(async () => {
    await database.drop()
  })

  test('is used where its certificate is checked by name and authority, by whatever word', async () => {
    for (const mode of ['sslmode=verify-full&', 'sslmode=require&', '']) {
      const { encrypted, said } = await startOnce({ query: mode + trusted() })
      expect(encrypted.length).toBeGreaterThanOrEqual(2)
      expect(new Set(encrypted)).toEqual(new Set(['true']))
      expect(said).not.toMatch(/SECURITY WARNING/)
    }
  })

  test('is refused under another authority, and the gateway says what to do', async () => {
    const unknown = /certificate of PostgreSQL at localhost:\d+ is of no authority that is known.*sslrootcert=/
    expect(await refusal({ query: 'sslmode=require' })).toMatch(unknown)
    for (const mode of ['verify-full', 'verify-ca', 'require', 'prefer']) {
      expect(await whyRefused({ query: `sslmode=${mode}&sslrootcert=${others?.file}` })).toMatch(unknown)
    }
    expect(await whyRefused({ query: 'sslmode=verify-full&sslrootcert=system' })).toMatch(unknown)
    expect(await whyRefused({ query: `sslmode=verify-full&sslrootcert=${folder}/none.pem` })).toMatch(
      /none\.pem, which DATABASE_URL names, cannot be read \(ENOENT\)/,
    )
  })

  test('is refused under another name, and the gateway says what to do', async () => {
    const wrong = { host: '127.0.0.1', query: `sslmode=verify-full&${trusted()}` }
    expect(await refusal(wrong)).toMatch(/is for another name .*127\.0\.0\.1.*Name the server in DATABASE_URL as/)
    expect(await whyRefused({ ...wrong, query: `sslmode=require&${trusted()}` })).toMatch(/is for another name/)
    expect((await examine(wrong)).database).toMatchObject({
      result: 'failed',
      detail: expect.stringMatching(/is for another name/),
      advice: expect.stringMatching(/as its certificate does/),
    })
  })

  test('refuses a line without encryption, and the gateway says what to add', async () => {
    expect(await refusal({ query: '' })).toMatch(/refuses a line without encryption.*Add sslmode=verify-full/)
    expect(await whyRefused({ query: 'sslmode=disable' })).toMatch(/refuses a line without encryption/)
    expect((await examine({ query: '' })).database?.advice).toMatch(/Add sslmode=verify-full/)
  })

  test('is used unchecked with no-verify alone, and the doctor knows the difference', async () => {
    const lax = { host: '127.0.0.1', query: 'sslmode=no-verify' }
    expect(new Set((await startOnce(lax)).encrypted)).toEqual(new Set(['true']))
    expect((await examine(lax))['database encryption']).toMatchObject({
      result: 'warning',
      detail: expect.stringMatching(/^TLSv1\.3, but .* not checked$/),
    })
    const strict = await examine({ query: `sslmode=verify-full&${trusted()}` })
    expect(strict['database encryption']).toMatchObject({ result: 'ok', detail: expect.stringMatching(/^TLSv1\.3/) })
  })

  test('may go away and come back: the line is encrypted again', async () => {
    const proxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(database.url).port) })
    const url = addressOf({ port: proxy.port, query: `sslmode=verify-full&${trusted()}` })
    const options = { connector: serverConnector(url), clock: systemClock, logger: silent }
    const store = await openPostgresStore({ ...options, isPrepared: true })
    try {
      for (const goAway of [() => proxy.slowDown(60_000), () => proxy.cut()]) {
        goAway()
        await expect(store.sessions.listRunnable()).rejects.toMatchObject({ code: 'unavailable' })
        await eventually('the outage', () => !store.health().ok)
        proxy.slowDown(0)
        proxy.mend()
        await eventually('the server again', async () => store.health().ok && (await store.sessions.listRunnable()))
      }
    } finally {
      await store.close()
      await proxy.stop()
    }
  })
})

test.skipIf(missingServer)(
  `a server without TLS is not used where the address asks for it${missingServer ? `: ${missingServer}` : ''}`,
  async () => {
    database = await makeDatabase()
    try {
      const way = { host: '127.0.0.1', query: 'sslmode=require' }
      expect(await refusal(way)).toMatch(/speaks no TLS, and DATABASE_URL asks for it/)
    } finally {
      await database.drop()
    }
  },
)
