import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import type { Migration } from '../migrations/migration.ts'
import { Keyring, type MasterKeySource } from '../sealing/keyring.ts'
import { assembleStore, type Database } from '../sql/assemble.ts'
import type { Driver as SqlDriver } from '../sql/driver.ts'
import { checkMasterKey } from '../sql/encryption.ts'
import type { Store } from '../store.ts'
import { copiesIn, copyBeforeMigration, forgetOldCopies } from './copy-before-migration.ts'
import { DATABASE_FILE, lockDirectory, prepareDirectory, prepareFile } from './directory.ts'
import { asyncDriver, type Driver, openDriver, transactionsOf } from './driver.ts'
import { migrate, refuseNewerStore, schemaVersion } from './migrate.ts'
import { refuseMovedStore } from './moved.ts'

export interface SqliteOptions {
  /** Made where absent; this process alone may use it until `close()`. */
  dataDir: string
  clock: Clock
  logger: Logger
  /** Secrets are encrypted under it; null or absent: they are stored as they are. */
  masterKey?: MasterKeySource | null
  /** Steps of the schema; the default is all that this binary knows. */
  migrations?: readonly Migration[]
}

export type SqliteStore = Store

/** What every connection is set to. WAL and FULL: what was acknowledged survives a power cut. */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA foreign_keys = ON;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA temp_store = MEMORY;
`

const PLAIN_COPIES =
  'copies of the store from before it was encrypted are still there and hold its secrets in plain: delete them once they are not needed'

/** How long a write waits for an operator's own `sqlite3` on the same file. */
const BUSY_MS = 5_000

/**
 * Opens the store, brings its schema up to date (after a copy of what is there) and locks the directory. Throws
 * {@link DataDirectoryError} (in use, moved, or on a network file system), {@link StoreTooNewError},
 * {@link MigrationCopyError} and {@link MasterKeyError}; their messages are for the operator.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { dataDir, clock, logger, migrations = MIGRATIONS } = options
  const keyring = options.masterKey ? new Keyring(options.masterKey) : null
  prepareDirectory(dataDir, logger)
  const lock = lockDirectory(dataDir, logger)
  let driver: Driver | undefined
  try {
    refuseMovedStore(dataDir)
    const file = join(dataDir, DATABASE_FILE)
    prepareFile(file, logger)
    driver = openDriver(file, { busyMs: BUSY_MS })
    refuseNewerStore(driver, migrations, file)
    const shared = asyncDriver(driver)
    await checkMasterKey(shared, keyring)
    driver.exec(SETTINGS)
    assertSettings(driver)
    await copyBeforeMigration({ dataDir, from: schemaVersion(driver), migrations, now: clock.now(), logger })
    migrate(driver, migrations, clock.now())
    forgetOldCopies(dataDir)
    const compact = async () => {
      driver?.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
      const copies = copiesIn(dataDir)
      if (copies.length > 0) logger.warn({ copies }, PLAIN_COPIES)
    }
    return await assembleStore({ ...databaseOf(driver, shared, lock), compact }, { clock, logger, keyring })
  } catch (error) {
    driver?.close()
    lock.release()
    throw error
  }
}

/** A build or a file system that ignores a setting would lose acknowledged messages: better not to start. */
function assertSettings(driver: Driver): void {
  const wanted = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 }
  for (const [name, value] of Object.entries(wanted)) {
    const found = driver.prepare<[], Record<string, unknown>>(`PRAGMA ${name}`).get()?.[name]
    if (found !== value) throw new Error(`SQLite does not take PRAGMA ${name} = ${value}: it is ${String(found)}`)
  }
}

function databaseOf(driver: Driver, shared: SqlDriver, lock: { release(): void }): Omit<Database, 'compact'> {
  return {
    driver: shared,
    transactions: transactionsOf(driver),
    fault: () => null,
    close: async () => {
      driver.close()
      lock.release()
    },
  }
}
