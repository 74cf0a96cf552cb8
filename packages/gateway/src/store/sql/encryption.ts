import type { Logger } from 'pino'
import { SEALED, type SealedColumn } from '../sealing/columns.ts'
import { type Keyring, MasterKeyError } from '../sealing/keyring.ts'
import type { Place, Sealer } from '../sealing/sealer.ts'
import type { Driver, SqlValue } from './driver.ts'
import type { GroupCommit } from './group-commit.ts'
import { DataKeyTable } from './tables/data-key.ts'
import { MasterKeyTable } from './tables/master-key.ts'

const EXISTS = {
  sqlite: `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'master_key'`,
  postgres: `SELECT 1 WHERE to_regclass('master_key') IS NOT NULL`,
}
const ANSWER = Buffer.from('this is the right master key')
const AAD = 'known answer'
/** Rows per transaction of the conversion, and data keys per transaction of a rotation. */
const BATCH = 200

interface EncryptionTables {
  dataKeys: DataKeyTable
  masterKey: MasterKeyTable
}

export interface EncryptionParts {
  writer: GroupCommit
  driver: Driver
  tables: EncryptionTables
  keyring: Keyring
  sealer: Sealer
  now: () => number
}

/**
 * Whether the configured keys fit the store. Throws {@link MasterKeyError} where it is encrypted and they do not, or
 * there are none. Writes nothing.
 */
export async function checkMasterKey(driver: Driver, keyring: Keyring | null): Promise<void> {
  if (!(await driver.prepare<[]>(driver.pick(EXISTS)).get())) return
  const row = await new MasterKeyTable(driver).load()
  if (!row) return
  if (!keyring) {
    throw new MasterKeyError(
      'The store is encrypted: KURIR_MASTER_KEY or KURIR_MASTER_KEY_FILE is needed. Nothing was changed.',
    )
  }
  const missing = [row.kek, ...(await new DataKeyTable(driver).keks())].find((kek) => !keyring.has(kek))
  if (missing) {
    throw new MasterKeyError(
      `The master key is not the one that the store is encrypted with (${missing}); after a rotation that was cut short both are needed. Nothing was changed.`,
    )
  }
  keyring.unwrap({ kek: row.kek, wrapped: row.answer }, AAD)
}

/**
 * Leaves the store encrypted under the current master key: encrypts what is plain and re-wraps what an older key
 * wraps, in small transactions; cut short, the next start goes on. Takes a while for a large store, the first time.
 * `compact` then takes what was plain out of free pages and logs.
 */
export async function turnOn(parts: EncryptionParts, compact: () => Promise<void>, logger: Logger): Promise<void> {
  const { writer, tables, keyring, now } = parts
  const before = await writer.read(() => tables.masterKey.load())
  if (!before) await writer.write(() => saveAnswer(tables, keyring, 'converting', now()))
  if (before?.state !== 'on') {
    const converted = await convert(parts)
    if (converted > 0) await compact()
    await writer.write(() => saveAnswer(tables, keyring, 'on', now()))
    if (converted > 0) logger.info({ values: converted }, 'the store was encrypted')
  }
  await rewrap(parts)
  const after = await writer.read(() => tables.masterKey.load())
  if (after?.kek !== keyring.current) await writer.write(() => saveAnswer(tables, keyring, 'on', now()))
}

/**
 * Reads the master keys again and re-wraps every data key under the first of them, while all else goes on. Answers how
 * many it re-wrapped. Throws {@link MasterKeyError} where the keys cannot be read.
 */
export async function rotateMasterKey(parts: EncryptionParts): Promise<number> {
  const { writer, tables, keyring, now } = parts
  keyring.reload()
  const total = await rewrap(parts)
  await writer.write(() => saveAnswer(tables, keyring, 'on', now()))
  return total
}

async function rewrap({ writer, tables, keyring, sealer }: EncryptionParts): Promise<number> {
  for (let total = 0; ; ) {
    const count = await writer.write(() => rewrapSome(tables, keyring, sealer))
    total += count
    if (count < BATCH) return total
  }
}

async function saveAnswer(
  tables: EncryptionTables,
  keyring: Keyring,
  state: 'converting' | 'on',
  now: number,
): Promise<void> {
  const { kek, wrapped } = keyring.wrap(ANSWER, AAD)
  await tables.masterKey.save({ kek, answer: wrapped, state }, now)
}

async function rewrapSome({ dataKeys }: EncryptionTables, keyring: Keyring, sealer: Sealer): Promise<number> {
  const rows = await dataKeys.underOthers(keyring.current, BATCH)
  for (const row of rows) await dataKeys.update(sealer.rewrap(row))
  return rows.length
}

async function convert(parts: EncryptionParts): Promise<number> {
  let total = 0
  for (const column of Object.values<SealedColumn>(SEALED)) total += await convertColumn(parts, column)
  return total
}

type PlainRow = Record<string, SqlValue>

async function convertColumn({ writer, driver, sealer }: EncryptionParts, column: SealedColumn): Promise<number> {
  const { table, owner, id } = column
  const ids = id.join(', ')
  const marks = id.map(() => '?').join(', ')
  const page = driver.prepare<SqlValue[], PlainRow>(
    `SELECT ${[...new Set([owner, ...id, column.column])].join(', ')} FROM ${table}
     WHERE (${ids}) > (${marks}) AND ${column.column} IS NOT NULL ORDER BY ${ids} LIMIT ${BATCH}`,
  )
  const update = driver.prepare<SqlValue[]>(`UPDATE ${table} SET ${column.column} = ? WHERE (${ids}) = (${marks})`)
  let cursor: SqlValue[] = id.map(() => '')
  let total = 0
  for (;;) {
    const rows = await writer.read(() => page.all(...cursor))
    total += await writer.write(async () => {
      let changed = 0
      for (const row of rows) {
        const value = sealed(sealer, column, row)
        if (value !== row[column.column]) changed += await update.run(value, ...valuesOf(row, id))
      }
      return changed
    })
    const last = rows.at(-1)
    if (!last || rows.length < BATCH) return total
    cursor = valuesOf(last, id)
  }
}

/** The value as it is stored encrypted; the same value where it is that already. */
function sealed(sealer: Sealer, column: SealedColumn, row: PlainRow): SqlValue {
  const value = row[column.column] ?? null
  const place: Place = { column, owner: String(row[column.owner]), id: valuesOf(row, column.id).map(String) }
  if (value === null || typeof value === 'number' || sealer.isSealed(value)) return value
  // A plain text may be escaped, so it is opened first.
  if (typeof value === 'string') return sealer.sealText(place, sealer.openText(place, value))
  return sealer.sealBytes(place, value)
}

function valuesOf(row: PlainRow, columns: readonly string[]): SqlValue[] {
  return columns.map((name) => row[name] ?? null)
}
