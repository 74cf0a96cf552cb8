import type { Command } from 'commander'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { type Streams, table } from './output.ts'

interface Webhook {
  id: string
  url: string
  events: string[]
  session: string | null
  secret?: string
  disabled_at: string | null
}

interface TestResult {
  delivered: boolean
  status: number | null
  error: string | null
  took_ms: number
}

interface CreateFlags extends ClientFlags {
  events?: string
  session?: string
}

const EXAMPLES = `
Examples:
  kurir webhooks create https://shop.example/whatsapp --events 'message.*,session.status'
  kurir webhooks test end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z
  kurir webhooks recover end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z --since 2026-03-01T00:00:00Z`

/** `kurir webhooks list|create|test|redeliver|recover`. */
export function addWebhooks(program: Command, streams: Streams): void {
  const webhooks = program.command('webhooks').description('where events are posted to').addHelpText('after', EXAMPLES)
  addListAndCreate(webhooks, streams)
  addTest(webhooks, streams)
  addRepeats(webhooks, streams)
}

function addListAndCreate(webhooks: Command, streams: Streams): void {
  withClientFlags(webhooks.command('list'))
    .description('list webhooks')
    .addHelpText('after', '\nExample:\n  kurir webhooks list --json')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await gateway.list<Webhook>('/v1/webhooks')
      const rows = list.map(({ id, url, events, session, disabled_at }) => {
        return [id, url, events.join(','), session ?? '', disabled_at === null ? 'on' : 'off']
      })
      output.answer(list, table(['ID', 'URL', 'EVENTS', 'SESSION', 'IS'], rows))
    })

  withClientFlags(webhooks.command('create').argument('<url>', 'where events are posted to'))
    .description('make a webhook and show its secret once')
    .option('--events <list>', 'names of events, families such as message.*, or * (default)')
    .option('--session <id>', 'only this session’s events')
    .addHelpText('after', EXAMPLES)
    .action(async (url: string, { events, session, ...flags }: CreateFlags) => {
      const { gateway, output } = connect(flags, streams)
      const names = events === undefined ? {} : { events: events.split(',').map((name) => name.trim()) }
      const webhook = await gateway.call<Webhook>('POST', '/v1/webhooks', { url, session, ...names })
      output.show(`Webhook ${webhook.id}. Its secret, shown this once:`)
      output.answer(webhook, webhook.secret ?? '')
    })
}

function addTest(webhooks: Command, streams: Streams): void {
  withClientFlags(webhooks.command('test').argument('<id>', 'id of the webhook (end_…)'))
    .description('post a test event now, once')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const result = await gateway.call<TestResult>('POST', `${pathOf(id)}/test`)
      output.answer(result, `${result.status ?? 'no answer'} after ${result.took_ms} ms`)
      if (!result.delivered) throw new CliError(`It was not delivered: ${result.error ?? 'refused'}`, EXIT.failed)
    })
}

function addRepeats(webhooks: Command, streams: Streams): void {
  withClientFlags(webhooks.command('redeliver').argument('<delivery>', 'id of the delivery'))
    .description('post one delivery again')
    .addHelpText('after', '\nExample:\n  kurir webhooks redeliver dlv_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z')
    .action(async (id: string, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const path = `/v1/deliveries/${encodeURIComponent(id)}/redeliver`
      output.answer(await gateway.call('POST', path), `${id} is due again`)
    })

  withClientFlags(webhooks.command('recover').argument('<id>', 'id of the webhook (end_…)'))
    .description('post again what a webhook missed')
    .requiredOption('--since <time>', 'deliveries made since then (ISO 8601)')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, { since, ...flags }: ClientFlags & { since: string }) => {
      const { gateway, output } = connect(flags, streams)
      const answer = await gateway.call<{ recovered: number }>('POST', `${pathOf(id)}/recover`, { since })
      output.answer(answer, `${answer.recovered} deliveries are due again`)
    })
}

function pathOf(id: string): string {
  return `/v1/webhooks/${encodeURIComponent(id)}`
}
