import type { Command } from 'commander'
import { ConnectionError, Kurir, ProblemError } from 'kurir-client'
import { loadClientConfig } from '../config/client.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { Output, type Streams } from './output.ts'

/** Flags of every command that talks to a running gateway. */
export interface ClientFlags {
  url?: string
  key?: string
  json?: boolean
}

/** Adds the flags that name the gateway, the key and the form of the answer. */
export function withClientFlags(command: Command): Command {
  return command
    .option('--url <url>', 'address of the gateway (KURIR_URL, else http://127.0.0.1:3000)')
    .option('--key <key>', 'key to call with (better in KURIR_KEY: others on the machine see command lines)')
    .option('--json', 'answer in one line of JSON')
}

/**
 * What a command works with, by its flags. The client does not try again: who types sees at once what is wrong, and a
 * script has the exit status. Throws {@link CliError} without a key.
 */
export function connect(flags: ClientFlags, streams: Streams): { gateway: Kurir; output: Output } {
  const { url, key } = loadClientConfig(flags)
  if (!key) throw new CliError('A key is needed: give --key or set KURIR_KEY', EXIT.usage)
  const gateway = new Kurir({ baseUrl: url, key, retries: 0 })
  return { gateway, output: new Output(flags.json === true, streams) }
}

/** What to tell the user of a failed call; anything else as it was. */
export function asCliError(error: unknown): unknown {
  if (error instanceof ConnectionError) return new CliError(`The gateway at ${error.message}`, EXIT.unreachable)
  if (!(error instanceof ProblemError)) return error
  const fields = error.errors.map(({ field, message }) => `\n  ${field}: ${message}`).join('')
  const exitCode = error.status < 500 ? EXIT.refused : EXIT.failed
  const code = error.code === 'unknown' ? `HTTP ${error.status}` : error.code
  return new CliError(`${error.message} (${code})${fields}`, exitCode)
}

/** Every entry of a list. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The fields that were given; an option that was not is left out of a body, which is not the same as undefined. */
export function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> }
}
