import type { Command } from 'commander'
import type { Logger } from 'pino'
import { ConfigError, describeSettings, type LoadedConfig, loadConfig, printConfig } from '../config/config.ts'
import type { SettingName } from '../config/settings.ts'
import { createLogger } from '../observe/log.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { Output, type Streams } from './output.ts'
import { stopRequested } from './stop-request.ts'

/** Flags and the setting that each goes before. */
const FLAGS: [flag: string, setting: SettingName, help: string][] = [
  ['--host <address>', 'KURIR_HOST', 'address to listen on'],
  ['--port <port>', 'KURIR_PORT', 'port to listen on; 0 takes a free one'],
  ['--data <directory>', 'KURIR_DATA', 'directory of the database'],
  ['--public-url <url>', 'KURIR_PUBLIC_URL', 'address that clients use'],
  ['--base-path <path>', 'KURIR_BASE_PATH', 'path that every route is under'],
  ['--log-level <level>', 'KURIR_LOG_LEVEL', 'least level that is logged'],
]

/** Time that stopping may take before the process ends anyway. */
const STOP_MS = 10_000

interface StartFlags extends Record<string, string | boolean | undefined> {
  json?: boolean
  printConfig?: boolean
  exitWithParent?: boolean
}

/** `kurir start`: runs the gateway until it is told to stop. */
export function addStart(program: Command, streams: Streams): void {
  const command = program.command('start').description('run the gateway')
  for (const [flag, setting, help] of FLAGS) command.option(flag, `${help} (${setting})`)
  command
    .option('--print-config', 'print the settings, secrets masked, and end')
    .option('--exit-with-parent', 'stop when standard input closes')
    .option('--json', 'print one line of JSON when it listens')
    .addHelpText('after', '\nExamples:\n  kurir start\n  kurir start --port 8080 --data /var/lib/kurir')
    .addHelpText('after', settingsHelp)
    .action(async (flags: StartFlags, self: Command) => {
      const loaded = readConfig(flags, self)
      if (flags.printConfig) return streams.out(printConfig(loaded.settings))
      await run(loaded, flags, streams)
    })
}

/** All settings, for those that no flag has. */
function settingsHelp(): string {
  const lines = describeSettings().map(
    (setting) => `  ${setting.name}${setting.default && `=${setting.default}`}\n      ${setting.description}`,
  )
  return `\nSettings (environment variables):\n${lines.join('\n')}`
}

function readConfig(flags: StartFlags, command: Command): LoadedConfig {
  const overrides: Partial<Record<SettingName, string>> = {}
  for (const [flag, setting] of FLAGS) {
    const name = command.options.find((option) => option.flags === flag)?.attributeName()
    const value = name && flags[name]
    if (typeof value === 'string') overrides[setting] = value
  }
  try {
    return loadConfig(overrides)
  } catch (error) {
    throw error instanceof ConfigError ? new CliError(error.message, EXIT.usage) : error
  }
}

async function run({ config, warnings }: LoadedConfig, flags: StartFlags, streams: Streams): Promise<void> {
  const logger = createLogger({ level: config.logLevel, pretty: process.stderr.isTTY === true })
  for (const warning of warnings) logger.warn(warning)
  endOnUnexpected(logger)
  const stop = stopRequested(flags.exitWithParent === true)
  // Loaded here, so that the other commands need neither the database nor the engine.
  const { createApp } = await import('../app.ts')
  const app = await createApp(config, logger)
  const output = new Output(flags.json === true, streams)
  const { url } = await app.start().catch(async (error: Error) => {
    // The key exists from now on, so it is shown even though the start failed.
    if (app.adminKey) output.answer({ admin_key: app.adminKey }, framedKey(app.adminKey))
    await app.stop()
    throw startFailure(error, config.port)
  })
  output.answer({ url, ...(app.adminKey ? { admin_key: app.adminKey } : {}) }, `Kurir listens on ${url}`)
  if (app.adminKey) output.show(framedKey(app.adminKey))
  const failed = app.failed.then((reason) => ({ reason, exitCode: EXIT.failed }))
  const { reason, exitCode } = await Promise.race([stop.then((reason) => ({ reason, exitCode: EXIT.ok })), failed])
  logger.info({ reason }, 'stopping')
  const deadline = setTimeout(() => {
    logger.error('stopping took too long; what is in flight goes on at the next start')
    process.exit(EXIT.failed)
  }, STOP_MS)
  await app.stop()
  clearTimeout(deadline)
  logger.info('stopped')
  process.exit(exitCode)
}

function framedKey(key: string): string {
  const lines = ['Admin key, shown this once. Keep it in a safe place:', '', key]
  const width = Math.max(...lines.map((line) => line.length))
  const edge = '─'.repeat(width + 2)
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└${edge}┘`].join('\n')
}

function startFailure(error: Error & { code?: string }, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new CliError(`Port ${port} is in use; choose another one with --port`, EXIT.failed)
  }
  if (error.code === 'EACCES') return new CliError(`Port ${port} may not be used by this user`, EXIT.failed)
  return error
}

/** A fault that nobody caught leaves the process in an unknown state; everything accepted is on disk, so it ends. */
function endOnUnexpected(logger: Logger): void {
  const end = (err: unknown) => {
    logger.fatal({ err }, 'ended by an unexpected fault')
    process.exit(EXIT.failed)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
