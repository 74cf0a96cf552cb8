import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../core/clock.ts'
import { phoneJid } from '../../core/jid.ts'
import { ANI, World } from '../conformance/world.ts'
import { connectPostgres } from '../postgres/driver.ts'
import { makeDatabase, missingServer, type TestDatabase } from '../postgres/test/database.ts'
import { refuseUnfinishedMove } from '../postgres/unfinished-move.ts'
import { openSqliteStore } from '../sqlite/open.ts'
import { type MoveProgress, moveStore } from './move.ts'

const MOVER = fileURLToPath(new URL('./test/move-slowly.ts', import.meta.url))
const CHATS = 4
const MESSAGES = 60
const logger = pino({ level: 'silent' })
let dataDir: string
let database: TestDatabase
let world: World

const open = (clock: Clock) => openSqliteStore({ dataDir, clock, logger })

async function openWorld(): Promise<World> {
  return World.open(async (clock) => {
    let store = await open(clock)
    return {
      store,
      reopen: async () => {
        store = await open(clock)
        return store
      },
      remove: () => store.close(),
    }
  })
}

/** Rows in many tables, with bytes, JSON, absent values, and texts that databases like to get wrong. */
async function fill(): Promise<void> {
  const session = await world.session({ pushName: `Toko "Ani" \\ 'é' 👋`, metadata: { a: '{},"NULL"' } })
  await world.endpoint()
  for (let n = 0; n < MESSAGES; n++) {
    const chat = phoneJid(`62813111100${10 + (n % CHATS)}`)
    await world.accept(session, { chat, content: { type: 'text', text: `\u0000 ${'x'.repeat(n)} \\ " {}` } })
    await world.receive(session, { chat, pushName: n === 3 ? 'A\u0000ni' : null })
  }
}

function move(over: { from?: string; to?: string; onProgress?: (progress: MoveProgress) => void } = {}) {
  return moveStore({ from: dataDir, to: database.url, now: world.now, logger, pieceRows: 50, ...over })
}

/** Whether a gateway may open the new database: resolves, or rejects with why not. */
async function openTarget(): Promise<void> {
  const driver = await connectPostgres(database.url)
  try {
    await refuseUnfinishedMove(driver)
  } finally {
    await driver.close()
  }
}

async function killedMove(): Promise<number> {
  const child = spawn(process.execPath, [MOVER, dataDir, database.url], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let rows = 0
  for await (const line of createInterface({ input: child.stdout })) {
    rows = Number(line.split(' ')[0])
    if (rows > MESSAGES) break
  }
  child.kill('SIGKILL')
  await exited
  return rows
}

describe.skipIf(missingServer)(`a move to PostgreSQL${missingServer ? `: ${missingServer}` : ''}`, () => {
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'kurir-move-'))
    database = await makeDatabase()
    world = await openWorld()
    await fill()
    await world.remove()
  })

  afterEach(async () => {
    await world.remove()
    await database.drop()
    rmSync(dataDir, { recursive: true })
  })

  test('copies every row, says how far it is, and numbers go on', async () => {
    const progress: MoveProgress[] = []
    const summary = await move({ onProgress: (step) => progress.push(step) })
    const rows = Object.fromEntries(summary.tables.map((table) => [table.name, table.rows]))
    expect(rows).toMatchObject({ session: 1, message: 2 * MESSAGES, endpoint: 1 })
    expect(rows.delivery).toBeGreaterThanOrEqual(MESSAGES)
    expect(progress.at(-1)).toMatchObject({ rows: summary.rows, total: summary.rows })
    expect(await database.ask('SELECT push_name, metadata FROM session')).toEqual([
      [`Toko "Ani" \\ 'é' 👋`, JSON.stringify({ a: '{},"NULL"' })],
    ])
    expect(await database.ask("SELECT DISTINCT encode(proto, 'hex') FROM message WHERE direction = 'out'")).toEqual([
      ['010203'],
    ])
    expect(await database.ask("SELECT count(*) FROM message WHERE push_name = 'Ani'")).toEqual([[1]])
    const [[highest, next] = []] = await database.ask(
      "SELECT max(row_no), nextval(pg_get_serial_sequence('message', 'row_no')) FROM message",
    )
    expect(next).toBe(Number(highest) + 1)
  })

  test('leaves a source that no gateway starts on by mistake, and a target that one may open', async () => {
    await move()
    await openTarget()
    await expect(openWorld()).rejects.toThrow(
      /was moved to 127\.0\.0\.1:\d+\/kurir_test_.*DATABASE_URL.*delete .*moved/,
    )
    await expect(move()).rejects.toThrow('already')
    rmSync(join(dataDir, 'moved.json'))
    await (await openWorld()).remove()
  })

  test('that is killed goes on where it was, and nobody may use either database before its end', async () => {
    const before = await killedMove()
    expect(before).toBeGreaterThan(MESSAGES)
    await expect(openTarget()).rejects.toThrow('has not ended')
    await expect(openWorld()).rejects.toThrow('is being moved')
    const progress: MoveProgress[] = []
    const summary = await move({ onProgress: (step) => progress.push(step) })
    expect(progress[0]?.rows).toBeGreaterThan(before)
    expect(progress.at(-1)?.rows).toBe(summary.rows)
    expect(summary.tables.find(({ name }) => name === 'message')?.rows).toBe(2 * MESSAGES)
    await openTarget()
  })

  test('does not end where the copy is not the same', async () => {
    await killedMove()
    await database.ask("UPDATE session SET push_name = 'Somebody else'")
    await expect(move()).rejects.toThrow('The copy of session is not the same')
    await expect(openTarget()).rejects.toThrow('has not ended')
  })

  test('refuses a source that a gateway runs on, and one that is not there', async () => {
    await world.restart()
    await expect(move()).rejects.toThrow('in use by another Kurir process')
    await expect(move({ from: join(dataDir, 'nothing') })).rejects.toThrow('There is no')
    expect(existsSync(join(dataDir, 'moved.json'))).toBe(false)
    expect(await database.ask('SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()')).toEqual([[0]])
  })

  test('refuses a database that has anything in it, and leaves both as they were', async () => {
    await database.ask('CREATE TABLE orders (id BIGINT)')
    await expect(move()).rejects.toThrow('is not empty')
    await world.restart()
    await world.accept(await world.session(), { chat: ANI })
    expect(await database.ask('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()')).toEqual([
      ['orders'],
    ])
  })

  test('refuses a database that another store was moved to', async () => {
    await move()
    const first = dataDir
    dataDir = mkdtempSync(join(tmpdir(), 'kurir-move-'))
    await (await openWorld()).remove()
    await expect(move()).rejects.toThrow('Another store was moved to this database')
    rmSync(dataDir, { recursive: true })
    dataDir = first
  })

  test('refuses an address that is not PostgreSQL', async () => {
    await expect(move({ to: 'mysql://127.0.0.1/kurir' })).rejects.toThrow('is not an address of PostgreSQL')
  })
})
