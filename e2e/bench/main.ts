import { parseArgs } from 'node:util'
import { machine, median } from './figures.ts'
import { measureIdle } from './idle.ts'
import { type SendFigures, startBare, startGateway } from './send.ts'
import { printTable, type Row } from './table.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    idle: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`Measures Kurir beside a bare Baileys in the same run, both against the lab on this machine.

  npm run bench -- [--quick] [--idle N] [--json]

  --quick   smaller counts: about a minute instead of about fifteen
  --idle N  sessions for the idle and reconnect figures, one number or several (200,500,1000; 20 with --quick; 0 for none)
  --json    one JSON object on stdout instead of a table`)
  process.exit(0)
}

const rounds = values.quick ? 2 : 5
const messages = values.quick ? 400 : 1500
const idleCounts = (values.idle ?? (values.quick ? '20' : '200,500,1000'))
  .split(',')
  .map(Number)
  .filter((count) => count > 0)
const say = (text: string) => process.stderr.write(`${text}\n`)

/** Alternates between both, so that a noisy neighbour hits both alike. */
async function measureSends(): Promise<{ bare: SendFigures[]; kurir: SendFigures[]; latency: Row[] }> {
  const kurirBench = await startGateway(say)
  try {
    const bareBench = await startBare(kurirBench.contract, kurirBench.contacts, say)
    try {
      const bare: SendFigures[] = []
      const kurir: SendFigures[] = []
      for (let round = 1; round <= rounds; round += 1) {
        say(`round ${round} of ${rounds}: ${messages} messages each`)
        bare.push(await bareBench.run(messages))
        kurir.push(await kurirBench.run(messages))
      }
      say('latency, one message at a time')
      return { bare, kurir, latency: await kurirBench.latency(values.quick ? 50 : 200) }
    } finally {
      await bareBench.stop()
    }
  } finally {
    await kurirBench.stop()
  }
}

const { bare, kurir, latency } = await measureSends()
const cpuRatio = kurir.map((figures, round) => figures.cpuMsPerMessage / (bare[round]?.cpuMsPerMessage ?? Number.NaN))
const rows: Row[] = [
  {
    figure: 'CPU per message, HTTP request to acknowledged and on disk (ms)',
    kurir: median(kurir.map((one) => one.cpuMsPerMessage)),
    bare: median(bare.map((one) => one.cpuMsPerMessage)),
    target: '<= 1.5x bare',
  },
  { figure: 'the same as a multiple of bare', kurir: median(cpuRatio), bare: 1, target: '<= 1.5' },
  {
    figure: 'messages/s, 8 sessions x 4 in flight',
    kurir: median(kurir.map((one) => one.messagesPerSecond)),
    bare: median(bare.map((one) => one.messagesPerSecond)),
    target: '>= 600',
  },
  ...latency,
  ...(idleCounts.length > 0 ? await measureIdle(idleCounts, say) : []),
]
if (values.json) console.log(JSON.stringify({ machine: machine(), messages, rounds, rows }, null, 2))
else printTable(machine(), rows)
