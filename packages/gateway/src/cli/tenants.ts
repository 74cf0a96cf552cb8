import type { Command } from 'commander'
import { type ClientFlags, collect, connect, given, withClientFlags } from './client-flags.ts'
import { type Streams, table } from './output.ts'

interface CreateFlags extends ClientFlags {
  id?: string
  countryCode?: string
  timeZone?: string
}

const EXAMPLES = `
Examples:
  kurir tenants create 'Acme Ltd' --id acme
  kurir keys create acme --tenant acme
  kurir tenants usage acme`

/** `kurir tenants list|create|usage`. */
export function addTenants(program: Command, streams: Streams): void {
  const tenants = program
    .command('tenants')
    .description('customers that share the gateway, each apart from the others (needs an admin key)')
    .addHelpText('after', EXAMPLES)

  withClientFlags(tenants.command('list'))
    .description('list tenants')
    .addHelpText('after', '\nExample:\n  kurir tenants list --json')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await collect(gateway.list('/v1/tenants'))
      const rows = list.map(({ id, name, country_code, time_zone, created_at }) => {
        return [id, name, country_code, time_zone, created_at]
      })
      output.answer(list, table(['ID', 'NAME', 'COUNTRY', 'TIME ZONE', 'CREATED'], rows))
    })

  withClientFlags(tenants.command('create').argument('<name>', 'name of the tenant, for people'))
    .description('make a tenant')
    .option('--id <id>', 'id of the tenant (default: one is made)')
    .option('--country-code <digits>', 'what takes the place of a leading 0 in phone numbers (default: 62)')
    .option('--time-zone <name>', 'IANA name of its time zone (default: Asia/Jakarta)')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, { id, countryCode, timeZone, ...flags }: CreateFlags) => {
      const { gateway, output } = connect(flags, streams)
      const body = { name, ...given({ id, country_code: countryCode, time_zone: timeZone }) }
      const tenant = await gateway.post('/v1/tenants', { body })
      output.answer(tenant, `Made ${tenant.id}`)
    })

  withClientFlags(tenants.command('usage').argument('[tenant]', 'id of the tenant (default: the calling key’s)'))
    .description('what a tenant uses of its quotas')
    .addHelpText('after', '\nExample:\n  kurir tenants usage acme')
    .action(async (tenant: string | undefined, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const usage = await gateway.get('/v1/usage', { params: { query: given({ tenant }) } })
      const rows = usage.quotas.map(({ kind, period, used, limit, resets_at }) => {
        return [kind, period, String(used), limit === null ? 'none' : String(limit), resets_at]
      })
      const rest = `\n\n${usage.sessions} sessions, ${Math.ceil(usage.media_bytes / 1_000_000)} MB of files`
      output.answer(usage, table(['QUOTA', 'PER', 'USED', 'LIMIT', 'RESETS'], rows) + rest)
    })
}
