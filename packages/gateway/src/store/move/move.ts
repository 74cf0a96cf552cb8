import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { connectPostgres } from '../postgres/driver.ts'
import { readMoveMark, writeMoveMark } from '../sqlite/moved.ts'
import { MoveError } from './move-error.ts'
import { digest, pieces, type Table } from './rows.ts'
import { Source } from './source.ts'
import { type Position, Target } from './target.ts'

interface MoveOptions {
  /** A data directory, or the `kurir.db` in one. */
  from: string
  /** `postgres://…`, an empty database. */
  to: string
  /** Recorded with the schema's steps (milliseconds). */
  now: number
  logger: Logger
  /** Called after every piece. */
  onProgress?(progress: MoveProgress): void
  /** Rows in one transaction. */
  pieceRows?: number
}

/** Rows copied so far, also by earlier runs of the same move. */
export interface MoveProgress {
  table: string
  rows: number
  total: number
}

/** What was copied, each table compared in both databases. */
interface MoveSummary {
  rows: number
  tables: { name: string; rows: number; checksum: string }[]
}

const PIECE_ROWS = 500

/**
 * Copies a SQLite database to PostgreSQL. Killed on the way, it goes on where it was when it is run again; until it has
 * ended neither database can be opened by a gateway, and afterwards only the new one. Throws {@link MoveError} and
 * `DataDirectoryError`, with messages for the operator; the rows of the source are never changed.
 */
export async function moveStore(options: MoveOptions): Promise<MoveSummary> {
  const place = placeOf(options.to)
  const source = Source.open(options.from, options.logger)
  try {
    const driver = await connectPostgres(options.to)
    try {
      return await run(source, new Target(driver), place, options)
    } finally {
      await driver.close()
    }
  } finally {
    source.close()
  }
}

async function run(source: Source, target: Target, place: string, options: MoveOptions): Promise<MoveSummary> {
  const known = readMoveMark(source.dataDir)
  if (known?.state === 'moved')
    throw new MoveError(`The database in ${source.dataDir} was moved to ${known.to} already`)
  const id = known?.id ?? randomUUID()
  // Before the target is touched: a move that is killed right after must find itself again.
  writeMoveMark(source.dataDir, { id, state: 'moving', to: place })
  const begun = await begin(source, target, known !== undefined, id, options.now)
  // One that was killed at its very end may have been opened by a gateway since.
  const summary = begun.state === 'done' ? { rows: begun.rows, tables: [] } : await fill(source, target, begun, options)
  writeMoveMark(source.dataDir, { id, state: 'moved', to: place })
  return summary
}

async function fill(source: Source, target: Target, begun: Position, options: MoveOptions): Promise<MoveSummary> {
  const limit = options.pieceRows ?? PIECE_ROWS
  const tables = source.tables()
  const step = await copy(source, target, tables, begun, limit, options.onProgress)
  const summary = await compare(source, target, tables, limit)
  await target.finish(tables, step)
  return summary
}

async function begin(source: Source, target: Target, isKnown: boolean, id: string, now: number): Promise<Position> {
  try {
    return await target.begin(id, now)
  } catch (error) {
    // A refusal leaves the source as it was; of any other failure nobody knows how far it came.
    if (!isKnown && error instanceof MoveError) writeMoveMark(source.dataDir, undefined)
    throw error
  }
}

async function copy(
  source: Source,
  target: Target,
  tables: Table[],
  begun: Position,
  limit: number,
  onProgress: MoveOptions['onProgress'],
): Promise<number> {
  const total = tables.reduce((sum, table) => sum + source.count(table), 0)
  const first = tables.findIndex(({ name }) => name === begun.table)
  let { step, rows: done } = begun
  for (const table of tables.slice(Math.max(first, 0))) {
    const after = table.name === begun.table ? begun.after : undefined
    for await (const { rows, last } of pieces(source, table, limit, after)) {
      step = await target.write(table, rows, last, step)
      done += rows.length
      onProgress?.({ table: table.name, rows: done, total })
    }
  }
  return step
}

async function compare(source: Source, target: Target, tables: Table[], limit: number): Promise<MoveSummary> {
  const summary: MoveSummary = { rows: 0, tables: [] }
  for (const table of tables) {
    const [there, here] = await Promise.all([digest(source, table, limit), digest(target, table, limit)])
    if (there.rows !== here.rows || there.checksum !== here.checksum) {
      throw new MoveError(
        `The copy of ${table.name} is not the same: ${there.rows} rows became ${here.rows}. Make the new database anew and start again; delete moved.json in ${source.dataDir} before`,
      )
    }
    summary.rows += here.rows
    summary.tables.push({ name: table.name, ...here })
  }
  return summary
}

/** Host and database, which may be shown. */
function placeOf(url: string): string {
  const parsed = URL.parse(url)
  if (parsed?.protocol !== 'postgres:' && parsed?.protocol !== 'postgresql:') {
    throw new MoveError('The target is not an address of PostgreSQL: postgres://user:password@host:5432/database')
  }
  return `${parsed.host}${parsed.pathname}`
}
