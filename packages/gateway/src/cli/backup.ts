import type { Command } from 'commander'
import { type Config, loadConfig } from '../config/config.ts'
import { createLogger } from '../observe/log.ts'
import type { BackupStep, OnProgress } from '../store/sqlite/backup/progress.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { Output, type Streams } from './output.ts'
import type { Progress } from './progress.ts'

interface BackupFlags {
  data?: string
  media?: boolean
  json?: boolean
}

interface RestoreFlags {
  data: string
  resend?: boolean
  json?: boolean
}

const BACKUP_STEPS: Record<BackupStep, string> = {
  database: 'Copying the database',
  files: 'Copying the files of messages',
  checksum: 'Computing the checksum',
}

const RESTORE_STEPS: Record<BackupStep, string> = {
  checksum: 'Comparing the checksum',
  database: 'Checking and renewing the database',
  files: 'Writing the files of messages',
}

const RESTORE_HELP = `
Stop the old gateway first, and never run it again: its directory and the new one are the same linked devices. Nobody
scans a code; the accounts renew their encryption with everybody at the next message.

Example:
  kurir restore /backups/kurir-monday.db --data /var/lib/kurir
  kurir start --data /var/lib/kurir`

/** `kurir backup` and `kurir restore`: both work on SQLite's data directory, without the gateway's API. */
export function addBackup(program: Command, streams: Streams): void {
  program
    .command('backup')
    .argument('<file>', 'file to write; it must not exist')
    .description('write everything on SQLite into one file, while the gateway runs or not')
    .option('--data <directory>', 'data directory of the gateway (KURIR_DATA)')
    .option('--media', 'with the files of messages, which may be large')
    .option('--json', 'answer in one line of JSON')
    .addHelpText('after', '\nExample:\n  kurir backup /backups/kurir-monday.db --media')
    .action(async (file: string, { data, media, json }: BackupFlags) => {
      const { config } = loadConfig(data === undefined ? {} : { KURIR_DATA: data })
      refusePostgres(config, 'backup', 'Use pg_dump')
      if (media && config.media.s3) {
        throw new CliError('The files are in a bucket, not on this disk: leave --media out', EXIT.usage)
      }
      const { makeBackup } = await import('../store/sqlite/backup/make.ts')
      const output = new Output(json === true, streams)
      const options = { dataDir: config.dataDir, file, media: media === true, now: Date.now() }
      const report = await output.during(`Copying the store in ${config.dataDir}`, (progress) =>
        makeBackup({ ...options, onProgress: showing(progress, BACKUP_STEPS) }),
      )
      const files = report.media ? `, with ${report.media.files} files` : ''
      output.answer(report, `Wrote ${file} (${report.bytes} bytes${files}) and its checksum`)
    })

  program
    .command('restore')
    .argument('<file>', 'file that "kurir backup" wrote, with its .sha256 beside it')
    .description('make a new data directory from a backup')
    .requiredOption('--data <directory>', 'directory to make; it must be empty')
    .option('--resend', 'send again what was being sent at the time of the backup; it may arrive twice')
    .option('--json', 'answer in one line of JSON')
    .addHelpText('after', RESTORE_HELP)
    .action(async (file: string, { data, resend, json }: RestoreFlags) => {
      const { config } = loadConfig({})
      refusePostgres(config, 'restore', 'Use pg_restore, and then "kurir store renew"')
      const logger = createLogger({ level: 'warn', pretty: process.stderr.isTTY === true })
      const { restoreBackup } = await import('../store/sqlite/backup/restore.ts')
      const output = new Output(json === true, streams)
      const report = await output.during(`Restoring ${file}`, (progress) =>
        restoreBackup({
          ...{ file, dataDir: data, resend: resend === true, now: Date.now(), logger },
          areFilesElsewhere: config.media.s3 !== null,
          onProgress: showing(progress, RESTORE_STEPS),
        }),
      )
      const unknown = report.unknown ? ` ${report.unknown} messages that were being sent are now "unknown".` : ''
      const text = `Restored ${report.sessions} sessions and ${report.media} files into ${data}.${unknown}`
      output.answer(report, text)
    })
}

function showing(progress: Progress | null, labels: Record<BackupStep, string>): OnProgress {
  return (step, done, total) => {
    progress?.begin(labels[step])
    if (total > 0) progress?.updateBytes(done, total)
  }
}

function refusePostgres({ database }: Config, command: string, instead: string): void {
  if (!database) return
  const message = `"kurir ${command}" is for SQLite, and DATABASE_URL names PostgreSQL. ${instead} (docs/databases.md)`
  throw new CliError(message, EXIT.usage)
}
