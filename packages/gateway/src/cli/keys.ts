import type { Command } from 'commander'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { type Streams, table } from './output.ts'
import { addRotateMaster } from './rotate-master.ts'

interface Key {
  id: string
  name: string
  tenant: string
  scopes: string[]
  session: string | null
  dialect: string | null
  created_at: string
}

interface CreateFlags extends ClientFlags {
  scopes?: string
  dialect?: string
  tenant?: string
  session?: string
}

/** The names that a credential's parts have in the answer; each dialect shows some of them. */
const CREDENTIAL_FIELDS = ['key', 'token', 'client_id', 'client_secret', 'session_id', 'access_token'] as const

type CreatedKey = Key & Partial<Record<(typeof CREDENTIAL_FIELDS)[number], string>>

const DEFAULT_SCOPES = 'manage,send,read'
const EXAMPLES = `
Examples:
  kurir keys create shop --scopes send,read --session shop-1
  kurir keys create --dialect blipcom`

/** The credential alone where it is one text, else one line per part. */
function credentialLines(key: CreatedKey): string {
  const parts = CREDENTIAL_FIELDS.flatMap((field) => (key[field] === undefined ? [] : [[field, key[field]] as const]))
  const [only, ...others] = parts
  return only && others.length === 0 ? only[1] : parts.map(([field, value]) => `${field}: ${value}`).join('\n')
}

/** `kurir keys create|list|delete|rotate-master`. */
export function addKeys(program: Command, streams: Streams): void {
  const keys = program.command('keys').description('make, list and delete keys (needs an admin key)')

  withClientFlags(keys.command('create').argument('[name]', 'for you to know it by'))
    .description('make a key and show it once')
    .option('--scopes <list>', `admin, manage, send, read (default: ${DEFAULT_SCOPES})`)
    .option('--dialect <name>', 'make a credential of this dialect instead')
    .option('--tenant <id>', 'tenant that it belongs to')
    .option('--session <id>', 'the only session that it may touch')
    .addHelpText('after', EXAMPLES)
    .action(async (given: string | undefined, { scopes, dialect, tenant, session, ...flags }: CreateFlags) => {
      if (dialect !== undefined && scopes !== undefined) {
        throw new CliError('A key of a dialect has no scopes: leave --scopes out', EXIT.usage)
      }
      const { gateway, output } = connect(flags, streams)
      const name = given ?? dialect ?? 'key'
      const list = (scopes ?? DEFAULT_SCOPES).split(',').map((scope) => scope.trim())
      const body = dialect === undefined ? { name, scopes: list, tenant, session } : { name, dialect, tenant, session }
      const key = await gateway.call<CreatedKey>('POST', '/v1/keys', body)
      output.show(`Key ${key.id}, shown this once:`)
      output.answer(key, credentialLines(key))
    })

  withClientFlags(keys.command('list'))
    .description('list keys')
    .addHelpText('after', '\nExample:\n  kurir keys list --json')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await gateway.list<Key>('/v1/keys')
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
      await gateway.call('DELETE', `/v1/keys/${encodeURIComponent(id)}`)
      output.answer({ id, deleted: true }, `Deleted ${id}`)
    })

  addRotateMaster(keys, streams)
}
