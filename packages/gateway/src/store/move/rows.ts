import { createHash } from 'node:crypto'

/** A column's value in both databases. */
export type Value = string | number | null | Uint8Array
/** The values of a row, in the order of its table's columns. */
export type Row = Value[]

/** A table that both databases have. */
export interface Table {
  name: string
  columns: { name: string; type: 'text' | 'bigint' | 'bytea' }[]
  /** Positions in `columns` of the primary key, in its order. */
  key: number[]
  /** The column that numbers rows by itself, if there is one, and the highest number that it has given. */
  counter: { column: string; last: number } | undefined
}

/** Reads a table in pieces, in the order of its key. */
export interface RowReader {
  /** The next rows behind the key `after` (undefined: from the first), `limit` at most. */
  read(table: Table, after: Row | undefined, limit: number): Row[] | Promise<Row[]>
}

/** A row's own key. */
function keyOf(table: Table, row: Row): Row {
  return table.key.map((position) => row[position] ?? null)
}

/** All rows of a table, in pieces of `limit`, from behind a key on. */
export async function* pieces(
  reader: RowReader,
  table: Table,
  limit: number,
  from?: Row,
): AsyncGenerator<{ rows: Row[]; last: Row }> {
  let after = from
  for (;;) {
    const rows = await reader.read(table, after, limit)
    const end = rows.at(-1)
    if (!end) return
    after = keyOf(table, end)
    yield { rows, last: after }
  }
}

/** How many rows a table has, and the SHA-256 of all of them in hexadecimal. */
export async function digest(
  reader: RowReader,
  table: Table,
  limit: number,
): Promise<{ rows: number; checksum: string }> {
  const hash = createHash('sha256')
  let count = 0
  for await (const { rows } of pieces(reader, table, limit)) {
    for (const row of rows) hash.update(`${JSON.stringify(row.map(plain))}\n`)
    count += rows.length
  }
  return { rows: count, checksum: hash.digest('hex') }
}

/** Bytes look different in the two drivers. */
function plain(value: Value): string | number | null | { bytes: string } {
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value
}
