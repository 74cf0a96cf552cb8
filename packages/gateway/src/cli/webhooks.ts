import type { Command } from 'commander'
import { type ClientFlags, collect, connect, given, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { type Streams, table } from './output.ts'

interface CreateFlags extends ClientFlags {
  events?: string
  session?: string
}

const EXAMPLES = `
Examples:
  kurir webhooks create https://shop.example/whatsapp --events 'message.*,session.status'
  kurir webhooks test end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z
  kurir webhooks recover end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z --since 2026-03-01T00:00:00Z`

const CREATE_EXAMPLES = `
Examples:
  kurir webhooks create https://shop.example/whatsapp
  kurir webhooks create https://shop.example/whatsapp --events 'message.*,session.status' --session shop-1`

/** `kurir webhooks list|create|test|redeliver|recover`. */
export function addWebhooks(program: Command, streams: Streams): void {
  const webhooks = program
    .command('webhooks')
    .description('addresses that events are posted to')
    .addHelpText('after', EXAMPLES)
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
      const list = await collect(gateway.list('/v1/webhooks'))
      const rows = list.map(({ id, url, events, session, disabled_at }) => {
        return [id, url, events.join(','), session ?? '', disabled_at === null ? 'on' : 'off']
      })
      output.answer(list, table(['ID', 'URL', 'EVENTS', 'SESSION', 'IS'], rows))
    })

  withClientFlags(webhooks.command('create').argument('<endpoint>', 'address that events are posted to (https://…)'))
    .description('make a webhook and show its secret once')
    .option('--events <list>', 'names of events or families such as message.* (default: all)')
    .option('--session <id>', 'only the events of this session')
    .addHelpText('after', CREATE_EXAMPLES)
    .action(async (url: string, { events, session, ...flags }: CreateFlags) => {
      const { gateway, output } = connect(flags, streams)
      const names = events?.split(',').map((name) => name.trim())
      const webhook = await gateway.post('/v1/webhooks', { body: { url, ...given({ session, events: names }) } })
      output.show(`Webhook ${webhook.id}. Its secret, shown this once:`)
      output.answer(webhook, webhook.secret ?? '')
    })
}

function addTest(webhooks: Command, streams: Streams): void {
  withClientFlags(webhooks.command('test').argument('<id>', 'id of the webhook (end_…)'))
    .description('post a test event now, once, and show the answer')
    .addHelpText('after', '\nExample:\n  kurir webhooks test end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z')
    .action(async (id: string, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const result = await gateway.post('/v1/webhooks/{id}/test', { params: { path: { id } } })
      output.answer(result, `${result.status ?? 'no answer'} after ${result.took_ms} ms`)
      if (!result.delivered) throw new CliError(`It was not delivered: ${result.error ?? 'refused'}`, EXIT.failed)
    })
}

function addRepeats(webhooks: Command, streams: Streams): void {
  withClientFlags(webhooks.command('redeliver').argument('<delivery>', 'id of the delivery (dlv_…)'))
    .description('post one delivery again')
    .addHelpText('after', '\nExample:\n  kurir webhooks redeliver dlv_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z')
    .action(async (id: string, flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const delivery = await gateway.post('/v1/deliveries/{id}/redeliver', { params: { path: { id } } })
      output.answer(delivery, `${id} is due again`)
    })

  withClientFlags(webhooks.command('recover').argument('<id>', 'id of the webhook (end_…)'))
    .description('post again everything that a webhook missed')
    .requiredOption('--since <time>', 'missed since then, in ISO 8601')
    .addHelpText(
      'after',
      '\nExample:\n  kurir webhooks recover end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z --since 2026-03-01T00:00:00Z',
    )
    .action(async (id: string, { since, ...flags }: ClientFlags & { since: string }) => {
      const { gateway, output } = connect(flags, streams)
      const answer = await gateway.post('/v1/webhooks/{id}/recover', { params: { path: { id } }, body: { since } })
      output.answer(answer, `${answer.recovered} deliveries are due again`)
    })
}
