import type { PgDriver } from './driver.ts'

/** The row about the move that fills or has filled a database. */
export const CREATE_MOVE = `
  CREATE TABLE store_move (
    id SMALLINT PRIMARY KEY CHECK (id = 1),
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    step BIGINT NOT NULL,
    table_name TEXT,
    cursor TEXT,
    rows BIGINT NOT NULL
  )`

/** Whether the database knows of a move at all. */
export async function hasMove(driver: PgDriver): Promise<boolean> {
  const [[found] = []] = await driver.rows("SELECT to_regclass('store_move')::text")
  return typeof found === 'string'
}

/** Throws where a move into this database was begun and has not ended: half of the rows are missing. */
export async function refuseUnfinishedMove(driver: PgDriver): Promise<void> {
  if (!(await hasMove(driver))) return
  const [[state] = []] = await driver.rows('SELECT state FROM store_move')
  if (state === 'done') return
  throw new Error(
    'A move into this database has not ended. Run it again to finish it, or make the database anew. Nothing was changed.',
  )
}
