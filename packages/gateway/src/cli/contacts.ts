import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type ClientFlags, collect, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import type { Streams } from './output.ts'

interface ContactFlags extends ClientFlags {
  session: string
}

const EXAMPLES = `
Examples:
  kurir contacts export +6281210000001 --session shop-1 --out ani.json
  kurir contacts forget +6281210000001 --session shop-1`

/** `kurir contacts export|forget`. */
export function addContacts(program: Command, streams: Streams): void {
  const contacts = program
    .command('contacts')
    .description('what is kept of one person: hand it out, or forget it')
    .addHelpText('after', EXAMPLES)
  addExport(contacts, streams)
  addForget(contacts, streams)
}

function addExport(contacts: Command, streams: Streams): void {
  withClientFlags(contacts.command('export').argument('<number>', 'phone number or address of the person'))
    .description('write everything that is kept of a person, as one line of JSON per record')
    .requiredOption('--session <id>', 'session that knows the person')
    .option('--out <file>', 'write it there instead; the file must not exist')
    .addHelpText('after', '\nExample:\n  kurir contacts export +6281210000001 --session shop-1 --out ani.json')
    .action(async (contact: string, { session, out, ...flags }: ContactFlags & { out?: string }) => {
      const { gateway, output } = connect(flags, streams)
      const path = { path: { session, contact } }
      const records = await collect(gateway.list('/v1/sessions/{session}/contacts/{contact}/export', { params: path }))
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
      if (out === undefined) return streams.out(lines)
      writeNew(out, lines)
      output.answer({ file: out, records: records.length }, `Wrote ${records.length} records to ${out}`)
    })
}

function addForget(contacts: Command, streams: Streams): void {
  withClientFlags(contacts.command('forget').argument('<number>', 'phone number or address of the person'))
    .description('delete messages, events, files and names of a person; it cannot be undone')
    .requiredOption('--session <id>', 'session that knows the person')
    .addHelpText('after', '\nExample:\n  kurir contacts forget +6281210000001 --session shop-1')
    .action(async (contact: string, { session, ...flags }: ContactFlags) => {
      const { gateway, output } = connect(flags, streams)
      const params = { path: { session, contact } }
      const done = await gateway.delete('/v1/sessions/{session}/contacts/{contact}', { params })
      const { messages, events, files } = done
      output.answer(done, `Deleted ${messages} messages, ${events} events and ${files} files`)
    })
}

/** Others on the machine may not read it. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    throw new CliError(`${file} cannot be written: ${error instanceof Error ? error.message : error}`, EXIT.failed)
  }
}
