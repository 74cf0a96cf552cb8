import { parseArgs } from 'node:util'
import { type Database, isDatabaseName, stopServer } from '../support/database.ts'
import { machine } from './figures.ts'
import { measureIdle } from './idle.ts'
import { profileSends } from './profile.ts'
import { printShares, printTable } from './table.ts'
import { measureSends, presentDatabases } from './variants.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    idle: { type: 'string' },
    db: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`Measures Kurir beside a bare Baileys in the same run, both against the lab on this machine: on each database, and
with encryption on.

  npm run bench -- [--quick] [--db NAME] [--idle N] [--profile FILE] [--json]

  --quick         smaller counts: about two minutes instead of about twenty
  --db NAME       sqlite or postgres alone; both by default, where a server is found
  --idle N        sessions for the idle and reconnect figures, one number or several (200,500,1000; 20 with --quick; 0 for none)
  --profile FILE  instead of all that: where the CPU time of sends to people goes; FILE gets the profile (.cpuprofile)
  --json          one JSON object on stdout instead of a table`)
  process.exit(0)
}
const database = values.db
if (database !== undefined && !isDatabaseName(database)) {
  console.error(`--db is sqlite or postgres, not "${database}"`)
  process.exit(2)
}

const rounds = values.quick ? 2 : 5
const messages = values.quick ? 400 : 1500
const idleCounts = (values.idle ?? (values.quick ? '20' : '200,500,1000'))
  .split(',')
  .map(Number)
  .filter((count) => count > 0)
const say = (text: string) => process.stderr.write(`${text}\n`)

try {
  await (values.profile === undefined ? compare(database) : profile(values.profile, database ?? 'sqlite'))
} finally {
  await stopServer()
}

async function compare(only: Database['name'] | undefined): Promise<void> {
  const databases = only === undefined ? await presentDatabases(say) : [only]
  const rows = [
    ...(await measureSends({ databases, rounds, messages, singles: values.quick ? 50 : 200, say })),
    ...(idleCounts.length > 0 ? await measureIdle(idleCounts, say) : []),
  ]
  if (values.json) console.log(JSON.stringify({ machine: machine(), messages, rounds, rows }, null, 2))
  else printTable(machine(), rows)
}

async function profile(file: string, database: Database['name']): Promise<void> {
  const all = messages * rounds
  const shares = await profileSends({ database, messages: all, file, say })
  if (values.json) console.log(JSON.stringify({ machine: machine(), messages: all, shares }, null, 2))
  else printShares(machine(), shares)
}
