import type { Command } from 'commander'
import { childEnv } from '../config/config.ts'
import { sandboxPage } from '../sandbox/page.ts'
import { Sandbox } from '../sandbox/run.ts'
import { CliError, EXIT } from './exit-codes.ts'
import { numberFrom } from './number-from.ts'
import { stopRequested } from './stop-request.ts'

interface SandboxFlags {
  host: string
  port: number
  labPort: number
  data?: string
  sessions: number
  logLevel: string
  restartOnExit?: boolean
  exitWithParent?: boolean
  json?: boolean
}

/** `kurir sandbox`: a gateway beside a simulated WhatsApp network, populated, until it is told to stop. */
export function addSandbox(program: Command): void {
  program
    .command('sandbox')
    .description('try everything without a phone: a gateway beside a simulated WhatsApp network')
    .option('--port <port>', 'port of the gateway; 0 takes a free one', numberFrom(0, 65_535), 3000)
    .option('--host <address>', 'address that the gateway listens on', '127.0.0.1')
    .option('--lab-port <port>', 'port of the lab; 0 takes a free one', numberFrom(0, 65_535), 0)
    .option('--data <directory>', 'keep the data here between runs instead of deleting it at the end')
    .option('--sessions <count>', 'how many paired sessions', numberFrom(1, 1000), 1)
    .option('--log-level <level>', 'least level that the gateway logs to stderr', 'warn')
    .option('--restart-on-exit', 'start the gateway again whenever it dies, on the same port and data')
    .option('--exit-with-parent', 'stop when standard input closes')
    .option('--json', 'print one line of JSON when everything is ready, instead of a page')
    .addHelpText('after', '\nExamples:\n  kurir sandbox\n  kurir sandbox --json --sessions 4 --port 0')
    .action(run)
}

async function run(flags: SandboxFlags): Promise<void> {
  const { json = false, restartOnExit = false, exitWithParent = false, ...options } = flags
  const stop = stopRequested(exitWithParent)
  const sandbox = new Sandbox({
    ...options,
    restartOnExit,
    childEnv,
    onProgress: (text) => process.stderr.write(`${text}\n`),
    onRestart: (gatewayPid) => {
      if (json) process.stdout.write(`${JSON.stringify({ gatewayPid })}\n`)
    },
  })
  try {
    const ended = Promise.race([stop.then(() => undefined), sandbox.failed])
    const contract = await Promise.race([sandbox.start(), ended.then((why) => why ?? 'stopped')])
    if (typeof contract === 'string') {
      if (contract !== 'stopped') throw new CliError(contract, EXIT.failed)
      return
    }
    process.stdout.write(json ? `${JSON.stringify(contract)}\n` : sandboxPage(contract, options.data))
    const why = await ended
    if (why) throw new CliError(`The sandbox ended: ${why}`, EXIT.failed)
  } finally {
    await sandbox.stop()
  }
}
