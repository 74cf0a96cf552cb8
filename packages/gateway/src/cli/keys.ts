import type { Command } from 'commander'
import { type ClientFlags, collect, connect, given, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { type Streams, table } from './output.ts'
import { addRotateMaster } from './rotate-master.ts'

interface CreateFlags extends ClientFlags {
  scopes?: string
  dialect?: string
  tenant?: string
  session?: string
}

/** The names that a credential's parts have in the answer; each dialect shows some of them. */
const CREDENTIAL_FIELDS = ['key', 'token', 'client_id', 'client_secret', 'session_id', 'access_token'] as const

type Credential = Partial<Record<(typeof CREDENTIAL_FIELDS)[number], string>>

const SCOPES = ['admin', 'manage', 'send', 'read'] as const
type Scope = (typeof SCOPES)[number]
const DEFAULT_SCOPES = 'manage,send,read'
const EXAMPLES = `
Scopes: admin is the operator of the whole gateway; manage pairs sessions and makes webhooks; send sends; read reads.

Examples:
  kurir keys create shop --scopes send,read --session shop-1
  kurir keys create --dialect blipcom`
const GROUP_EXAMPLES = `
Examples:
  kurir keys create shop
  kurir keys list
  kurir keys delete key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z`

/** The credential alone where it is one text, else one line per part. */
function credentialLines(key: Credential): string {
  const parts = CREDENTIAL_FIELDS.flatMap((field) => (key[field] === undefined ? [] : [[field, key[field]] as const]))
  const [only, ...others] = parts
  return only && others.length === 0 ? only[1] : parts.map(([field, value]) => `${field}: ${value}`).join('\n')
}

function scopesOf(list: string): Scope[] {
  return list.split(',').map((text) => {
    const scope = SCOPES.find((known) => known === text.trim())
    if (!scope) throw new CliError(`There is no scope "${text.trim()}": choose from ${SCOPES.join(', ')}`, EXIT.usage)
    return scope
  })
}

/** `kurir keys create|list|delete|rotate-master`. */
export function addKeys(program: Command, streams: Streams): void {
  const keys = program
    .command('keys')
    .description('make, list and delete keys (needs an admin key)')
    .addHelpText('after', GROUP_EXAMPLES)

  withClientFlags(keys.command('create').argument('[name]', 'name of the key, for people'))
    .description('make a key and show it once')
    .option('--scopes <list>', `what it may do: admin, manage, send, read (default: ${DEFAULT_SCOPES})`)
    .option('--dialect <name>', 'make a credential of this dialect instead of a key of the native API')
    .option('--tenant <id>', 'tenant that it belongs to (default: the calling key’s)')
    .option('--session <id>', 'the only session that it may touch (default: all of its tenant)')
    .addHelpText('after', EXAMPLES)
    .action(async (label: string | undefined, { scopes, dialect, tenant, session, ...flags }: CreateFlags) => {
      if (dialect !== undefined && scopes !== undefined) {
        throw new CliError('A key of a dialect has no scopes: leave --scopes out', EXIT.usage)
      }
      const { gateway, output } = connect(flags, streams)
      const name = label ?? dialect ?? 'key'
      const what = dialect === undefined ? { scopes: scopesOf(scopes ?? DEFAULT_SCOPES) } : { dialect }
      const key = await gateway.post('/v1/keys', { body: { name, ...what, ...given({ tenant, session }) } })
      output.show(`Key ${key.id}, shown this once:`)
      output.answer(key, credentialLines(key))
    })

  withClientFlags(keys.command('list'))
    .description('list keys')
    .addHelpText('after', '\nExample:\n  kurir keys list --json')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await collect(gateway.list('/v1/keys'))
      const rows = list.map((key) => [
        key.id,
        key.name,
        key.dialect ?? key.scopes.join(','),
        key.session ?? '',
        key.created_at,
      ])
      output.answer(list, table(['ID', 'NAME', 'SCOPES OR DIALECT', 'SESSION', 'CREATED'], rows))
    })

  withClientFlags(keys.command('delete').argument('<id>', 'id of the key (key_…)'))
    .description('delete a key; it is refused at once')
    .addHelpText('after', '\nExample:\n  kurir keys delete key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z')
    .action(async (id: string, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      await gateway.delete('/v1/keys/{id}', { params: { path: { id } } })
      output.answer({ id, deleted: true }, `Deleted ${id}`)
    })

  addRotateMaster(keys, streams)
}
