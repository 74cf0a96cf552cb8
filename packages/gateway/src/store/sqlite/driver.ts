import Database from 'better-sqlite3'

/** What SQLite can bind. Booleans are 0/1, times integers (ms), JSON texts. */
export type SqlValue = string | number | null | Uint8Array
/** Values by position (`?`), or one object of values by name (`@name`). */
type Bindings = SqlValue[] | [Record<string, SqlValue>]

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
