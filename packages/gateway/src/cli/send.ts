import type { Command } from 'commander'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import type { Streams } from './output.ts'

interface SendFlags extends ClientFlags {
  wait: string
}

interface Message {
  id: string
  status: string
  status_history: { status: string; reason?: string }[]
}

/** `kurir send`. */
export function addSend(program: Command, streams: Streams): void {
  withClientFlags(
    program
      .command('send')
      .argument('<session>', 'id of the session to send from')
      .argument('<to>', 'phone number or address')
      .argument('<text>', 'what to send'),
  )
    .description('send a text message')
    .option('--wait <ms>', 'milliseconds to wait for WhatsApp’s acknowledgement', '10000')
    .addHelpText('after', "\nExample:\n  kurir send shop-1 +6281210000001 'Your order is on its way'")
    .action(async (session: string, to: string, text: string, { wait, ...flags }: SendFlags) => {
      const { gateway, output } = connect(flags, streams)
      const path = `/v1/sessions/${encodeURIComponent(session)}/messages?wait=${encodeURIComponent(wait)}`
      const message = await gateway.call<Message>('POST', path, { to, type: 'text', text })
      output.answer(message, `${message.id} ${message.status}`)
      const failure = message.status === 'failed' ? message.status_history.at(-1)?.reason : undefined
      if (message.status === 'failed') throw new CliError(`The message failed: ${failure ?? 'unknown'}`, EXIT.failed)
    })
}
