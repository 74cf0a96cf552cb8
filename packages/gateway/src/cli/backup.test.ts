import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { DEFAULT_TENANT, newId } from '../core/ids.ts'
import { openSqliteStore } from '../store/sqlite/open.ts'
import { runCli } from './program.ts'

const FILE_BYTES = 10_000_000
/** Files are read in parts of four mebibytes. */
const FIRST_PART = '4.2 of 20.0 MB'

let root: string
let before: string
let files: { sha256: string; bytes: Buffer }[]

/** A store with two real files, each larger than what is read at a time. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kurir-cli-backup-'))
  before = join(root, 'before')
  const store = await openSqliteStore({ dataDir: before, clock: systemClock, logger: pino({ level: 'silent' }) })
  files = [randomBytes(FILE_BYTES), randomBytes(FILE_BYTES)].map((bytes) => ({
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes,
  }))
  for (const { sha256, bytes } of files) {
    await mkdir(join(before, 'media', sha256.slice(0, 2)), { recursive: true })
    await writeFile(join(before, 'media', sha256.slice(0, 2), sha256), bytes)
    await store.media.createMedia(
      {
        ...{ id: newId('med'), tenant: DEFAULT_TENANT, sessionUid: null, session: null, state: 'here' },
        ...{ mimetype: 'text/plain', size: FILE_BYTES, fileName: null, sha256, remote: null, attempts: 0 },
        ...{ createdAt: 1, usedAt: 1 },
      },
      0,
    )
  }
  await store.close()
})
afterAll(() => rm(root, { recursive: true }))

async function run(args: string[], isTerminal: boolean) {
  let [out, err] = ['', '']
  const status = await runCli(['node', 'kurir', ...args], {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    isTerminal,
  })
  expect(status, err).toBe(0)
  return { out, err, drawn: err.split('\r\u001b[2K') }
}

/** What was drawn of one step: its percentages and what is said beside them. */
function stepsOf(drawn: string[], label: string): string[] {
  return drawn
    .filter((line) => line.startsWith(`${label} `) && line.includes('%'))
    .map((line) => line.replace(/^.*[█░] /, ''))
}

test('a backup and its way back show on a terminal how many bytes of each step are done', async () => {
  const file = join(root, 'monday.db')
  const backup = await run(['backup', file, '--data', before, '--media'], true)
  expect(backup.drawn[0]).toBe(`Copying the store in ${before} …`)
  const copied = stepsOf(backup.drawn, 'Copying the files of messages')
  expect(copied[0]).toBe(`20 % (${FIRST_PART})`)
  expect(copied.at(-1)).toBe('100 % (20.0 of 20.0 MB)')
  expect(stepsOf(backup.drawn, 'Copying the database').at(-1)).toMatch(/^100 % /)
  const hashed = stepsOf(backup.drawn, 'Computing the checksum')
  expect(hashed.length).toBeGreaterThan(1)
  expect(hashed.at(-1)).toMatch(/^100 % \((\d+\.\d) of \1 MB\)$/)
  expect(backup.err.endsWith('\r\u001b[2K')).toBe(true)

  const after = join(root, 'after')
  const restore = await run(['restore', file, '--data', after], true)
  expect(stepsOf(restore.drawn, 'Comparing the checksum')).toHaveLength(hashed.length)
  expect(restore.drawn).toContain('Checking and renewing the database …')
  const written = stepsOf(restore.drawn, 'Writing the files of messages')
  expect(written[0]).toBe(`20 % (${FIRST_PART})`)
  expect(written.at(-1)).toBe('100 % (20.0 of 20.0 MB)')
  for (const { sha256, bytes } of files) {
    expect(bytes.equals(await readFile(join(after, 'media', sha256.slice(0, 2), sha256)))).toBe(true)
  }
})

test('on a pipe they say that they begin, and with --json nothing', async () => {
  const file = join(root, 'tuesday.db')
  const plain = await run(['backup', file, '--data', before, '--media'], false)
  expect(plain.err).toBe(`Copying the store in ${before} …\n`)
  const json = await run(['restore', file, '--data', join(root, 'json'), '--json'], true)
  expect(json.err).toBe('')
  expect(JSON.parse(json.out)).toMatchObject({ media: 2 })
})
