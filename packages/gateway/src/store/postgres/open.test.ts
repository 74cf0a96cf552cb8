import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import type { SessionRecord } from '../../core/session.ts'
import { ANI, World } from '../conformance/world.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import { StoreTooNewError } from '../migrations/migration.ts'
import { MasterKeyError } from '../sealing/keyring.ts'
import type { Store } from '../store.ts'
import { serverConnector } from './connection.ts'
import { connectPostgres } from './driver.ts'
import { DatabaseInUseError } from './lease.ts'
import { openPostgresStore, type PostgresOptions } from './open.ts'
import { makeDatabase, missingServer, type TestDatabase } from './test/database.ts'
import { startPooler, whyNoPooler } from './test/pooler.ts'
import { startPrivate } from './test/server.ts'
import { CREATE_MOVE } from './unfinished-move.ts'

const logger = pino({ level: 'silent' })
let database: TestDatabase
let opened: Store[]

async function open(over: Partial<PostgresOptions> & { url?: string } = {}): Promise<Store> {
  const { url = database.url, ...rest } = over
  const connector = serverConnector(url)
  const store = await openPostgresStore({ connector, clock: systemClock, logger, isPrepared: true, ...rest })
  opened.push(store)
  return store
}

const worldOf = (store: Store) =>
  World.open(async () => ({ store, reopen: async () => store, remove: () => store.close() }))

describe.skipIf(missingServer)(`a store on PostgreSQL${missingServer ? `: ${missingServer}` : ''}`, () => {
  beforeEach(async () => {
    opened = []
    database = await makeDatabase()
  })
  afterEach(async () => {
    await Promise.allSettled(opened.map((store) => store.close()))
    await database.drop()
  })

  test('belongs to one gateway, and is free as soon as that has closed it', async () => {
    const first = await open()
    await expect(open()).rejects.toThrow(DatabaseInUseError)
    await first.close()
    await open()
  }, 20_000)

  test('belongs to nobody when the process that had it is dead, on this machine at once', async () => {
    await (await open()).close()
    const [[owner] = []] = await database.ask('SELECT owner FROM store_lease')
    const dead = String(owner).replace(/\d+$/, '4194303')
    await database.ask(`UPDATE store_lease SET owner = '${dead}', expires_at = clock_timestamp() + interval '1 hour'`)
    const started = performance.now()
    await open()
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  test('that was taken over by another gateway writes nothing more, and says so', async () => {
    const onLost = vi.fn()
    const store = await open({ onLost })
    const world = await worldOf(store)
    const session = await world.session()
    await database.ask('UPDATE store_lease SET token = token + 1')
    await expect(world.accept(session)).rejects.toMatchObject({ code: 'unavailable' })
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce(), { timeout: 3_000 })
    expect(store.health()).toMatchObject({ ok: false })
    expect(await database.ask('SELECT count(*) FROM message')).toEqual([[0]])
  })

  test('that is put back to an earlier state while a gateway runs has a token that nobody had', async () => {
    await (await open()).close()
    const [[earlier] = []] = await database.ask('SELECT token FROM store_lease')
    const running = await worldOf(await open({ onLost: vi.fn() }))
    const session = await running.session()
    const [[token] = []] = await database.ask('SELECT token FROM store_lease')
    await database.ask(`UPDATE store_lease SET token = ${earlier}, owner = '', expires_at = '-infinity'`)
    await open()
    const [[next] = []] = await database.ask('SELECT token FROM store_lease')
    expect([earlier, token]).not.toContain(next)
    await expect(running.accept(session)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('that is put back to before the gateway began is given up by it, with nobody else there', async () => {
    await (await open()).close()
    const [[earlier] = []] = await database.ask('SELECT token FROM store_lease')
    const onLost = vi.fn()
    const store = await open({ onLost })
    await database.ask(`UPDATE store_lease SET token = ${earlier}, expires_at = '-infinity'`)
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce(), { timeout: 3_000 })
    expect(store.health()).toMatchObject({ ok: false })
  })

  test('finds a message by its identity after a start, and reads no whole chat for it, also without statistics', async () => {
    const receive = async (world: World, session: SessionRecord, count: number) => {
      for (let done = 0; done < count; done += 20) {
        await Promise.all(Array.from({ length: 20 }, () => world.receive(session, { chat: ANI })))
      }
    }
    const first = await worldOf(await open())
    const session = await first.session()
    await receive(first, session, 600)
    await first.store.close()
    const readBy = async (index: string) => {
      const sql = `SELECT idx_scan::float8, idx_tup_read::float8 FROM pg_stat_user_indexes WHERE indexrelname = '${index}'`
      const [[scans, rows] = []] = await database.ask(sql)
      return { scans: Number(scans), rows: Number(rows) }
    }
    // A connection reports what it read when it has ended.
    const settled = () =>
      vi.waitFor(async () => {
        const before = await readBy('session_pkey')
        await new Promise((resolve) => setTimeout(resolve, 200))
        expect(await readBy('session_pkey')).toEqual(before)
        return readBy('message_chat')
      })
    const before = await settled()
    const second = await worldOf(await open())
    await receive(second, session, 100)
    await second.store.close()
    expect((await settled()).rows - before.rows).toBeLessThan(2_000)
  })

  test('that a newer release has used is refused and left as it is', async () => {
    await (await open()).close()
    await database.ask(
      `INSERT INTO schema_migration (version, name, applied_at) VALUES (${MIGRATIONS.length + 1}, 'later', 0)`,
    )
    await expect(open()).rejects.toThrow(StoreTooNewError)
  })

  test('whose move has not ended is refused', async () => {
    await database.ask(CREATE_MOVE)
    await database.ask("INSERT INTO store_move (id, source, state, step, rows) VALUES (1, 'x', 'moving', 0, 0)")
    await expect(open()).rejects.toThrow('has not ended')
  })

  test('takes texts with NUL, which PostgreSQL has no room for', async () => {
    const world = await worldOf(await open())
    const session = await world.session()
    await world.receive(session, { pushName: 'A\u0000ni', content: { type: 'text', text: 'a\u0000b' } })
    const [message] = await world.store.messages.listMessages(session.uid, { limit: 1 })
    expect(message).toMatchObject({ pushName: 'Ani', content: { text: 'a\u0000b' } })
  })

  test('is encrypted under a master key, and refuses another one', async () => {
    const text = randomBytes(32).toString('base64')
    const plain = await worldOf(await open())
    const session = await plain.session()
    await plain.store.auth.saveCreds(session.uid, '{"secret":"canary"}')
    await plain.remove()
    const store = await open({ masterKey: { text } })
    expect(await store.auth.loadCreds(session.uid)).toBe('{"secret":"canary"}')
    expect(String((await database.ask('SELECT value FROM credential'))[0]?.[0])).toMatch(/^v1\|/)
    await store.close()
    await expect(open({ masterKey: { text: randomBytes(32).toString('base64') } })).rejects.toThrow(MasterKeyError)
    await expect(open()).rejects.toThrow(MasterKeyError)
    expect(await (await open({ masterKey: { text } })).auth.loadCreds(session.uid)).toBe('{"secret":"canary"}')
  })

  test.skipIf(whyNoPooler)(
    `works behind a pooler in transaction mode${whyNoPooler ? `: ${whyNoPooler}` : ''}`,
    async () => {
      const pooler = await startPooler(database.url)
      try {
        const store = await open({ url: pooler.url, isPrepared: false })
        const world = await worldOf(store)
        const session = await world.session()
        await Promise.all(Array.from({ length: 100 }, () => world.accept(session)))
        const lists = await Promise.all(
          Array.from({ length: 20 }, () => store.messages.listMessages(session.uid, { limit: 200 })),
        )
        for (const list of lists) expect(list).toHaveLength(100)
        expect(store.health()).toEqual({ ok: true, error: null })
        await store.close()
      } finally {
        await pooler.stop()
      }
    },
  )
})

test('tests start a server of their own where there is none', async () => {
  const server = await startPrivate()
  if ('missing' in server) {
    expect(server.missing).toMatch(/initdb/)
    return
  }
  try {
    const driver = await connectPostgres(server.url)
    expect(await driver.rows('SELECT 1')).toEqual([[1]])
    await driver.close()
  } finally {
    await server.stop()
  }
}, 30_000)
