import type { Logger } from 'pino'
import type { Clock } from '../../core/clock.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import type { Migration } from '../migrations/migration.ts'
import { Keyring, type MasterKeySource } from '../sealing/keyring.ts'
import { assembleStore } from '../sql/assemble.ts'
import { checkMasterKey } from '../sql/encryption.ts'
import type { Store } from '../store.ts'
import type { Connection, Connector } from './connection.ts'
import { driverOver } from './driver.ts'
import { Heartbeat } from './heartbeat.ts'
import { giveBackLease, prepareLease, takeLease } from './lease.ts'
import { migratePostgres } from './migrate.ts'
import { Readers } from './readers.ts'
import { sqlDriver } from './sql-driver.ts'
import { PgTransactions } from './transactions.ts'
import { refuseUnfinishedMove } from './unfinished-move.ts'

export interface PostgresOptions {
  connector: Connector
  clock: Clock
  logger: Logger
  /** Let the server keep plans under names: not behind a pooler in transaction mode. */
  isPrepared: boolean
  /** Secrets are encrypted under it; null or absent: they are stored as they are. */
  masterKey?: MasterKeySource | null
  /** Another process has taken the database over; nothing is written from here any more. */
  onLost?: () => void
  /** Steps of the schema; the default is all that this binary knows. */
  migrations?: readonly Migration[]
}

/** A server that is asleep or busy is waited for; later ones are made while callers wait. */
const FIRST_CONNECT_MS = 10_000

/**
 * Opens the store, takes the database for this process and brings its schema up to date. Throws
 * {@link DatabaseInUseError}, {@link StoreTooNewError}, {@link MasterKeyError} and {@link OutageError}; their messages
 * are for the operator.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { connector, clock, logger, isPrepared, migrations = MIGRATIONS } = options
  const keyring = options.masterKey ? new Keyring(options.masterKey) : null
  const connection = await connector.connect(() => undefined, FIRST_CONNECT_MS)
  const readers = new Readers(connector)
  const driver = sqlDriver(readers, isPrepared)
  let token: number | undefined
  try {
    const plain = driverOver(connection)
    await refuseUnfinishedMove(plain)
    await prepareLease(plain)
    token = await takeLease(connection, (ms) => clock.sleep(ms))
    await checkMasterKey(driver, keyring)
    await migratePostgres(plain, migrations, clock.now())
    const life = new Life({ ...options, connection, readers, token })
    const database = {
      ...{ driver, transactions: life.transactions, fault: () => life.heartbeat.fault() },
      compact: async () => undefined,
      close: () => life.close(),
    }
    return await assembleStore(database, { clock, logger, keyring }).catch(async (error: unknown) => {
      await life.close()
      throw error
    })
  } catch (error) {
    if (token !== undefined) await giveBackLease(connection, token).catch(() => undefined)
    await Promise.allSettled([readers.close(), connection.close()])
    throw error
  }
}

interface LifeOptions extends PostgresOptions {
  connection: Connection
  readers: Readers
  token: number
}

/** The connections of an open store, and what watches over them. */
class Life {
  readonly transactions: PgTransactions
  readonly heartbeat: Heartbeat
  private readonly options: LifeOptions

  constructor(options: LifeOptions) {
    this.options = options
    const { connector, connection, token, logger, readers, onLost } = options
    this.transactions = new PgTransactions({
      ...{ connector, token },
      fault: () => this.heartbeat.fault(),
      onFenced: () => this.heartbeat.lose(),
    })
    this.heartbeat = new Heartbeat({
      ...{ connector, connection, token, logger },
      onDown: () => {
        this.transactions.drop()
        readers.drop()
      },
      onLost: () => onLost?.(),
    })
  }

  async close(): Promise<void> {
    const connection = await this.heartbeat.stop()
    if (connection) {
      // Without it the next process waits until the lease is over.
      await giveBackLease(connection, this.options.token).catch(() => undefined)
    }
    await Promise.allSettled([this.transactions.close(), this.options.readers.close(), connection?.close()])
  }
}
