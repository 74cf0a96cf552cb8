import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describeStore } from '../conformance.ts'
import { openSqliteStore } from './open.ts'

const logger = pino({ level: 'silent' })

describeStore('SQLite', async (clock) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kurir-store-'))
  let store = await openSqliteStore({ dataDir, clock, logger })
  return {
    store,
    reopen: async () => {
      await store.close()
      store = await openSqliteStore({ dataDir, clock, logger })
      return store
    },
    remove: async () => {
      await store.close()
      rmSync(dataDir, { recursive: true })
    },
  }
})
