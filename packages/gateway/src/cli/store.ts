import type { Command } from 'commander'
import { loadConfig } from '../config/config.ts'
import { systemClock } from '../core/clock.ts'
import { createLogger } from '../observe/log.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { Output, type Streams } from './output.ts'

interface MigrateFlags {
  from?: string
  to?: string
  json?: boolean
}

const MIGRATE_HELP = `
Stop the gateway first. Every row is copied and compared; cut short, the same command goes on where it was. Afterwards
start with DATABASE_URL: nobody scans a code. The files of messages stay in the data directory.

Example:
  DATABASE_URL=postgres://kurir:password@localhost:5432/kurir kurir store migrate --from ./data
  DATABASE_URL=postgres://kurir:password@localhost:5432/kurir kurir start`

const RENEW_HELP = `
A dump is the past, and encryption must not go on from the past: without this, accounts encrypt with keys that they have
used before. Run it after pg_restore and before the gateway. Nobody scans a code; Signal sessions are made anew at the
next message. Messages that were being sent at the time of the dump become "unknown".

Example:
  DATABASE_URL=postgres://kurir:password@localhost:5432/kurir kurir store renew`

/** `kurir store`. */
export function addStore(program: Command, streams: Streams): void {
  const store = program
    .command('store')
    .description('the database')
    .addHelpText('after', '\nExample:\n  kurir store migrate --help')
  addMigrate(store, streams)
  addRenew(store, streams)
}

function addMigrate(store: Command, streams: Streams): void {
  store
    .command('migrate')
    .description('move a SQLite database to PostgreSQL')
    .option('--from <directory>', 'data directory of the stopped gateway (KURIR_DATA)')
    .option('--to <url>', 'empty PostgreSQL database; others on this machine can read it here (DATABASE_URL)')
    .option('--json', 'answer in one line of JSON')
    .addHelpText('after', MIGRATE_HELP)
    .action(async ({ from, to, json }: MigrateFlags) => {
      const { config } = loadConfig({ ...(from && { KURIR_DATA: from }), ...(to && { DATABASE_URL: to }) })
      if (!config.database) throw new CliError('Where to? Give --to, or set DATABASE_URL', EXIT.usage)
      const options = { from: config.dataDir, to: config.database.url, now: Date.now() }
      const logger = createLogger({ level: 'warn', pretty: process.stderr.isTTY === true })
      const { moveStore } = await import('../store/move/move.ts')
      const output = new Output(json === true, streams)
      const summary = await output.during(`Moving ${config.dataDir}`, (progress) =>
        moveStore({ ...options, logger, onProgress: ({ rows, total }) => progress?.update(rows, total) }),
      )
      output.answer(summary, `Moved ${summary.rows} rows, compared. Start with DATABASE_URL from now on`)
    })
}

interface RenewFlags {
  resend?: boolean
  json?: boolean
}

function addRenew(store: Command, streams: Streams): void {
  store
    .command('renew')
    .description('after a PostgreSQL database was restored from a dump: make it safe to go on from')
    .option('--resend', 'send again what was being sent at the time of the dump; it may arrive twice')
    .option('--json', 'answer in one line of JSON')
    .addHelpText('after', RENEW_HELP)
    .action(async ({ resend, json }: RenewFlags) => {
      const { database } = loadConfig({}).config
      if (!database) {
        throw new CliError('DATABASE_URL is not set; on SQLite "kurir restore" does this by itself', EXIT.usage)
      }
      const { renewPostgres } = await import('../store/postgres/renew.ts')
      const { serverConnector } = await import('../store/postgres/connection.ts')
      const connector = serverConnector(database.url)
      const output = new Output(json === true, streams)
      const report = await output.during('Renewing', () =>
        renewPostgres({ connector, clock: systemClock, resend: resend === true }),
      )
      const unknown = report.unknown ? `; ${report.unknown} messages that were being sent are now "unknown"` : ''
      output.answer(report, `Renewed: ${report.ratchets} Signal sessions are made anew at the next message${unknown}`)
    })
}
