import { expect, test } from 'vitest'
import { sqlite } from '../support/database.ts'
import { SCENARIOS } from './all.ts'

const seed = Number(process.env.KURIR_E2E_SEED ?? Date.now() % 1_000_000)

/** R2 goes to the points of R3 too, and R18 has tests of its own. */
const SHORT = SCENARIOS.filter(({ id, databases }) => id !== 'R3' && id !== 'R18' && databases.includes('sqlite'))

test.each(SHORT.map((scenario) => [scenario.id, scenario] as const))(
  `%s, short (seed ${seed})`,
  async (_id, scenario) => {
    const { load, result, broken } = await scenario.run({ seed, isFull: false, database: sqlite(), say: () => {} })
    expect(broken, `seed ${seed}: ${load}: ${result}`).toEqual([])
  },
  180_000,
)
