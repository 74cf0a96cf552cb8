import Database from 'better-sqlite3'
import type { Bindings, Driver as SqlDriver, Statement as SqlStatement } from '../sql/driver.ts'
import type { Transactions } from '../sql/group-commit.ts'

/** Failures of the disk or the file, not of the unit. */
const DISK = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|BUSY|LOCKED|PROTOCOL)/

interface Statement<B extends Bindings, Row> {
  /** Number of rows changed. */
  run(...values: B): number
  /** Runs an INSERT of one row and answers its integer key: far cheaper in SQLite than RETURNING. */
  insert(...values: B): number
  get(...values: B): Row | undefined
  all(...values: B): Row[]
}

/** All that the store asks of a SQLite library, synchronously and on one connection. */
export interface Driver {
  /** The compiled statement; compiled once per text. */
  prepare<B extends Bindings, Row = unknown>(sql: string): Statement<B, Row>
  exec(sql: string): void
  /** False outside a transaction, also after SQLite rolled one back by itself. */
  readonly inTransaction: boolean
  close(): void
}

/** Opens the file (created when absent) with better-sqlite3. `busyMs`: how long to wait for another process's lock. */
export function openDriver(file: string, options: { busyMs: number }): Driver {
  const database = new Database(file, { timeout: options.busyMs })
  const compiled = new Map<string, unknown>()
  return {
    prepare<B extends Bindings, Row>(sql: string): Statement<B, Row> {
      const known = compiled.get(sql)
      if (known) return known as Statement<B, Row>
      const statement = database.prepare<unknown[], Row>(sql)
      const made: Statement<B, Row> = {
        run: (...values) => statement.run(...values).changes,
        insert: (...values) => Number(statement.run(...values).lastInsertRowid),
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
      }
      compiled.set(sql, made)
      return made
    },
    exec: (sql) => void database.exec(sql),
    get inTransaction() {
      return database.inTransaction
    },
    close: () => void database.close(),
  }
}

/** Whether an error is SQLite's own; `code` as in https://sqlite.org/rescode.html. */
export function isSqliteError(error: unknown): error is Error & { code: string } {
  return error instanceof Database.SqliteError
}

/** The same driver as the tables use it; each promise is settled already. */
export function asyncDriver(driver: Driver): SqlDriver {
  return {
    prepare<B extends Bindings, Row>(sql: string): SqlStatement<B, Row> {
      const statement = driver.prepare<B, Row>(sql)
      return {
        run: async (...values) => statement.run(...values),
        post: (...values) => void statement.run(...values),
        insert: async (...values) => statement.insert(...values),
        get: async (...values) => statement.get(...values),
        all: async (...values) => statement.all(...values),
      }
    },
    pick: ({ sqlite }) => sqlite,
  }
}

/** Transactions on the connection. Readers share it, and see what is not committed yet. */
export function transactionsOf(driver: Driver): Transactions {
  // IMMEDIATE: a deferred transaction that turns into a writer fails with SQLITE_BUSY without waiting.
  const begin = driver.prepare<[]>('BEGIN IMMEDIATE')
  const commit = driver.prepare<[]>('COMMIT')
  const rollback = driver.prepare<[]>('ROLLBACK')
  const savepoint = driver.prepare<[]>('SAVEPOINT unit')
  const release = driver.prepare<[]>('RELEASE unit')
  const undo = driver.prepare<[]>('ROLLBACK TO unit')
  const outageOf = (error: unknown) => (isSqliteError(error) && DISK.test(error.code) ? error.code : undefined)
  return {
    begin: async () => void begin.run(),
    commit: async () => void commit.run(),
    rollback: async () => void rollback.run(),
    run: (unit) => unit(),
    nest: async (unit) => {
      savepoint.run()
      try {
        const result = await unit()
        release.run()
        return result
      } catch (error) {
        if (outageOf(error) === undefined && driver.inTransaction) {
          undo.run()
          release.run()
        }
        throw error
      }
    },
    get isOpen() {
      return driver.inTransaction
    },
    readsShareIt: true,
    outageOf,
  }
}
