import { Command, CommanderError } from 'commander'
import { VERSION } from '../http/version.ts'
import { addBackup } from './backup.ts'
import { asCliError } from './client-flags.ts'
import { addCompletion } from './completion.ts'
import { addConfig } from './config.ts'
import { addContacts } from './contacts.ts'
import { addDoctor } from './doctor.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { addKeys } from './keys.ts'
import { Output, processStreams, type Streams } from './output.ts'
import { addSandbox } from './sandbox.ts'
import { addSend } from './send.ts'
import { addSessions } from './sessions.ts'
import { addStart } from './start.ts'
import { addStore } from './store.ts'
import { addTenants } from './tenants.ts'
import { addWebhooks } from './webhooks.ts'

const EXAMPLES = `
Examples:
  kurir sandbox                        try it, without a phone
  kurir start                          run the gateway; it shows an admin key the first time
  export KURIR_KEY=kur_…               that key, for the commands below
  kurir sessions pair shop-1           link an account by its QR code
  kurir send shop-1 +6281210000001 'Halo'
  kurir <command> --help               what a command does, with examples`
const EXIT_STATUS = `
Exit status: 0 done, 1 failed, 2 the command line or configuration is not valid,
             3 the gateway cannot be reached, 4 the gateway refused`

/** Runs the command line and resolves with the exit status. */
export async function runCli(argv: readonly string[], streams: Streams = processStreams): Promise<number> {
  const program = createProgram(streams)
  try {
    await program.parseAsync([...argv])
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const told = asCliError(error)
    streams.err(`${told instanceof Error ? told.message : String(told)}\n`)
    return told instanceof CliError ? told.exitCode : EXIT.failed
  }
}

function createProgram(streams: Streams): Command {
  const program = new Command('kurir')
    .description('A WhatsApp gateway: many accounts behind one HTTP API, webhooks back.')
    .version(VERSION, '--version')
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', EXIT_STATUS)
  addStart(program, streams)
  addSandbox(program)
  addKeys(program, streams)
  addSessions(program, streams)
  addSend(program, streams)
  addContacts(program, streams)
  addWebhooks(program, streams)
  addTenants(program, streams)
  addBackup(program, streams)
  addStore(program, streams)
  addDoctor(program, streams)
  addConfig(program, streams)
  addCompletion(program, streams)
  program
    .command('version')
    .description('print the version')
    .option('--json', 'answer in one line of JSON')
    .addHelpText('after', '\nExample:\n  kurir version --json')
    .action(({ json }: { json?: boolean }) => new Output(json === true, streams).answer({ version: VERSION }, VERSION))
  return program
}
