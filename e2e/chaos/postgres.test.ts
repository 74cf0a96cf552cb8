import { expect, test } from 'vitest'
import { missingServer } from '../../packages/gateway/src/store/postgres/test/database.ts'
import { databaseFor } from '../support/database.ts'
import { SCENARIOS } from './all.ts'

const seed = Number(process.env.KURIR_E2E_SEED ?? Date.now() % 1_000_000)
const ON_POSTGRES = SCENARIOS.filter(({ id }) => id === 'R1+R7' || id === 'R13')

test.skipIf(missingServer).each(ON_POSTGRES.map((scenario) => [scenario.id, scenario] as const))(
  `%s on PostgreSQL, short (seed ${seed})${missingServer ? `: ${missingServer}` : ''}`,
  async (_id, scenario) => {
    const database = await databaseFor('postgres')
    const { load, result, broken } = await scenario.run({ seed, isFull: false, database, say: () => {} })
    expect(broken, `seed ${seed}: ${load}: ${result}`).toEqual([])
  },
  180_000,
)
