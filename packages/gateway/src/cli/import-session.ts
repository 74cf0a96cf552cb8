import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { type ClientFlags, connect, given, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import type { Streams } from './output.ts'
import type { Progress } from './progress.ts'

interface Flags extends ClientFlags {
  id?: string
  name?: string
}

const HELP = `
The folder is one of Baileys' useMultiFileAuthState: creds.json and many small files. Evolution API, WAHA (NOWEB) and
most bots have one for each account. Stop that program first, and never start it again with this folder.

Example:
  kurir sessions import ./auth_info_baileys --id shop-1`

/** `kurir sessions import`. */
export function addImport(sessions: Command, streams: Streams): void {
  withClientFlags(sessions.command('import').argument('<folder>', 'folder with creds.json'))
    .description('take over an account that another program on Baileys has paired; nobody scans a code')
    .option('--id <id>', 'id of the session (default: the folder’s name)')
    .option('--name <name>', 'name of the session, for people')
    .addHelpText('after', HELP)
    .action(async (folder: string, { id = idOf(folder), name, ...flags }: Flags) => {
      const { gateway, output } = connect(flags, streams)
      const files = await output.during('Reading the files', (progress) => readFolder(folder, progress))
      const body = { id, ...given({ name }), files }
      const session = await output.during(`Handing over ${Object.keys(files).length} files`, () =>
        gateway.post('/v1/sessions/import', { body }),
      )
      output.answer(session, `${session.id} has the account ${session.phone} and connects now`)
    })
}

/** The folder's name as an id of a session. */
function idOf(folder: string): string {
  return (
    basename(folder)
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^[-_]+/, '')
      .slice(0, 64) || 'imported'
  )
}

async function readFolder(folder: string, progress: Progress | null): Promise<Record<string, unknown>> {
  const names = await readdir(folder).catch((error: Error) => {
    throw new CliError(`${folder} cannot be read: ${error.message}`, EXIT.usage)
  })
  if (!names.includes('creds.json')) throw new CliError(`${folder} has no creds.json`, EXIT.usage)
  const entries: [string, unknown][] = []
  const wanted = names.filter((one) => one.endsWith('.json'))
  for (const name of wanted) {
    entries.push([name, await readJson(join(folder, name))])
    progress?.update(entries.length, wanted.length)
  }
  return Object.fromEntries(entries)
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new CliError(`${file} is not whole: ${error instanceof Error ? error.message : error}`, EXIT.failed)
  }
}
