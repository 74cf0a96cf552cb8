import type { Command } from 'commander'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { numberFrom } from './number-from.ts'
import type { Streams } from './output.ts'

interface SendFlags extends ClientFlags {
  wait: number
}

const EXAMPLES = `
Examples:
  kurir send shop-1 +6281210000001 'Your order is on its way'
  kurir send shop-1 6281210000001 'Halo' --wait 0 --json`

/** `kurir send`. */
export function addSend(program: Command, streams: Streams): void {
  withClientFlags(
    program
      .command('send')
      .argument('<session>', 'id of the session to send from')
      .argument('<to>', 'phone number, or the id of a group (…@g.us)')
      .argument('<text>', 'what to send'),
  )
    .description('send a text and wait until WhatsApp has it')
    .option(
      '--wait <ms>',
      'longest to wait for WhatsApp’s acknowledgement, in milliseconds',
      numberFrom(0, 60_000),
      10_000,
    )
    .addHelpText('after', EXAMPLES)
    .action(async (session: string, to: string, text: string, { wait, ...flags }: SendFlags) => {
      const { gateway, output } = connect(flags, streams)
      const message = await gateway.send(session, { to, type: 'text', text }, { wait })
      output.answer(message, `${message.id} ${message.status}`)
      const failure = message.status === 'failed' ? message.status_history.at(-1)?.reason : undefined
      if (message.status === 'failed') throw new CliError(`The message failed: ${failure ?? 'unknown'}`, EXIT.failed)
    })
}
