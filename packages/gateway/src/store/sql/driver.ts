/** What a statement binds. Booleans are 0/1, times integers (ms), JSON texts. */
export type SqlValue = string | number | null | Uint8Array
/** Values by position (`?`), or one object of values by name (`@name`). */
export type Bindings = SqlValue[] | [Record<string, SqlValue>]

export interface Statement<B extends Bindings, Row> {
  /** Number of rows changed. */
  run(...values: B): Promise<number>
  /** Runs in its place among the others and answers nothing, so that nobody waits for it: a failure fails the unit. */
  post(...values: B): void
  /** Runs an INSERT of one row and answers its `row_no`. */
  insert(...values: B): Promise<number>
  get(...values: B): Promise<Row | undefined>
  all(...values: B): Promise<Row[]>
}

/**
 * All that the tables ask of a database. Statements are SQLite's, which PostgreSQL understands as well with its own
 * placeholders; where the two differ, `pick` has one text for each.
 */
export interface Driver {
  prepare<B extends Bindings, Row = unknown>(sql: string): Statement<B, Row>
  pick(texts: { sqlite: string; postgres: string }): string
}
