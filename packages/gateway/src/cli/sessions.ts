import type { Command } from 'commander'
import type { Kurir, Session } from 'kurir-client'
import QRCode from 'qrcode'
import { type ClientFlags, collect, connect, withClientFlags } from './client-flags.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { addImport } from './import-session.ts'
import { type Output, type Streams, table } from './output.ts'

interface PairFlags extends ClientFlags {
  phone?: string
}

/** What is done to a session by one call. */
const VERBS = [
  ['start', 'connect a session'],
  ['stop', 'disconnect a session; it stays paired'],
  ['restart', 'disconnect a session and connect it again'],
  ['logout', 'unlink a session from its account; it must be paired again'],
] as const

const EXAMPLES = `
Examples:
  kurir sessions pair shop-1
  kurir sessions list
  kurir sessions logout shop-1`

/** `kurir sessions list|pair|start|stop|restart|logout`. */
export function addSessions(program: Command, streams: Streams): void {
  const sessions = program
    .command('sessions')
    .description('WhatsApp accounts: list, pair, connect, log out')
    .addHelpText('after', EXAMPLES)

  withClientFlags(sessions.command('list'))
    .description('list sessions and their status')
    .addHelpText('after', '\nExample:\n  kurir sessions list --json')
    .action(async (flags: ClientFlags) => {
      const { gateway, output } = connect(flags, streams)
      const list = await collect(gateway.list('/v1/sessions'))
      const rows = list.map((session) => [
        session.id,
        session.status,
        session.reason,
        session.phone ?? '',
        session.since,
      ])
      output.answer(list, table(['ID', 'STATUS', 'REASON', 'PHONE', 'SINCE'], rows))
    })

  withClientFlags(sessions.command('pair').argument('<id>', 'id of the session; it is made where there is none'))
    .description('link a session to a phone and wait until it is connected')
    .option('--phone <number>', 'show a code to type on this phone instead of a QR code')
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

  for (const [verb, description] of VERBS) {
    withClientFlags(sessions.command(verb).argument('<id>', 'id of the session'))
      .description(description)
      .addHelpText('after', `\nExample:\n  kurir sessions ${verb} shop-1`)
      .action(async (id: string, flags: ClientFlags) => {
        const { gateway, output } = connect(flags, streams)
        const session = await gateway.post(`/v1/sessions/{session}/${verb}`, sessionPath(id))
        output.answer(session, `${session.id} is ${session.status}`)
      })
  }
}

/** Names a session in a call's path. */
function sessionPath(session: string) {
  return { params: { path: { session } } }
}

async function ensureStarted(gateway: Kurir, id: string): Promise<void> {
  const list = await collect(gateway.list('/v1/sessions'))
  if (list.some((session) => session.id === id)) await gateway.post('/v1/sessions/{session}/start', sessionPath(id))
  else await gateway.post('/v1/sessions', { body: { id } })
}

/** Shows every QR code (or one pairing code) until the session is connected. */
async function pair(gateway: Kurir, output: Output, id: string, phone: string | undefined): Promise<void> {
  let isCodeShown = false
  for await (const { event, data } of gateway.pairing(id)) {
    if (event === 'connected') return output.answer(data, `${data.id} is connected as ${data.phone}`)
    if (event === 'status') refuseEnded(data)
    if (event !== 'qr') continue
    if (phone === undefined) await showQr(output, data.qr)
    else if (!isCodeShown) {
      isCodeShown = true
      const { code } = await gateway.post('/v1/sessions/{session}/pairing-code', {
        ...sessionPath(id),
        body: { phone },
      })
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
