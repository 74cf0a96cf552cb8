import type { Command } from 'commander'
import { loadConfig } from '../config/config.ts'
import { createLogger } from '../observe/log.ts'
import { Output, type Streams } from './output.ts'

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

/** `kurir backup` and `kurir restore`: both work on the data directory, without the gateway's API. */
export function addBackup(program: Command, streams: Streams): void {
  program
    .command('backup')
    .argument('<file>', 'file to write; it must not exist')
    .description('write a consistent copy of the store, while the gateway runs or not')
    .option('--data <directory>', 'directory of the database (KURIR_DATA)')
    .option('--media', 'with the files of messages')
    .option('--json', 'in JSON')
    .addHelpText('after', '\nExample:\n  kurir backup /backups/kurir-monday.db --media')
    .action(async (file: string, { data, media, json }: BackupFlags) => {
      const { config } = loadConfig(data === undefined ? {} : { KURIR_DATA: data })
      const { makeBackup } = await import('../store/sqlite/backup/make.ts')
      const report = makeBackup({ dataDir: config.dataDir, file, media: media === true, now: Date.now() })
      const files = report.media ? `, with ${report.media.files} files` : ''
      new Output(json === true, streams).answer(
        report,
        `Wrote ${file} (${report.bytes} bytes${files}) and its checksum`,
      )
    })

  program
    .command('restore')
    .argument('<file>', 'a backup')
    .description('put a backup into an empty directory; its accounts renew their encryption with everybody')
    .requiredOption('--data <directory>', 'directory to make; it must be empty')
    .option('--resend', 'send again what was being sent then; it may come twice')
    .option('--json', 'in JSON')
    .addHelpText('after', '\nExample:\n  kurir restore /backups/kurir-monday.db --data /var/lib/kurir')
    .action(async (file: string, { data, resend, json }: RestoreFlags) => {
      const logger = createLogger({ level: 'warn', pretty: process.stderr.isTTY === true })
      const { restoreBackup } = await import('../store/sqlite/backup/restore.ts')
      const report = restoreBackup({ file, dataDir: data, resend: resend === true, now: Date.now(), logger })
      const unknown = report.unknown ? ` ${report.unknown} messages that were being sent are now "unknown".` : ''
      const text = `Restored ${report.sessions} sessions and ${report.media} files into ${data}.${unknown}`
      new Output(json === true, streams).answer(report, text)
    })
}
