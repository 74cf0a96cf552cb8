import type { Command } from 'commander'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { type Streams, table } from './output.ts'

interface Key {
  id: string
  name: string
  tenant: string
  scopes: string[]
  session: string | null
  created_at: string
}

interface CreateFlags extends ClientFlags {
  scopes: string
  tenant?: string
  session?: string
}

/** `kurir keys create|list|delete`. */
export function addKeys(program: Command, streams: Streams): void {
  const keys = program.command('keys').description('make, list and delete keys (needs an admin key)')

  withClientFlags(keys.command('create').argument('<name>', 'for you to know it by'))
    .description('make a key and show it once')
    .option('--scopes <list>', 'admin, manage, send, read', 'manage,send,read')
    .option('--tenant <id>', 'tenant that it belongs to')
    .option('--session <id>', 'the only session that it may touch')
    .addHelpText('after', '\nExample:\n  kurir keys create shop --scopes send,read --session shop-1')
    .action(async (name: string, { scopes, tenant, session, ...flags }: CreateFlags) => {
      const { gateway, output } = connect(flags, streams)
      const body = { name, scopes: scopes.split(',').map((scope) => scope.trim()), tenant, session }
      const key = await gateway.call<Key & { key: string }>('POST', '/v1/keys', body)
      output.show(`Key ${key.id}, shown this once:`)
      output.answer(key, key.key)
    })

  withClientFlags(keys.command('list'))
    .description('list keys')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await gateway.list<Key>('/v1/keys')
      const rows = list.map((key) => [key.id, key.name, key.scopes.join(','), key.session ?? '', key.created_at])
      output.answer(list, table(['ID', 'NAME', 'SCOPES', 'SESSION', 'CREATED'], rows))
    })

  withClientFlags(keys.command('delete').argument('<id>', 'id of the key (key_…)'))
    .description('delete a key; it is refused at once')
    .action(async (id: string, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      await gateway.call('DELETE', `/v1/keys/${encodeURIComponent(id)}`)
      output.answer({ id, deleted: true }, `Deleted ${id}`)
    })
}
