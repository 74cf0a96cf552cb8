import type { Command } from 'commander'
import QRCode from 'qrcode'
import { type ClientFlags, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import type { GatewayClient } from './gateway-client.ts'
import { addImport } from './import-session.ts'
import { type Output, type Streams, table } from './output.ts'

interface Session {
  id: string
  status: string
  reason: string
  phone: string | null
  name: string | null
  since: string
}

interface PairFlags extends ClientFlags {
  phone?: string
}

/** What is done to a session by one call. */
const VERBS = {
  start: 'connect a session',
  stop: 'disconnect a session; it stays paired',
  restart: 'disconnect a session and connect it again',
  logout: 'unlink a session from its account',
} as const

/** `kurir sessions list|pair|start|stop|restart|logout`. */
export function addSessions(program: Command, streams: Streams): void {
  const sessions = program.command('sessions').description('WhatsApp accounts: list, pair, log out')

  withClientFlags(sessions.command('list'))
    .description('list sessions and their status')
    .addHelpText('after', '\nExample:\n  kurir sessions list --json')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await gateway.list<Session>('/v1/sessions')
      const rows = list.map((session) => [
        session.id,
        session.status,
        session.reason,
        session.phone ?? '',
        session.since,
      ])
      output.answer(list, table(['ID', 'STATUS', 'REASON', 'PHONE', 'SINCE'], rows))
    })

  withClientFlags(sessions.command('pair').argument('<id>', 'id of the session; created where there is none'))
    .description('link a session to a phone: scan the QR code, or type a code with --phone')
    .option('--phone <number>', 'pair by a code typed on this phone')
    .addHelpText(
      'after',
      '\nExamples:\n  kurir sessions pair shop-1\n  kurir sessions pair shop-1 --phone +6281210000001',
    )
    .action(async (id: string, { phone, ...flags }: PairFlags) => {
      const { gateway, output } = connect(flags, streams)
      await ensureStarted(gateway, id)
      await pair(gateway, output, id, phone)
    })

  addImport(sessions, streams)

  for (const [verb, description] of Object.entries(VERBS)) {
    withClientFlags(sessions.command(verb).argument('<id>', 'id of the session'))
      .description(description)
      .addHelpText('after', `\nExample:\n  kurir sessions ${verb} shop-1`)
      .action(async (id: string, flags: ClientFlags) => {
        const { gateway, output } = connect(flags, streams)
        const session = await gateway.call<Session>('POST', `${pathOf(id)}/${verb}`)
        output.answer(session, `${session.id} is ${session.status}`)
      })
  }
}

function pathOf(id: string): string {
  return `/v1/sessions/${encodeURIComponent(id)}`
}

async function ensureStarted(gateway: GatewayClient, id: string): Promise<void> {
  const list = await gateway.list<Session>('/v1/sessions')
  if (list.some((session) => session.id === id)) await gateway.call('POST', `${pathOf(id)}/start`)
  else await gateway.call('POST', '/v1/sessions', { id })
}

/** Shows every QR code (or one pairing code) until the session is connected. */
async function pair(gateway: GatewayClient, output: Output, id: string, phone: string | undefined): Promise<void> {
  let isCodeShown = false
  for await (const { event, data } of gateway.events(`${pathOf(id)}/qr/stream`)) {
    if (event === 'connected') {
      const session = data as Session
      return output.answer(session, `${session.id} is connected as ${session.phone}`)
    }
    if (event === 'status') refuseEnded(data as Session)
    if (event !== 'qr') continue
    if (phone === undefined) await showQr(output, (data as { qr: string }).qr)
    else if (!isCodeShown) {
      isCodeShown = true
      const { code } = await gateway.call<{ code: string }>('POST', `${pathOf(id)}/pairing-code`, { phone })
      output.show(`On the phone: WhatsApp > Linked devices > Link with phone number. Code: ${code}`)
    }
  }
  throw new CliError(`${id} was not paired`, EXIT.failed)
}

async function showQr(output: Output, text: string): Promise<void> {
  if (output.isJson) return
  output.show('On the phone: WhatsApp > Linked devices > Link a device. Scan:\n')
  output.show(await QRCode.toString(text, { type: 'terminal', small: true, errorCorrectionLevel: 'L' }))
}

function refuseEnded({ id, status, reason }: Session): void {
  if (status === 'stopped') throw new CliError(`${id} was not paired: ${reason}`, EXIT.failed)
}
