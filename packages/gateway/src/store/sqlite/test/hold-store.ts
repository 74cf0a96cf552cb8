import { pino } from 'pino'
import { systemClock } from '../../../core/clock.ts'
import type { TenantId } from '../../../core/ids.ts'
import { openSqliteStore } from '../open.ts'

/** Opens the store of the directory given, writes one tenant, collects garbage (--expose-gc), says so and holds it until it is killed. */
const [dataDir = ''] = process.argv.slice(2)
const store = await openSqliteStore({ dataDir, clock: systemClock, logger: pino({ level: 'silent' }) })
await store.access.createTenant({
  id: 'held' as TenantId,
  name: 'Held',
  countryCode: '62',
  timeZone: 'Asia/Jakarta',
  quotas: {},
  createdAt: 1,
})
// Nothing refers to the store from here on, and still it is held.
setImmediate(() => {
  globalThis.gc?.()
  process.stdout.write('open\n')
})
setInterval(() => undefined, 60_000)
