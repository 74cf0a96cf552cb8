import { fileURLToPath } from 'node:url'
import { inspect, parseArgs } from 'node:util'
import { databaseFor, isDatabaseName, stopServer, whyMissing } from '../support/database.ts'
import { SCENARIOS } from './all.ts'
import { type ReportRow, writeReport } from './report.ts'
import type { Outcome } from './scenario.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    db: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    quick: { type: 'boolean', default: false },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`Kills, cuts and fills up a gateway under load, and counts what each end saw.

  npm run chaos -- [--only R1,R7] [--db sqlite|postgres] [--seed N] [--quick] [--report FILE]

  --only    some of ${SCENARIOS.map(({ id }) => id).join(', ')}
  --db      one database; without it each that is there
  --quick   the short forms that the tests run; written only where --report says so
  --report  the document whose table gets the results (docs/reliability.md)

The exit code is 0 when nothing was lost, seen twice, out of order or undecryptable.`)
  process.exit(0)
}

const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
const seed = Number(values.seed)
const wanted = values.only?.split(',')
const scenarios = SCENARIOS.filter(({ id }) => !wanted || id.split('+').some((one) => wanted.includes(one)))
if (scenarios.length === 0) throw new Error(`there is no ${values.only}`)
const databases = (values.db?.split(',') ?? ['sqlite', 'postgres']).filter(isDatabaseName)
const document = values.quick ? undefined : fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))
const report = values.report ?? document
const rows: ReportRow[] = []

for (const name of databases) {
  const why = await whyMissing(name)
  if (why) {
    say(`${name} is left out: ${why}`)
    continue
  }
  for (const scenario of scenarios) {
    if (!scenario.databases.includes(name)) continue
    say(`${scenario.id} on ${name}, seed ${seed}: ${scenario.fault}`)
    const started = Date.now()
    const setting = { seed, isFull: !values.quick, database: await databaseFor(name), say }
    const outcome = await scenario.run(setting).catch((error: unknown): Outcome => {
      say(inspect(error))
      return { load: 'ended early', result: 'no result', broken: [String(error)] }
    })
    rows.push({ id: scenario.id, database: name, fault: scenario.fault, seed, isQuick: values.quick, ...outcome })
    say(`${outcome.broken.length > 0 ? `BROKEN ${outcome.broken.join('; ')}` : 'ok'}: ${outcome.result}`)
    say(`${scenario.id} took ${Math.round((Date.now() - started) / 1000)} s`)
    // Written each time, so that a run that is cut short has not been for nothing.
    if (report) writeReport(report, rows)
  }
}
await stopServer()
process.exit(rows.some(({ broken }) => broken.length > 0) ? 1 : 0)
