import type { Clock } from '../../core/clock.ts'
import { MIGRATIONS } from '../migrations/all.ts'
import { type Renewal, renewalStatements } from '../sql/renewal.ts'
import type { Connection, Connector } from './connection.ts'
import { driverOver, type PgDriver } from './driver.ts'
import { giveBackLease, prepareLease, takeLease } from './lease.ts'
import { migratePostgres } from './migrate.ts'
import { refuseUnfinishedMove } from './unfinished-move.ts'

const RENEWAL = renewalStatements({
  user: "split_part(lid, '@', 1)",
  ended: "(history::jsonb || jsonb_build_object('status', 'unknown', 'at', $1::bigint))::text",
  now: '$1',
})
// Whoever wants the database meanwhile waits for this row.
const HOLD = 'SELECT 1 FROM store_lease WHERE id = 1 AND token = $1 FOR UPDATE'
const IS_STORE = "SELECT to_regclass('schema_migration')::text"

export interface RenewOptions {
  connector: Connector
  clock: Clock
  /** Send again what was being sent at the time that the database was put back to. */
  resend: boolean
}

/**
 * Makes a database that was put back to an earlier state safe to go on from, in one transaction: as `kurir restore` does
 * on SQLite. Throws {@link DatabaseInUseError} while a gateway runs on it, and an error for the operator where it is
 * none of Kurir's.
 */
export async function renewPostgres({ connector, clock, resend }: RenewOptions): Promise<Renewal> {
  const connection = await connector.connect(() => undefined)
  try {
    const driver = driverOver(connection)
    const [[found] = []] = await driver.rows(IS_STORE)
    if (typeof found !== 'string')
      throw new Error('There is no store of Kurir in this database: restore the dump first.')
    await refuseUnfinishedMove(driver)
    await prepareLease(driver)
    const token = await takeLease(connection, (ms) => clock.sleep(ms))
    try {
      await migratePostgres(driver, MIGRATIONS, clock.now())
      return await renew(connection, driver, { token, now: clock.now(), resend })
    } finally {
      await giveBackLease(connection, token)
    }
  } finally {
    await connection.close()
  }
}

function renew(
  connection: Connection,
  driver: PgDriver,
  { token, now, resend }: { token: number; now: number; resend: boolean },
): Promise<Renewal> {
  const run = async (text: string, values: number[] = []) => (await connection.query({ text, values })).count
  return driver.transaction(async () => {
    if ((await run(HOLD, [token])) === 0) throw new Error('A gateway has begun to run on this database: stop it first.')
    const ratchets = await run(RENEWAL.ratchets)
    await run(RENEWAL.memories)
    await run(RENEWAL.senderKeys)
    if (resend) return { ratchets, unknown: 0 }
    const unknown = await run(RENEWAL.unknown, [now])
    await run(RENEWAL.answers, [now])
    return { ratchets, unknown }
  })
}
