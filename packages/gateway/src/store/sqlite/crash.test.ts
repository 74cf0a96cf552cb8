import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { DEFAULT_TENANT, type MessageId, newId } from '../../core/ids.ts'
import { periodOf } from '../../core/quota.ts'
import type { Store } from '../store.ts'
import { DATABASE_FILE } from './directory.ts'
import { openDriver } from './driver.ts'
import { openSqliteStore } from './open.ts'

/** Of util-linux; changes the limits of a running process. */
const PRLIMIT = 'prlimit'
const uid = newId('ses')
let dataDir: string
let child: ChildProcess | undefined

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'kurir-crash-'))
  const store = await open()
  await store.sessions.createSession({
    uid,
    tenant: DEFAULT_TENANT,
    id: 'main',
    name: null,
    shouldRun: true,
    status: 'connected',
    reason: 'created',
    since: 1,
    phone: null,
    lid: null,
    pushName: null,
    metadata: {},
    settings: {},
    restriction: null,
    createdAt: 1,
  })
  await store.close()
})

afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(dataDir, { recursive: true })
})

function open(): Promise<Store> {
  return openSqliteStore({ dataDir, clock: systemClock, logger: pino({ level: 'silent' }) })
}

/** A process that writes as fast as it can; `lines` is what it has told of so far. */
function storm(run: string, wrap: string[] = []) {
  const script = fileURLToPath(new URL('./test/write-storm.ts', import.meta.url))
  const [command = process.execPath, ...args] = [...wrap, process.execPath, script, dataDir, uid, run]
  const started = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  child = started
  let text = ''
  started.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return {
    process: started,
    // The last piece is a line cut short by the kill, or nothing.
    lines: () => text.split('\n').slice(0, -1),
    ended: () => Promise.all([once(started, 'exit'), once(started.stdout, 'end')]),
  }
}

function acknowledged(lines: string[]): MessageId[] {
  return lines.filter((line) => line.startsWith('ok ')).map((line) => line.slice(3) as MessageId)
}

/** Fails where an acknowledged message is missing, or where a unit was stored in part. */
async function expectIntact(ids: MessageId[]): Promise<void> {
  const driver = openDriver(join(dataDir, DATABASE_FILE), { busyMs: 0 })
  expect(driver.prepare<[]>('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(driver.prepare<[]>('PRAGMA foreign_key_check').all()).toEqual([])
  driver.close()
  const store = await open()
  const lost: MessageId[] = []
  for (const id of ids) if (!(await store.messages.getMessage(null, id))) lost.push(id)
  expect(lost).toEqual([])
  const events = await store.events.listEvents({ tenant: null, sessionUid: uid, limit: 1_000_000 })
  expect(events.map(({ event }) => event.seq)).toEqual(events.map((_, n) => n + 1))
  const received = await store.messages.listMessages(uid, { direction: 'in', limit: 1_000_000 })
  expect(events).toHaveLength(received.length)
  expect(await countedMessages(store)).toBe(
    (await store.messages.listMessages(uid, { direction: 'out', limit: 1_000_000 })).length,
  )
  await store.close()
}

/** What was counted against the tenant's quota of messages, in this month and the one before. */
async function countedMessages(store: Store): Promise<number> {
  const months = [Date.now(), Date.now() - 600_000].map((at) => periodOf(at, 'month'))
  const { counters } = await store.access.readUsage(DEFAULT_TENANT, [...new Set(months)])
  return counters.filter(({ what }) => what === 'messages').reduce((sum, { used }) => sum + used, 0)
}

test('a process killed at any moment has lost nothing that it acknowledged', async () => {
  const ids: MessageId[] = []
  for (let kill = 0; kill < 6; kill++) {
    const writer = storm(`run${kill}`)
    const enough = 100 + Math.floor(Math.random() * 400)
    await vi.waitFor(() => expect(writer.lines().length).toBeGreaterThan(enough), { timeout: 15_000, interval: 3 })
    writer.process.kill('SIGKILL')
    await writer.ended()
    ids.push(...acknowledged(writer.lines()))
    await expectIntact(ids)
  }
  expect(ids.length).toBeGreaterThan(600)
}, 60_000)

test.skipIf(process.platform !== 'linux')(
  'on a full disk nothing is acknowledged that is not stored, and writing goes on when there is room',
  async () => {
    // The soft limit on a file's size stands for the full disk; prlimit raises it as deleting files would.
    const writer = storm('full', [PRLIMIT, '--fsize=3000000:unlimited'])
    const refused = () => writer.lines().findLastIndex((line) => line.startsWith('refused '))
    await vi.waitFor(() => expect(refused()).toBeGreaterThan(0), { timeout: 20_000, interval: 10 })
    expect(writer.lines()[refused()]).toMatch(/^refused unavailable SQLITE_(FULL|IOERR)/)
    execFileSync(PRLIMIT, [`--pid=${writer.process.pid}`, '--fsize=unlimited:unlimited'])
    const before = writer.lines().length
    const well = () => acknowledged(writer.lines().slice(before)).length
    await vi.waitFor(() => expect(well()).toBeGreaterThan(200), { timeout: 20_000, interval: 10 })
    writer.process.kill('SIGKILL')
    await writer.ended()
    await expectIntact(acknowledged(writer.lines()))
  },
  60_000,
)
