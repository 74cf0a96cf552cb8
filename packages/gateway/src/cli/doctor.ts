import type { Command } from 'commander'
import { ConfigError, type LoadedConfig, loadConfig } from '../config/config.ts'
import type { SettingName } from '../config/settings.ts'
import { type Finding, failed, ok, warning } from './doctor/check.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkDisk } from './doctor/disk.ts'
import { checkFiles } from './doctor/files.ts'
import { checkNetwork } from './doctor/network.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { Output, type Streams } from './output.ts'

interface DoctorFlags {
  data?: string
  json?: boolean
}

const MARKS = { ok: '✓', warning: '!', failed: '✗' } as const

/** `kurir doctor`: looks at what the gateway stands on. Exits with 1 where something keeps it from its work. */
export function addDoctor(program: Command, streams: Streams): void {
  program
    .command('doctor')
    .description('look at Node.js, settings, disk, database, network and clock, and say what to do')
    .option('--data <directory>', 'data directory of the gateway (KURIR_DATA)')
    .option('--json', 'answer in one line of JSON')
    .addHelpText('after', '\nExamples:\n  kurir doctor\n  kurir doctor --data /var/lib/kurir --json')
    .action(async ({ data, json }: DoctorFlags) => {
      const findings = await examine(data === undefined ? {} : { KURIR_DATA: data })
      new Output(json === true, streams).answer(findings, findings.map(lineOf).join('\n'))
      const count = findings.filter(({ result }) => result === 'failed').length
      if (count > 0) throw new CliError(`${count} of ${findings.length} checks failed`, EXIT.failed)
    })
}

async function examine(overrides: Partial<Record<SettingName, string>>): Promise<Finding[]> {
  const node = checkNode(process.versions.node)
  let loaded: LoadedConfig
  try {
    loaded = loadConfig(overrides)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const faults = error.faults.map((fault) => failed('settings', fault, 'docs/config.md has every setting.'))
    return [node, ...faults]
  }
  const { config, warnings } = loaded
  const odd = warnings.map((line) => warning('settings', line, 'Correct or remove it.'))
  const settings = odd.length > 0 ? odd : [ok('settings', 'valid')]
  const [disk, database, network, files] = await Promise.all([
    checkDisk(config.dataDir),
    config.database ? examineServer(config.database) : checkDatabase(config.dataDir),
    checkNetwork(config.lab),
    checkFiles(config.media.s3),
  ])
  return [node, ...settings, ...disk, ...database, ...network, ...files]
}

/** Loaded here, so that the other commands need no driver. */
async function examineServer(database: { url: string; isPrepared: boolean }): Promise<Finding[]> {
  const { checkPostgres } = await import('./doctor/postgres.ts')
  return checkPostgres(database)
}

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isEnough = major > 22 || (major === 22 && minor >= 19)
  return isEnough ? ok('Node.js', version) : failed('Node.js', version, 'Take Node.js 24, or at least 22.19.')
}

function lineOf({ name, result, detail, advice }: Finding): string {
  const line = `${MARKS[result]} ${name}: ${detail}`
  return advice === undefined ? line : `${line}\n    ${advice}`
}
