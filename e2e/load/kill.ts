import { parseArgs } from 'node:util'
import { killRun } from './kill-run.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    messages: { type: 'string', default: '2000' },
    sessions: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`Kills the gateway while messages go both ways, and counts what each end saw.

  npm run kill -- [--kills 20] [--messages 2000] [--sessions 4] [--seed N]

Messages are per direction. The exit code is 0 when nothing was lost, shown twice, out of order or undecryptable.`)
  process.exit(0)
}
const sessions = Number(values.sessions)
const seed = Number(values.seed)
console.error(`seed ${seed}`)
const result = await killRun({
  seed,
  kills: Number(values.kills),
  sessions,
  contacts: 2,
  out: Math.ceil(Number(values.messages) / (sessions * 3)),
  in: Math.ceil(Number(values.messages) / (sessions * (2 + sessions))),
  lifeMs: [50, 300],
  say: (text) => console.error(text),
})
console.log(JSON.stringify({ seed, ...result }, null, 2))
process.exitCode = result.broken.length > 0 ? 1 : 0
