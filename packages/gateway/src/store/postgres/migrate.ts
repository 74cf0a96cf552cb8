import { type Migration, StoreTooNewError } from '../migrations/migration.ts'
import { createTable } from './create-table.ts'
import type { PgDriver } from './driver.ts'
import { toPostgres } from './translate.ts'

const CREATE = `
  CREATE TABLE IF NOT EXISTS schema_migration (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at BIGINT NOT NULL
  )`
const LATEST = 'SELECT coalesce(max(version), 0) FROM schema_migration'
const RECORD = 'INSERT INTO schema_migration (version, name, applied_at) VALUES ($1, $2, $3)'

/**
 * Runs the missing steps in one transaction, however many processes begin at once; `now` is recorded (milliseconds).
 * Throws where the database knows steps that this binary does not.
 */
export async function migratePostgres(driver: PgDriver, migrations: readonly Migration[], now: number): Promise<void> {
  await createTable(driver, CREATE)
  await driver.transaction(async () => {
    await driver.exec('LOCK TABLE schema_migration IN EXCLUSIVE MODE')
    const [[found] = []] = await driver.rows(LATEST)
    const from = Number(found)
    const known = migrations.at(-1)?.version ?? 0
    if (from > known) {
      throw new StoreTooNewError(
        `The database has schema version ${from}, and this Kurir knows ${known} at most: it was used by a newer release. Start that release. Nothing was changed.`,
      )
    }
    for (const step of migrations) {
      if (step.version <= from) continue
      await driver.exec(toPostgres(step.postgres ?? step.sqlite))
      await driver.rows(RECORD, [step.version, step.name, now])
    }
  })
}
