import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import type { Streams } from './output.ts'

const KEY_BYTES = 32

const HELP = `
The gateway must run with KURIR_MASTER_KEY_FILE=<file>, this very file. The new key is written before the old one, every
data key is wrapped anew, and then the old one is taken out. Where anything goes wrong both keys stay in the file, and
the command may be run again.

Example:
  kurir keys rotate-master --file /etc/kurir/master.key`

/** `kurir keys rotate-master --file FILE`: a new master key for a gateway that runs with that file. */
export function addRotateMaster(keys: Command, streams: Streams): void {
  withClientFlags(keys.command('rotate-master'))
    .description('go over to a new master key while the gateway runs (needs an admin key)')
    .requiredOption('--file <file>', 'the KURIR_MASTER_KEY_FILE of the gateway')
    .addHelpText('after', HELP)
    .action(async ({ file, ...flags }: ClientFlags & { file: string }) => {
      const { gateway, output } = connect(flags, streams)
      const [before = '', ...older] = keysIn(file)
      // Two keys: an earlier rotation was cut short, so it is ended and no third one is made.
      const next = older.length > 0 ? before : randomBytes(KEY_BYTES).toString('base64')
      if (older.length === 0) replace(file, `${next}\n${before}\n`)
      const answer = await gateway.post('/v1/encryption/rotate')
      // The gateway of another file would be left with keys that are nowhere any more.
      if (answer.master_key !== (await fingerprintOf(next))) {
        throw new CliError(`The gateway does not run with ${file}, which still holds both keys`, EXIT.failed)
      }
      replace(file, `${next}\n`)
      output.answer(answer, `${answer.rewrapped} data keys are under the new master key, which is in ${file}`)
    })
}

function keysIn(file: string): string[] {
  if (!existsSync(file)) throw new CliError(`There is no file ${file}`, EXIT.usage)
  const keys = readFileSync(file, 'utf8')
    .split(/[\s,]+/)
    .filter(Boolean)
  if (keys.length === 0) throw new CliError(`There is no master key in ${file}`, EXIT.usage)
  return keys
}

async function fingerprintOf(key: string): Promise<string> {
  const { Keyring } = await import('../store/sealing/keyring.ts')
  return new Keyring({ text: key }).current
}

/** In one step, so that there is a whole file at every moment. */
function replace(file: string, text: string): void {
  const draft = `${file}.new`
  writeFileSync(draft, text, { mode: 0o600, flush: true })
  chmodSync(draft, 0o600)
  renameSync(draft, file)
}
