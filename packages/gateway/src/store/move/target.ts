import { MIGRATIONS } from '../migrations/all.ts'
import type { PgDriver, PgValue } from '../postgres/driver.ts'
import { migratePostgres } from '../postgres/migrate.ts'
import { CREATE_MOVE, hasMove } from '../postgres/unfinished-move.ts'
import { MoveError } from './move-error.ts'
import type { Row, RowReader, Table, Value } from './rows.ts'

/** How far a move has come. */
export interface Position {
  state: 'copying' | 'done'
  /** Counts what was written, so that two moves at once do not write over each other. */
  step: number
  /** The table that is being copied; undefined before the first. */
  table: string | undefined
  /** The key of its last copied row. */
  after: Row | undefined
  /** Rows copied in all. */
  rows: number
}

const POSITION = 'SELECT source, state, step, table_name, cursor, rows FROM store_move'
const BEGIN = "INSERT INTO store_move (id, source, state, step, rows) VALUES (1, $1, 'copying', 0, 0)"
const ADVANCE = `
  UPDATE store_move SET step = step + 1, table_name = $2, cursor = $3, rows = rows + $4
  WHERE step = $1 AND state = 'copying' RETURNING step`
const FINISH = "UPDATE store_move SET state = 'done', step = step + 1 WHERE step = $1 RETURNING step"
const TABLES = 'SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()'

/** A PostgreSQL database that is filled from another one. */
export class Target implements RowReader {
  readonly #driver: PgDriver

  constructor(driver: PgDriver) {
    this.#driver = driver
  }

  /**
   * Where the move of `source` goes on; makes the schema where it begins. Throws {@link MoveError}, having changed
   * nothing, where the database has anything that this move has not put there.
   */
  async begin(source: string, now: number): Promise<Position> {
    if (!(await hasMove(this.#driver))) {
      await this.#driver.transaction(async () => {
        const [[tables] = []] = await this.#driver.rows(TABLES)
        if (tables !== 0) throw new MoveError('The database to move to is not empty: make a new one for Kurir')
        await this.#driver.exec(CREATE_MOVE)
        await this.#driver.rows(BEGIN, [source])
      })
    }
    const [[owner, state, step, table, cursor, rows] = []] = await this.#driver.rows(POSITION)
    if (owner !== source) throw new MoveError('Another store was moved to this database: make a new one for Kurir')
    await migratePostgres(this.#driver, MIGRATIONS, now)
    return {
      state: state === 'done' ? 'done' : 'copying',
      step: Number(step),
      table: typeof table === 'string' ? table : undefined,
      after: typeof cursor === 'string' ? (JSON.parse(cursor) as Row) : undefined,
      rows: Number(rows),
    }
  }

  /** Writes rows and how far this is, both or neither, and answers the next step. */
  write(table: Table, rows: Row[], last: Row, step: number): Promise<number> {
    return this.#driver.transaction(async () => {
      const moved = await this.#driver.rows(ADVANCE, [step, table.name, JSON.stringify(last), rows.length])
      const next = nextStep(moved)
      await this.#insert(table, rows)
      return next
    })
  }

  async #insert({ name, columns }: Table, rows: Row[]): Promise<void> {
    const names = columns.map((column) => `"${column.name}"`).join(', ')
    const arrays = columns.map(({ type }, position) => `$${position + 1}::${type}[]`).join(', ')
    const values = columns.map((_, position) => rows.map((row) => row[position] ?? null))
    await this.#driver.rows(`INSERT INTO "${name}" (${names}) SELECT * FROM unnest(${arrays})`, values)
  }

  /** Sets the numbers that rows are given, and lets a gateway open the database. */
  finish(tables: Table[], step: number): Promise<void> {
    return this.#driver.transaction(async () => {
      for (const { name, counter } of tables) {
        if (!counter || counter.last < 1) continue
        const set = 'SELECT setval(pg_get_serial_sequence($1, $2), $3)'
        await this.#driver.rows(set, [`"${name}"`, counter.column, counter.last])
      }
      nextStep(await this.#driver.rows(FINISH, [step]))
    })
  }

  async read({ name, columns, key }: Table, after: Row | undefined, limit: number): Promise<Row[]> {
    const names = columns.map((column) => `"${column.name}"`).join(', ')
    const keys = key.map((position) => `"${columns[position]?.name}"`).join(', ')
    const behind = after ? `WHERE (${keys}) > (${after.map((_, at) => `$${at + 2}`).join(', ')})` : ''
    const values: Value[] = [limit, ...(after ?? [])]
    return this.#driver.rows(`SELECT ${names} FROM "${name}" ${behind} ORDER BY ${keys} LIMIT $1`, values)
  }
}

function nextStep(advanced: PgValue[][]): number {
  const step = advanced[0]?.[0]
  if (typeof step !== 'number') throw new MoveError('Another process is moving a store to this database')
  return step
}
