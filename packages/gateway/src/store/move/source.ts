import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { MIGRATIONS } from '../migrations/all.ts'
import type { SqlValue } from '../sql/driver.ts'
import { DATABASE_FILE, lockDirectory } from '../sqlite/directory.ts'
import { type Driver, openDriver } from '../sqlite/driver.ts'
import { refuseNewerStore, schemaVersion } from '../sqlite/migrate.ts'
import { MoveError } from './move-error.ts'
import type { Row, RowReader, Table } from './rows.ts'

const TABLES = `
  SELECT name FROM sqlite_schema
  WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' AND name <> 'schema_migration' ORDER BY rowid`
const COLUMNS = 'SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid'
const COUNTER = 'SELECT seq FROM sqlite_sequence WHERE name = ?'
const TYPES = { TEXT: 'text', INTEGER: 'bigint', BLOB: 'bytea' } as const

/** A SQLite database that nobody else uses as long as this is open. */
export class Source implements RowReader {
  readonly dataDir: string
  readonly #driver: Driver
  readonly #lock: { release(): void }

  private constructor(dataDir: string, driver: Driver, lock: { release(): void }) {
    this.dataDir = dataDir
    this.#driver = driver
    this.#lock = lock
  }

  /**
   * Opens a data directory, or the `kurir.db` in one. Throws {@link MoveError} where there is none or its schema is not
   * this binary's, and `DataDirectoryError` where a gateway is running on it.
   */
  static open(path: string, logger: Logger): Source {
    const dataDir = basename(path) === DATABASE_FILE ? dirname(path) : path
    const file = join(dataDir, DATABASE_FILE)
    if (!existsSync(file)) throw new MoveError(`There is no ${file}`)
    const lock = lockDirectory(dataDir, logger)
    let driver: Driver | undefined
    try {
      driver = openDriver(file, { busyMs: 5_000 })
      refuseNewerStore(driver, MIGRATIONS, file)
      const found = schemaVersion(driver)
      const wanted = MIGRATIONS.at(-1)?.version ?? 0
      if (found !== wanted) {
        throw new MoveError(
          `${file} has schema version ${found}, and only version ${wanted} can be moved: start this release on it once, and stop it again`,
        )
      }
      return new Source(dataDir, driver, lock)
    } catch (error) {
      driver?.close()
      lock.release()
      throw error
    }
  }

  /** Every table, those that others refer to first. */
  tables(): Table[] {
    // Tables were created in an order in which each refers to earlier ones only.
    return this.#driver
      .prepare<[], { name: string }>(TABLES)
      .all()
      .map(({ name }) => this.#table(name))
  }

  #table(name: string): Table {
    const found = this.#driver.prepare<[string], { name: string; type: string; pk: number }>(COLUMNS).all(name)
    const key = found.map(({ pk }, position) => ({ pk, position })).filter(({ pk }) => pk > 0)
    key.sort((one, other) => one.pk - other.pk)
    const last = this.#driver.prepare<[string], { seq: number }>(COUNTER).get(name)?.seq
    const [first] = key
    const column = first && found[first.position]?.name
    return {
      name,
      columns: found.map((each) => ({ name: each.name, type: typeOf(name, each) })),
      key: key.map(({ position }) => position),
      counter: last !== undefined && column ? { column, last } : undefined,
    }
  }

  count({ name }: Table): number {
    return this.#driver.prepare<[], { rows: number }>(`SELECT count(*) AS rows FROM "${name}"`).get()?.rows ?? 0
  }

  read({ name, columns, key }: Table, after: Row | undefined, limit: number): Row[] {
    const keys = key.map((position) => `"${columns[position]?.name}"`).join(', ')
    const behind = after ? `WHERE (${keys}) > (${after.map(() => '?').join(', ')})` : ''
    return this.#driver
      .prepare<SqlValue[], Record<string, SqlValue>>(`SELECT * FROM "${name}" ${behind} ORDER BY ${keys} LIMIT ?`)
      .all(...(after ?? []), limit)
      .map((row) => columns.map((column, position) => storable(row[column.name] ?? null, key.includes(position))))
  }

  close(): void {
    this.#driver.close()
    this.#lock.release()
  }
}

/** PostgreSQL takes no NUL in a text; what a stranger put into his name must not stop a move. */
function storable(value: SqlValue, isKey: boolean): SqlValue {
  return typeof value === 'string' && !isKey ? value.replaceAll('\0', '') : value
}

function typeOf(table: string, { name, type }: { name: string; type: string }): Table['columns'][number]['type'] {
  if (type === 'TEXT' || type === 'INTEGER' || type === 'BLOB') return TYPES[type]
  throw new MoveError(`The column ${name} of ${table} has the unknown type ${type}`)
}
