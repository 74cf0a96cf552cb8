import { randomBytes } from 'node:crypto'
import { type Database, databaseFor, whyMissing } from '../support/database.ts'
import { median } from './figures.ts'
import { type GatewayBench, type SendFigures, startBare, startGateway } from './send.ts'
import type { Row } from './table.ts'

/** A gateway set up in one way, to be measured beside the others. */
interface Variant {
  /** Behind the names of its figures; '' for the one that the targets are for. */
  label: string
  settings: Record<string, string>
  /** Only what it costs is of interest. */
  isBrief: boolean
  leave(): Promise<void>
}

export interface Measuring {
  databases: Database['name'][]
  rounds: number
  /** Messages in each round. */
  messages: number
  /** Messages one at a time. */
  singles: number
  say: (text: string) => void
}

/** The databases that can be measured here; says why one cannot. */
export async function presentDatabases(say: (text: string) => void): Promise<Database['name'][]> {
  const missing = await whyMissing('postgres')
  if (missing !== undefined) say(`without PostgreSQL: ${missing}`)
  return missing === undefined ? ['sqlite', 'postgres'] : ['sqlite']
}

/** Each database, and the first of them with encryption on. */
async function variantsOf(databases: Database['name'][]): Promise<Variant[]> {
  const variants: Variant[] = []
  for (const [index, name] of databases.entries()) {
    const { settings, drop } = await databaseFor(name)
    const label = index === 0 ? '' : `, ${name}`
    variants.push({ label, settings, isBrief: false, leave: drop })
  }
  const [first = 'sqlite'] = databases
  const { settings, drop } = await databaseFor(first)
  const encrypted = { ...settings, KURIR_MASTER_KEY: randomBytes(32).toString('base64') }
  variants.push({ label: ', encryption on', settings: encrypted, isBrief: true, leave: drop })
  return variants
}

interface Measured {
  variant: Variant
  bench: GatewayBench
  figures: SendFigures[]
  toGroups: SendFigures[]
  latency: Row[]
}

/** Of the messages of a round, one in so many is sent to groups in a round of its own. */
const GROUP_SHARE = 4

/** Runs all by turns, so that a noisy neighbour hits all alike, and bare Baileys among them. */
export async function measureSends(options: Measuring): Promise<Row[]> {
  const { databases, rounds, messages, singles, say } = options
  const measured: Measured[] = []
  const stops: (() => Promise<void>)[] = []
  try {
    for (const variant of await variantsOf(databases)) {
      stops.unshift(variant.leave)
      const bench = await startGateway(say, variant.settings)
      stops.unshift(bench.stop)
      measured.push({ variant, bench, figures: [], toGroups: [], latency: [] })
    }
    const [first] = measured
    if (!first) return []
    const bareBench = await startBare(first.bench.contract, first.bench.contacts, say)
    stops.unshift(bareBench.stop)
    const [bare, bareToGroups]: [SendFigures[], SendFigures[]] = [[], []]
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}: ${messages} messages each`)
      const toGroup = Math.ceil(messages / GROUP_SHARE)
      bare.push(await bareBench.run(messages, 'person'))
      bareToGroups.push(await bareBench.run(toGroup, 'group'))
      for (const { bench, figures, toGroups } of measured) {
        figures.push(await bench.run(messages, 'person'))
        toGroups.push(await bench.run(toGroup, 'group'))
      }
    }
    say('latency, one message at a time')
    for (const one of measured) if (!one.variant.isBrief) one.latency = await one.bench.latency(singles)
    return measured.flatMap((one) => rowsOf(one, bare, bareToGroups))
  } finally {
    for (const stop of stops) await stop()
  }
}

function rowsOf(
  { variant, figures, toGroups, latency }: Measured,
  bare: SendFigures[],
  bareToGroups: SendFigures[],
): Row[] {
  const cpuOf = (all: SendFigures[]) => all.map(({ cpuMsPerMessage }) => cpuMsPerMessage)
  const cpu = cpuOf(figures)
  const ratios = cpu.map((value, round) => value / (bare[round]?.cpuMsPerMessage ?? Number.NaN))
  const rows: Row[] = [
    {
      figure: 'CPU per message, HTTP request to acknowledged and on disk (ms)',
      kurir: median(cpu),
      bare: median(cpuOf(bare)),
      target: '<= 1.5x bare',
    },
    { figure: 'the same as a multiple of bare', kurir: median(ratios), bare: 1, target: '<= 1.5' },
    {
      figure: 'CPU per message to a group of 17 (ms)',
      kurir: median(cpuOf(toGroups)),
      bare: median(cpuOf(bareToGroups)),
    },
  ]
  if (!variant.isBrief) {
    rows.push({
      figure: 'messages/s, 8 sessions x 4 in flight',
      kurir: median(figures.map((one) => one.messagesPerSecond)),
      bare: median(bare.map((one) => one.messagesPerSecond)),
      target: '>= 600',
    })
  }
  if (variant.label === '') return [...rows, ...latency]
  // The targets are for one database, without encryption.
  return [...rows, ...latency].map(({ figure, kurir }) => ({ figure: `${figure}${variant.label}`, kurir }))
}
