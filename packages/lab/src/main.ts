import { Command, InvalidArgumentError } from 'commander'
import { startLab } from './index.ts'

const EXAMPLES = `
Examples:
  $ kurir-lab --json
  $ curl -X POST localhost:3900/phones -H 'content-type: application/json' -d '{"phone":"6281200000001"}'
  $ NODE_OPTIONS=--import=kurir-lab/preload LAB_URL=ws://127.0.0.1:3900/ws/chat LAB_ROOT=<rootKey> node app.js
`

interface Flags {
  port: number
  seed?: string
  data?: string
  json?: boolean
  decrypt: boolean
  exitWithParent?: boolean
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('not a port number')
  return port
}

async function run(flags: Flags): Promise<void> {
  // Node.js 24 probes every buffer used as a key by an exception it swallows; without stack traces that is half as dear.
  Error.stackTraceLimit = 0
  const lab = await startLab({
    port: flags.port,
    decrypt: flags.decrypt,
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.data === undefined ? {} : { data: flags.data }),
  })
  const { url, ws, rootKey, caFile } = lab
  if (flags.json) console.log(JSON.stringify({ lab: url, ws, rootKey, caFile }))
  else console.log(`The lab is at ${url}\n  WebSocket  ${ws}\n  root key   ${rootKey}\n  media CA   ${caFile}`)
  const stop = () => {
    lab.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error instanceof Error ? error.message : error)
        process.exit(1)
      },
    )
  }
  // A parent that dies without a word closes the pipe.
  if (flags.exitWithParent) process.stdin.once('end', stop).resume()
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

const program = new Command('kurir-lab')
  .description('A simulated WhatsApp network: virtual phones behind a server that speaks the real protocol.')
  .option('--port <number>', 'port of the control API and the WebSocket; 0 takes a free one', portNumber, 3900)
  .option('--seed <text>', 'equal seeds give equal keys and ids; "1", or that of the kept state, without')
  .option('--data <directory>', 'keep the state here between runs')
  .option('--json', 'print one line of JSON when ready')
  .option('--decrypt', 'phones decrypt what they get', true)
  .option('--no-decrypt', 'only acknowledge and confirm delivery, for benchmarks')
  .option('--exit-with-parent', 'end when standard input closes')
  .addHelpText('after', EXAMPLES)

program.action(async (flags: Flags) => {
  try {
    await run(flags)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
})
await program.parseAsync()
