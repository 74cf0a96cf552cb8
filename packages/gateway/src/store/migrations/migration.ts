/** One numbered step of the schema. Once released it is never edited: a change is a new step. */
export interface Migration {
  /** 1, 2, 3, … without gaps. */
  version: number
  name: string
  /** Statements for SQLite; the runner gives the transaction. */
  sqlite: string
  /** The part of `sqlite` that PostgreSQL gets, where not all: `postgres/translate.ts` puts it into its words. */
  postgres?: string
}

/** The store was written by a newer Kurir; it was left as it is. */
export class StoreTooNewError extends Error {
  override readonly name = 'StoreTooNewError'
}
