import { MIGRATIONS } from '../../store/migrations/all.ts'
import { type Connection, serverConnector } from '../../store/postgres/connection.ts'
import { driverOver, type PgDriver, type PgValue } from '../../store/postgres/driver.ts'
import { LineRefusedError } from '../../store/postgres/line.ts'
import { refuseUnfinishedMove } from '../../store/postgres/unfinished-move.ts'
import { type Finding, failed, ok, warning } from './check.ts'

const OLDEST = 14
/** Every message waits for several answers one after the other. Milliseconds. */
const SLOW_MS = 5
const ROUND_TRIPS = 9
/** Times in the database are this machine's. Seconds. */
const SKEW = 10

const TRY_TABLE = 'BEGIN; CREATE TABLE kurir_doctor (id BIGINT); ROLLBACK'
const OWNED = `
  SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND NOT pg_has_role(tableowner, 'MEMBER')`

/** The PostgreSQL server: whether a gateway can work on it, how far it is, and what stands in between. */
export async function checkPostgres({ url, isPrepared }: { url: string; isPrepared: boolean }): Promise<Finding[]> {
  const { hostname, port, pathname } = new URL(url)
  const place = `${hostname}:${port || 5432}${pathname}`
  let connection: Connection
  try {
    connection = await serverConnector(url).connect(() => undefined)
  } catch (error) {
    if (error instanceof LineRefusedError) return [failed('database', error.detail, error.advice)]
    const advice = 'Look at DATABASE_URL, the firewall, and the server’s log (pg_hba.conf says who may come).'
    return [failed('database', `PostgreSQL at ${place} cannot be used: ${reasonOf(error)}`, advice)]
  }
  const driver = driverOver(connection)
  try {
    const isPooled = connection.processId !== (await one(driver, 'SELECT pg_backend_pid()'))
    const looks: [name: string, look: () => Promise<Finding[]>][] = [
      ['database', async () => [await checkServer(driver, place)]],
      ['database rights', async () => [await checkRights(driver)]],
      ['database schema', async () => [await checkSchema(driver)]],
      ['database line', async () => [await checkLine(driver)]],
      ['database clock', async () => [await checkServerClock(driver)]],
      ['database vacuum', () => checkVacuum(driver)],
      ['database encryption', async () => checkEncryption(connection, hostname)],
      ['database pooler', async () => [checkPooler(isPooled, isPrepared)]],
    ]
    const findings: Finding[] = []
    for (const [name, look] of looks) {
      const unseen = (error: unknown) => [failed(name, reasonOf(error), 'The server’s log may say more.')]
      findings.push(...(await look().catch(unseen)))
    }
    return findings
  } finally {
    await connection.close().catch(() => undefined)
  }
}

async function one(driver: PgDriver, sql: string): Promise<PgValue | undefined> {
  return (await driver.rows(sql))[0]?.[0]
}

/** The server's or the system's own words; neither has the password in it. */
function reasonOf(error: unknown): string {
  const { cause } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : (error as Error).message
}

async function checkServer(driver: PgDriver, place: string): Promise<Finding> {
  const version = String(await one(driver, 'SHOW server_version'))
  const encoding = await one(driver, 'SHOW server_encoding')
  const detail = `PostgreSQL ${version} at ${place}`
  if (Number.parseInt(version, 10) < OLDEST) {
    return failed('database', detail, `Kurir needs PostgreSQL ${OLDEST} or newer.`)
  }
  if ((await one(driver, 'SELECT pg_is_in_recovery()::text')) === 'true') {
    return failed('database', `${detail} is a standby`, 'Name the primary: a standby takes no writes.')
  }
  if (encoding !== 'UTF8') {
    const advice = "Make the database anew: CREATE DATABASE kurir ENCODING 'UTF8' TEMPLATE template0"
    return failed('database', `${detail} is encoded in ${encoding}`, advice)
  }
  return ok('database', detail)
}

async function checkRights(driver: PgDriver): Promise<Finding> {
  const user = String(await one(driver, 'SELECT current_user::text'))
  const advice = `As the database's owner: GRANT CREATE ON SCHEMA public TO "${user}". Better, make it the owner.`
  try {
    await driver.exec(TRY_TABLE)
  } catch (error) {
    await driver.exec('ROLLBACK')
    return failed('database rights', `${user} cannot make tables: ${reasonOf(error)}`, advice)
  }
  const foreign = Number(await one(driver, OWNED))
  if (foreign === 0) return ok('database rights', `${user} can make tables`)
  const detail = `${foreign} tables belong to another role than ${user}`
  return failed('database rights', detail, 'A newer Kurir could not change them: connect as their owner.')
}

async function checkSchema(driver: PgDriver): Promise<Finding> {
  const known = MIGRATIONS.at(-1)?.version ?? 0
  try {
    await refuseUnfinishedMove(driver)
  } catch (error) {
    return failed('database schema', (error as Error).message, 'kurir store migrate')
  }
  if ((await one(driver, "SELECT to_regclass('schema_migration')::text")) === null) {
    return ok('database schema', 'is made at the first start')
  }
  const version = Number(await one(driver, 'SELECT max(version) FROM schema_migration'))
  if (version > known) {
    const detail = `version ${version}; this Kurir knows ${known} at most`
    return failed('database schema', detail, 'Start the newer release that made it, or one after it.')
  }
  return ok(
    'database schema',
    version < known ? `version ${version}, the next start makes it ${known}` : `version ${known}`,
  )
}

async function checkLine(driver: PgDriver): Promise<Finding> {
  const times: number[] = []
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    const started = performance.now()
    await driver.rows('SELECT 1')
    times.push(performance.now() - started)
  }
  const median = times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? 0
  const detail = `a round trip takes ${median.toFixed(1)} ms`
  const advice = 'Every message waits for several: put the gateway and the server into one data centre.'
  return median > SLOW_MS ? warning('database line', detail, advice) : ok('database line', detail)
}

async function checkServerClock(driver: PgDriver): Promise<Finding> {
  const started = Date.now()
  const theirs = Number(await one(driver, 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint'))
  const seconds = Math.abs(theirs - (started + Date.now()) / 2) / 1000
  const detail = `${seconds.toFixed(1)} s from this one`
  return seconds > SKEW
    ? warning('database clock', detail, 'Set both by NTP, for example: timedatectl set-ntp true')
    : ok('database clock', detail)
}

/** A finding only where it is off: outboxes and deliveries are rows that change several times and go. */
async function checkVacuum(driver: PgDriver): Promise<Finding[]> {
  if ((await one(driver, 'SHOW autovacuum')) === 'on') return []
  const detail = 'autovacuum is off: tables grow, and without statistics queries take the wrong indexes'
  const advice = 'Set autovacuum = on in postgresql.conf, or run VACUUM ANALYZE every few minutes.'
  return [warning('database vacuum', detail, advice)]
}

function checkEncryption({ protection }: Connection, hostname: string): Finding[] {
  const name = 'database encryption'
  if (protection?.isChecked) return [ok(name, `${protection.protocol}, and the server’s certificate is checked`)]
  const advice =
    'Set sslmode=verify-full in DATABASE_URL, with sslrootcert=/path/ca.pem where the authority is your own.'
  if (protection) {
    const detail = `${protection.protocol}, but whoever is in between may pose as the server: its certificate is not checked`
    return [warning(name, detail, advice)]
  }
  const isLocal = hostname === '' || hostname === 'localhost' || /^(127\.|\[::1\])/.test(hostname)
  return isLocal ? [] : [warning(name, 'the line to the server is open to whoever can listen', advice)]
}

function checkPooler(isPooled: boolean, isPrepared: boolean): Finding {
  if (!isPooled) return ok('database pooler', 'none')
  if (!isPrepared) return ok('database pooler', 'there is one, and DATABASE_PREPARE is off')
  const advice = 'In transaction mode set DATABASE_PREPARE=off, unless the pooler keeps prepared statements itself.'
  return warning('database pooler', 'there is one, and DATABASE_PREPARE is on', advice)
}
