import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import type { MasterKeySource } from './sealing/keyring.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  dataDir: string
  /** A PostgreSQL server; null: SQLite in the data directory. */
  database: { url: string; isPrepared: boolean } | null
  masterKey: MasterKeySource | null
  clock: Clock
  logger: Logger
  /** Another process has taken the database over; nothing is written from here any more. */
  onLost: () => void
}

/** How long a start waits for a server that does not answer yet. */
const WAIT_MS = 30_000

/** Opens the configured store; see `openSqliteStore` and `openPostgresStore`. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, database, masterKey, clock, logger, onLost } = options
  if (!database) {
    const { openSqliteStore } = await import('./sqlite/open.ts')
    return openSqliteStore({ dataDir, clock, logger, masterKey })
  }
  const { openPostgresStore } = await import('./postgres/open.ts')
  const { serverConnector } = await import('./postgres/connection.ts')
  const { LineRefusedError } = await import('./postgres/line.ts')
  const { OutageError } = await import('./postgres/outage.ts')
  const { url, isPrepared } = database
  for (const until = performance.now() + WAIT_MS; ; ) {
    try {
      return await openPostgresStore({ connector: serverConnector(url), clock, logger, isPrepared, masterKey, onLost })
    } catch (error) {
      const isWorthWaiting = error instanceof OutageError && !(error instanceof LineRefusedError)
      if (!isWorthWaiting || performance.now() > until) throw error
      logger.warn({ code: error.code }, 'PostgreSQL cannot be used yet; trying again')
      await clock.sleep(1_000)
    }
  }
}
