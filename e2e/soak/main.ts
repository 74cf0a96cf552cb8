import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine } from '../bench/figures.ts'
import { printTable, type Row } from '../bench/table.ts'
import { type Judgement, judge } from '../chaos/judge.ts'
import { Findings } from '../chaos/scenario.ts'
import { Load, lanesOf } from '../load/lanes.ts'
import { databaseFor, isDatabaseName } from '../support/database.ts'
import { Ground } from '../support/ground.ts'
import { Receiver } from '../support/receiver.ts'
import { loopDelays, Vitals } from './vitals.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    sessions: { type: 'string', default: '50' },
    db: { type: 'string', default: 'sqlite' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`Runs a steady load for long: each session sends one message a second and receives one.

  npm run soak -- [--minutes 30] [--sessions 50] [--db sqlite|postgres] [--json]

Prints memory, event-loop delay and descriptors, and what was lost or seen twice. The exit code is 0 when nothing was.`)
  process.exit(0)
}

const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
const seconds = Math.round(Number(values.minutes) * 60)
const sessions = Number(values.sessions)

interface Soaked extends Judgement {
  sent: number
  received: number
  broken: string[]
  vitals: Vitals
  delays: { p99: number; max: number }
  drainSeconds: number
  resentAfterDrain: number
}

async function soak(ground: Ground, receiver: Receiver): Promise<Soaked> {
  receiver.trust(await ground.webhook(receiver.url))
  const delayFile = join(ground.directory, 'loop-delay')
  const preload = `--import=${fileURLToPath(new URL('loop-delay.ts', import.meta.url))}`
  await ground.end()
  await ground.begin({ NODE_OPTIONS: preload, LOOP_DELAY_FILE: delayFile })
  await ground.connected()
  const load = new Load(ground.place, lanesOf(ground.place, 1), receiver)
  const vitals = new Vitals(ground.pid)
  const progress = setInterval(() => {
    const { at = 0, rss = 0, descriptors = 0 } = vitals.last ?? {}
    say(
      `${Math.round(at)} of ${seconds} s, ${load.sentOut.lines.length} sent, ${Math.round(rss)} MiB, ${descriptors} descriptors`,
    )
  }, 15_000)
  const work = Promise.all([load.sendOut(seconds, { perSecond: 1 }), load.sendIn(seconds, { perSecond: 1 })])
  const [ids] = await work.finally(() => clearInterval(progress))
  vitals.stop()
  const delays = loopDelays(delayFile)
  say('load over; SIGTERM')
  const before = (await load.judgeOut()).extraCopies
  const started = Date.now()
  await ground.end()
  const drainSeconds = (Date.now() - started) / 1000
  await ground.begin()
  const findings = new Findings()
  const judgement = await judge({ ground, load, receiver, ids, say }, findings)
  return {
    ...{ ...judgement, sent: ids.length, received: load.sentIn.lines.length, broken: findings.broken },
    ...{ vitals, delays, drainSeconds, resentAfterDrain: judgement.out.extraCopies - before },
  }
}

async function play(): Promise<Soaked> {
  if (!isDatabaseName(values.db)) throw new Error(`there is no database ${values.db}`)
  say(`pairing ${sessions} sessions`)
  const [ground, receiver] = await Promise.all([
    Ground.start({ sessions, database: await databaseFor(values.db) }),
    Receiver.start(),
  ])
  try {
    return await soak(ground, receiver)
  } finally {
    await Promise.all([ground.stop(), receiver.stop()])
  }
}

function rowsOf({ vitals, delays, drainSeconds, resentAfterDrain, out, in: told, ...rest }: Soaked): Row[] {
  const { first, last } = vitals.descriptors()
  return [
    { figure: 'messages sent', kurir: rest.sent },
    { figure: 'messages received', kurir: rest.received },
    { figure: 'memory, growth per 10 minutes (MiB)', kurir: vitals.rssSlope(), target: '< 1' },
    { figure: 'memory at the end (MiB)', kurir: vitals.last?.rss ?? Number.NaN },
    { figure: 'event-loop delay, p99 (ms)', kurir: delays.p99, target: '< 50' },
    { figure: 'event-loop delay, longest (ms)', kurir: delays.max },
    { figure: 'descriptors at the beginning', kurir: first },
    { figure: 'descriptors at the end', kurir: last, target: 'the same' },
    { figure: 'lost', kurir: out.lost + told.lost, target: '0' },
    { figure: 'twice', kurir: out.twice + told.twice, target: '0' },
    { figure: 'out of order', kurir: out.outOfOrder + told.outOfOrder, target: '0' },
    { figure: 'undecryptable', kurir: out.undecryptable + told.undecryptable, target: '0' },
    { figure: 'SIGTERM to the end of the process (s)', kurir: drainSeconds, target: '<= 10' },
    { figure: 'messages sent again after it', kurir: resentAfterDrain, target: '0' },
  ]
}

const result = await play()
const rows = rowsOf(result)
if (values.json)
  console.log(JSON.stringify({ machine: machine(), sessions, seconds, rows, broken: result.broken }, null, 2))
else printTable(machine(), rows)
for (const what of result.broken) say(`BROKEN: ${what}`)
process.exit(result.broken.length > 0 ? 1 : 0)
