import { pino } from 'pino'
import { afterAll, describe } from 'vitest'
import type { Clock } from '../../core/clock.ts'
import type { StoreUnderTest } from '../conformance/world.ts'
import { describeStore } from '../conformance.ts'
import { type Connector, serverConnector } from './connection.ts'
import { openPostgresStore } from './open.ts'
import { makeDatabase, missingServer, type TestDatabase } from './test/database.ts'
import { type Embedded, makePglite } from './test/pglite.ts'

const logger = pino({ level: 'silent' })

async function underTest(
  connector: Connector,
  empty: () => Promise<void>,
  clock: Clock,
  isPrepared: boolean,
): Promise<StoreUnderTest> {
  const open = () => openPostgresStore({ connector, clock, logger, isPrepared })
  let store = await open()
  return {
    store,
    reopen: async () => {
      await store.close()
      store = await open()
      return store
    },
    remove: async () => {
      await store.close()
      await empty()
    },
  }
}

// One database for all tests: to make one, with its tables, takes longer than a test.

describe.skipIf(missingServer)(`a server${missingServer ? `: ${missingServer}` : ''}`, () => {
  let database: TestDatabase | undefined
  afterAll(() => database?.drop())

  describeStore('PostgreSQL', async (clock) => {
    database ??= await makeDatabase()
    return underTest(serverConnector(database.url), database.empty, clock, true)
  })
})

// It stands in for a server. Beside one it shows nothing new and takes the longest of all, so it is for full runs then.
if (missingServer || process.env.KURIR_E2E_FULL) {
  describe('an embedded one', () => {
    let embedded: Embedded | undefined
    afterAll(() => embedded?.close())

    describeStore('PGlite', async (clock) => {
      embedded ??= await makePglite()
      return underTest(embedded.connector, embedded.empty, clock, false)
    })
  })
}
