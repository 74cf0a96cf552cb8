import type { Logger } from 'pino'
import { SEALED, type SealedColumn } from '../sealing/columns.ts'
import { type Keyring, MasterKeyError } from '../sealing/keyring.ts'
import type { Place, Sealer } from '../sealing/sealer.ts'
import type { Driver, SqlValue } from './driver.ts'
import type { GroupCommit } from './group-commit.ts'
import { DataKeyTable } from './tables/data-key.ts'
import { MasterKeyTable } from './tables/master-key.ts'

const EXISTS = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'master_key'`
const ANSWER = Buffer.from('this is the right master key')
const AAD = 'known answer'
/** Rows per transaction of the conversion, and data keys per transaction of a rotation. */
const BATCH = 200

export interface EncryptionTables {
  dataKeys: DataKeyTable
  masterKey: MasterKeyTable
}

/**
 * Whether the configured keys fit the store. Throws {@link MasterKeyError} where it is encrypted and they do not, or
 * there are none. Writes nothing.
 */
export function checkMasterKey(driver: Driver, keyring: Keyring | null): void {
  if (!driver.prepare<[]>(EXISTS).get()) return
  const row = new MasterKeyTable(driver).load()
  if (!row) return
  if (!keyring) {
    throw new MasterKeyError(
      'The store is encrypted: KURIR_MASTER_KEY or KURIR_MASTER_KEY_FILE is needed. Nothing was changed.',
    )
  }
  const missing = [row.kek, ...new DataKeyTable(driver, () => 0).keks()].find((kek) => !keyring.has(kek))
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
 */
export function turnOn(driver: Driver, keyring: Keyring, sealer: Sealer, now: number, logger: Logger): void {
  const tables = { dataKeys: new DataKeyTable(driver, () => now), masterKey: new MasterKeyTable(driver) }
  const before = tables.masterKey.load()
  if (!before) saveAnswer(tables, keyring, 'converting', now)
  if (before?.state !== 'on') {
    const converted = convert(driver, sealer)
    // What was plain must not stay in free pages or in the log of changes.
    if (converted > 0) driver.exec('VACUUM')
    driver.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    saveAnswer(tables, keyring, 'on', now)
    if (converted > 0) logger.info({ values: converted }, 'the store was encrypted')
  }
  while (inTransaction(driver, () => rewrapSome(tables, keyring, sealer)) === BATCH) {
    // The next batch.
  }
  if (tables.masterKey.load()?.kek !== keyring.current) saveAnswer(tables, keyring, 'on', now)
}

/**
 * Reads the master keys again and re-wraps every data key under the first of them, while all else goes on. Answers how
 * many it re-wrapped. Throws {@link MasterKeyError} where the keys cannot be read.
 */
export async function rotateMasterKey(
  writer: GroupCommit,
  tables: EncryptionTables,
  { keyring, sealer, now }: { keyring: Keyring; sealer: Sealer; now: () => number },
): Promise<number> {
  keyring.reload()
  let total = 0
  for (;;) {
    const count = await writer.write(() => rewrapSome(tables, keyring, sealer))
    total += count
    if (count < BATCH) break
  }
  await writer.write(() => saveAnswer(tables, keyring, 'on', now()))
  return total
}

function saveAnswer(tables: EncryptionTables, keyring: Keyring, state: 'converting' | 'on', now: number): void {
  const { kek, wrapped } = keyring.wrap(ANSWER, AAD)
  tables.masterKey.save({ kek, answer: wrapped, state }, now)
}

function rewrapSome({ dataKeys }: EncryptionTables, keyring: Keyring, sealer: Sealer): number {
  const rows = dataKeys.underOthers(keyring.current, BATCH)
  for (const row of rows) dataKeys.update(sealer.rewrap(row))
  return rows.length
}

function convert(driver: Driver, sealer: Sealer): number {
  let total = 0
  for (const column of Object.values<SealedColumn>(SEALED)) total += convertColumn(driver, sealer, column)
  return total
}

type PlainRow = Record<string, SqlValue>

function convertColumn(driver: Driver, sealer: Sealer, column: SealedColumn): number {
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
    const rows = page.all(...cursor)
    total += inTransaction(driver, () => {
      let changed = 0
      for (const row of rows) {
        const value = sealed(sealer, column, row)
        if (value !== row[column.column]) changed += update.run(value, ...valuesOf(row, id))
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

function inTransaction<T>(driver: Driver, work: () => T): T {
  driver.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    driver.exec('COMMIT')
    return result
  } catch (error) {
    if (driver.inTransaction) driver.exec('ROLLBACK')
    throw error
  }
}
