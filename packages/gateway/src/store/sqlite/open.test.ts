import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import type { TenantId } from '../../core/ids.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import type { Migration } from '../migrations/migration.ts'
import { StoreTooNewError } from '../migrations/migration.ts'
import { restoreBackup } from './backup/restore.ts'
import { MigrationCopyError } from './copy-before-migration.ts'
import { DATABASE_FILE, DataDirectoryError, networkFileSystemName } from './directory.ts'
import { openDriver } from './driver.ts'
import { schemaVersion } from './migrate.ts'
import { openSqliteStore } from './open.ts'

const HOLDER = fileURLToPath(new URL('./test/hold-store.ts', import.meta.url))
const logger = pino({ level: 'silent' })
const tenant = {
  id: 'shop' as TenantId,
  name: 'Shop',
  countryCode: '62',
  timeZone: 'Asia/Jakarta',
  quotas: {},
  createdAt: 1,
}
let root: string
let dataDir: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kurir-open-'))
  dataDir = join(root, 'made', 'here')
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function open(migrations?: readonly Migration[]) {
  return openSqliteStore({ dataDir, clock: systemClock, logger, ...(migrations && { migrations }) })
}

describe('the data directory', () => {
  test('is made where absent, and nobody else may read what is in it', async () => {
    const store = await open()
    await store.access.createTenant(tenant)
    const modes = [dataDir, ...readdirSync(dataDir).map((name) => join(dataDir, name))].map(
      (path) => statSync(path).mode & 0o777,
    )
    expect(modes.length).toBeGreaterThanOrEqual(4)
    expect(modes[0]).toBe(0o700)
    expect(new Set(modes.slice(1))).toEqual(new Set([0o600]))
    await store.close()
  })

  test('is closed to others where it was open before', async () => {
    mkdirSync(dataDir, { recursive: true })
    chmodSync(dataDir, 0o755)
    await (await open()).close()
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  })

  test('that cannot be made is named', async () => {
    writeFileSync(join(root, 'made'), 'a file in the way')
    const failure = await open().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DataDirectoryError)
    expect(String(failure)).toContain(`${dataDir} cannot be made: ENOTDIR`)
  })

  test.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 - 2 ** 32, 'CIFS'],
    [0xef53, undefined],
  ])('of file system type %d is %s', (type, name) => {
    expect(networkFileSystemName(type)).toBe(name)
  })
})

describe('the lock', () => {
  test('refuses a second store in the same process, says which directory, and is free after close', async () => {
    const first = await open()
    const failure = await open().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DataDirectoryError)
    expect(String(failure)).toContain(`${dataDir} is in use by another Kurir process`)
    await first.access.createTenant(tenant)
    await first.close()
    const second = await open()
    expect(await second.access.getTenant(tenant.id)).toEqual(tenant)
    await second.close()
  })

  test('refuses while another process holds it, and nothing of a killed one blocks the next', async () => {
    const holder = spawn(process.execPath, ['--expose-gc', HOLDER, dataDir])
    const [line] = (await once(createInterface(holder.stdout), 'line')) as [string]
    expect(line).toBe('open')
    await expect(open()).rejects.toThrow('in use by another Kurir process')
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const store = await open()
    expect(await store.access.getTenant('held' as TenantId)).toMatchObject({ name: 'Held' })
    await store.close()
  })

  test('is given back when opening fails', async () => {
    const broken: Migration = { version: MIGRATIONS.length + 1, name: 'broken', sqlite: 'CREATE NONSENSE' }
    await expect(open([...MIGRATIONS, broken])).rejects.toThrow('syntax error')
    await (await open()).close()
  })
})

describe('migrations', () => {
  const next: Migration = {
    version: MIGRATIONS.length + 1,
    name: 'a next step',
    sqlite: 'CREATE TABLE next_step (n INTEGER) STRICT; INSERT INTO next_step VALUES (1);',
  }

  test('are numbered without gaps', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, n) => n + 1))
  })

  test('run once, also on a store that has data', async () => {
    const first = await open()
    await first.access.createTenant(tenant)
    await first.close()
    for (let start = 0; start < 2; start++) {
      const store = await open([...MIGRATIONS, next])
      expect(await store.access.getTenant(tenant.id)).toEqual(tenant)
      await store.close()
    }
    const driver = openDriver(join(dataDir, DATABASE_FILE), { busyMs: 0 })
    expect(driver.prepare<[]>('SELECT count(*) AS n FROM next_step').get()).toEqual({ n: 1 })
    expect(schemaVersion(driver)).toBe(next.version)
    driver.close()
  })

  test('that fail leave the store as it was', async () => {
    await (await open()).close()
    const broken = { ...next, sqlite: `${next.sqlite} CREATE NONSENSE` }
    await expect(open([...MIGRATIONS, broken])).rejects.toThrow('syntax error')
    const store = await open([...MIGRATIONS, next])
    await store.close()
  })

  test('of a newer release are not touched by an older one', async () => {
    const store = await open([...MIGRATIONS, next])
    await store.access.createTenant(tenant)
    await store.close()
    const file = join(dataDir, DATABASE_FILE)
    const before = readFileSync(file)
    const failure = await open().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StoreTooNewError)
    expect(String(failure)).toContain(`schema version ${next.version}, and this Kurir knows ${MIGRATIONS.length}`)
    expect(readFileSync(file).equals(before)).toBe(true)
    await (await open([...MIGRATIONS, next])).close()
  })
})

describe('the copy before a migration', () => {
  const steps = (count: number): Migration[] => [
    ...MIGRATIONS,
    ...Array.from({ length: count }, (_, n) => {
      const version = MIGRATIONS.length + 1 + n
      return { version, name: 'more', sqlite: `CREATE TABLE more_${version} (n INTEGER) STRICT` }
    }),
  ]
  const copies = () => readdirSync(dataDir).filter((name) => /^kurir-before-.*\.db$/.test(name))
  const nameOf = (count: number) => `kurir-before-${MIGRATIONS.length + count}-from-${MIGRATIONS.length + count - 1}.db`

  test('is not made of a new store, nor of one that is up to date', async () => {
    for (let start = 0; start < 2; start++) await (await open()).close()
    expect(copies()).toEqual([])
  })

  test('holds the store as it was, for its owner alone, and can be restored', async () => {
    const lines: string[] = []
    const told = pino({}, { write: (line: string) => void lines.push(line) })
    const first = await open()
    await first.access.createTenant(tenant)
    await first.close()
    await (await openSqliteStore({ dataDir, clock: systemClock, logger: told, migrations: steps(1) })).close()
    const copy = join(dataDir, nameOf(1))
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    expect(lines.map((line) => (JSON.parse(line) as { copy?: string }).copy)).toEqual([copy, copy])
    const back = join(root, 'back')
    restoreBackup({ file: copy, dataDir: back, resend: false, now: 1, logger })
    const restored = await openSqliteStore({ dataDir: back, clock: systemClock, logger })
    expect(await restored.access.getTenant(tenant.id)).toEqual(tenant)
    await restored.close()
    expect(readdirSync(back).filter((name) => name.startsWith('kurir-before'))).toEqual([])
  })

  test('the newest three stay', async () => {
    for (let count = 0; count <= 4; count++) {
      await (await open(steps(count))).close()
      // Copies made within one tick of the file system's clock would have no order.
      if (count > 0) utimesSync(join(dataDir, nameOf(count)), count, count)
    }
    expect(copies().sort()).toEqual([nameOf(2), nameOf(3), nameOf(4)])
    expect(readdirSync(dataDir).filter((name) => name.endsWith('.sha256'))).toHaveLength(3)
  })

  test('that cannot be made refuses the start and leaves the store as it was', async () => {
    const store = await open()
    await store.access.createTenant(tenant)
    await store.close()
    mkdirSync(join(dataDir, nameOf(1)))
    const failure = await open(steps(1)).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationCopyError)
    expect(String(failure)).toContain(`no copy of it could be made first as ${join(dataDir, nameOf(1))}`)
    const before = await open()
    expect(await before.access.getTenant(tenant.id)).toEqual(tenant)
    await before.close()
    rmSync(join(dataDir, nameOf(1)), { recursive: true })
    await (await open(steps(1))).close()
  })

  test('of a migration that failed is made anew, and takes no more room', async () => {
    await (await open()).close()
    const broken = [...steps(0), { version: MIGRATIONS.length + 1, name: 'broken', sqlite: 'CREATE NONSENSE' }]
    for (let start = 0; start < 3; start++) await expect(open(broken)).rejects.toThrow('syntax error')
    writeFileSync(join(dataDir, `${nameOf(1)}.part`), 'left by a killed process')
    await (await open(steps(1))).close()
    expect(copies()).toEqual([nameOf(1)])
    expect(readdirSync(dataDir).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

test('a file that is no database is refused, not overwritten', async () => {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, DATABASE_FILE)
  writeFileSync(file, 'this is somebody else\u2019s file, and it is long enough to have a header of its own'.repeat(20))
  const before = readFileSync(file)
  await expect(open()).rejects.toThrow('not a database')
  expect(readFileSync(file).equals(before)).toBe(true)
})
