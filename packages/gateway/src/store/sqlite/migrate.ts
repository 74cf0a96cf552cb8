import { type Migration, StoreTooNewError } from '../migrations/migration.ts'
import type { Driver } from './driver.ts'

const CREATE = `
  CREATE TABLE IF NOT EXISTS schema_migration (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT`
const EXISTS = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'`
const LATEST = 'SELECT coalesce(max(version), 0) AS version FROM schema_migration'
const RECORD = 'INSERT INTO schema_migration (version, name, applied_at) VALUES (?, ?, ?)'

/** The schema version that the file has, 0 for a new one. Writes nothing. */
export function schemaVersion(driver: Driver): number {
  if (!driver.prepare<[]>(EXISTS).get()) return 0
  return driver.prepare<[], { version: number }>(LATEST).get()?.version ?? 0
}

/** Throws {@link StoreTooNewError} where the file knows steps that this binary does not. Writes nothing. */
export function refuseNewerStore(driver: Driver, migrations: readonly Migration[], file: string): void {
  const known = migrations.at(-1)?.version ?? 0
  const found = schemaVersion(driver)
  if (found <= known) return
  throw new StoreTooNewError(
    `${file} has schema version ${found}, and this Kurir knows ${known} at most: it was used by a newer release. Start that release, or restore a backup made before the upgrade. Nothing was changed.`,
  )
}

/** Runs the missing steps, each once and in a transaction of its own; `now` is recorded (milliseconds). */
export function migrate(driver: Driver, migrations: readonly Migration[], now: number): void {
  driver.exec(CREATE)
  const from = schemaVersion(driver)
  for (const step of migrations) {
    if (step.version <= from) continue
    driver.exec('BEGIN IMMEDIATE')
    try {
      driver.exec(step.sqlite)
      driver.prepare<[number, string, number]>(RECORD).run(step.version, step.name, now)
      driver.exec('COMMIT')
    } catch (error) {
      if (driver.inTransaction) driver.exec('ROLLBACK')
      throw error
    }
  }
}
