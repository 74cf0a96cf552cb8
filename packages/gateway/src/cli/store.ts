import type { Command } from 'commander'
import { loadConfig } from '../config/config.ts'
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

/** `kurir store migrate`. */
export function addStore(program: Command, streams: Streams): void {
  const store = program
    .command('store')
    .description('the database')
    .addHelpText('after', '\nExample:\n  kurir store migrate --help')
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
