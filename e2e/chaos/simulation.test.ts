import { expect, test } from 'vitest'
import { type PlantedBug, simulate } from './simulation.ts'

const seed = Number(process.env.KURIR_E2E_SEED ?? Date.now() % 1_000_000)

test(`R18, short (seed ${seed}): whatever the steps, nothing is lost, twice or out of order`, async () => {
  expect((await simulate({ seed, runs: 40, steps: 40 })).broken).toBeUndefined()
}, 120_000)

test.each<PlantedBug>(['answer before the commit', 'receipt before the store'])(
  'a planted bug is found within 200 seeds: %s',
  async (bug) => {
    const { runs, broken } = await simulate({ seed, runs: 200, steps: 40, bug })
    expect(broken, `not found in ${runs} runs`).toContain('lost')
  },
  120_000,
)
