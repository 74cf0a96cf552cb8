import { expect, test } from 'vitest'
import { createTable } from './create-table.ts'
import { connectPostgres } from './driver.ts'
import { makeDatabase, missingServer } from './test/database.ts'

const PROCESSES = 8
const ROUNDS = 20

test.skipIf(missingServer)('a table that many create at the same moment is there for all of them', async () => {
  const database = await makeDatabase()
  try {
    const drivers = await Promise.all(Array.from({ length: PROCESSES }, () => connectPostgres(database.url)))
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = `CREATE TABLE IF NOT EXISTS round_${round} (id BIGINT PRIMARY KEY)`
      await Promise.all(drivers.map((driver) => createTable(driver, text)))
    }
    await Promise.all(drivers.map((driver) => driver.close()))
    const [[made] = []] = await database.ask("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'round%'")
    expect(made).toBe(ROUNDS)
  } finally {
    await database.drop()
  }
})
