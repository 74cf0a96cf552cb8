import type { Scenario } from './scenario.ts'
import { type PlantedBug, simulate } from './simulation.ts'

const LIMIT_MS = 10 * 60_000
const BUGS: PlantedBug[] = ['answer before the commit', 'receipt before the store']

/** R18: a model against the rooms of the gateway, with a scripted server and a real SQLite. */
export const model: Scenario = {
  id: 'R18',
  fault:
    'random steps (sends, received messages, faults of server and store, drops, kills, time) in a simulation whose clock is turned',
  databases: ['sqlite'],
  async run({ seed, isFull, say }) {
    const steps = isFull ? 200 : 40
    const { runs, broken } = await simulate({ seed, runs: isFull ? 10_000 : 40, steps, limitMs: LIMIT_MS })
    say(`${runs} seeds`)
    const found: string[] = []
    const missed: string[] = []
    for (const bug of BUGS) {
      const hunt = await simulate({ seed, runs: 200, steps: 40, bug })
      if (hunt.broken === undefined) missed.push(`the planted bug was not found: ${bug}`)
      else found.push(`${bug} by seed ${hunt.runs}`)
    }
    return {
      load: `${runs} seeds x up to ${steps} steps`,
      result: `no promise broken; planted bugs found: ${found.join(', ')}`,
      broken: [...(broken === undefined ? [] : [broken]), ...missed],
    }
  },
}
