import type { Command } from 'commander'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { type Streams, table } from './output.ts'

interface Tenant {
  id: string
  name: string
  country_code: string
  time_zone: string
  created_at: string
}

interface Usage {
  tenant: string
  quotas: { kind: string; period: string; used: number; limit: number | null; resets_at: string }[]
  sessions: number
  media_bytes: number
}

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
  const tenants = program.command('tenants').description('who shares the gateway, each apart (needs an admin key)')

  withClientFlags(tenants.command('list'))
    .description('list tenants')
    .addHelpText('after', '\nExample:\n  kurir tenants list --json')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await gateway.list<Tenant>('/v1/tenants')
      const rows = list.map(({ id, name, country_code, time_zone, created_at }) => {
        return [id, name, country_code, time_zone, created_at]
      })
      output.answer(list, table(['ID', 'NAME', 'COUNTRY', 'TIME ZONE', 'CREATED'], rows))
    })

  withClientFlags(tenants.command('create').argument('<name>', 'for you to know it by'))
    .description('make a tenant')
    .option('--id <id>', 'its id; made where it is not given')
    .option('--country-code <digits>', 'takes the place of a leading 0 of phone numbers (62)')
    .option('--time-zone <name>', 'IANA name (Asia/Jakarta)')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, { id, countryCode, timeZone, ...flags }: CreateFlags) => {
      const { gateway, output } = connect(flags, streams)
      const body = { name, id, country_code: countryCode, time_zone: timeZone }
      const tenant = await gateway.call<Tenant>('POST', '/v1/tenants', body)
      output.answer(tenant, `Made ${tenant.id}`)
    })

  withClientFlags(tenants.command('usage').argument('[tenant]', 'its id; your key’s own where it is not given'))
    .description('what a tenant uses of its quotas')
    .addHelpText('after', EXAMPLES)
    .action(async (tenant: string | undefined, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const query = tenant === undefined ? '' : `?${new URLSearchParams({ tenant })}`
      const usage = await gateway.call<Usage>('GET', `/v1/usage${query}`)
      const rows = usage.quotas.map(({ kind, period, used, limit, resets_at }) => {
        return [kind, period, String(used), limit === null ? 'none' : String(limit), resets_at]
      })
      const rest = `\n\n${usage.sessions} sessions, ${Math.ceil(usage.media_bytes / 1_000_000)} MB of files`
      output.answer(usage, table(['QUOTA', 'PER', 'USED', 'LIMIT', 'RESETS'], rows) + rest)
    })
}
