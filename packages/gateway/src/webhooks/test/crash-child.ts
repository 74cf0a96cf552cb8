/**
 * A process that delivers what the store in `argv[2]` holds, for tests that kill it. With `argv[3]` = `hold` it stops
 * between the receiver's answer and the store: it prints `settling` instead of writing.
 */
import { systemClock } from '../../core/clock.ts'
import { UrlGuard } from '../../safe-fetch/guard.ts'
import { SafeFetch } from '../../safe-fetch/safe-fetch.ts'
import { nativeBody } from '../body.ts'
import { DeliveryPump } from '../deliver.ts'
import { openTestStore, silent } from './store.ts'

const [, , dataDir = '', mode] = process.argv
const store = await openTestStore({ dataDir })
const { webhooks } = store
const pump = new DeliveryPump({
  store: {
    dueDeliveries: (query) => webhooks.dueDeliveries(query),
    nextDueAt: (after) => webhooks.nextDueAt(after),
    updateEndpoint: (id, patch) => webhooks.updateEndpoint(id, patch),
    settleDelivery: (id, outcome) => {
      if (mode !== 'hold') return webhooks.settleDelivery(id, outcome)
      process.stdout.write('settling\n')
      return new Promise(() => undefined)
    },
  },
  commits: store.events,
  http: new SafeFetch({ guard: new UrlGuard({ allowLoopback: true, ports: 'any' }) }),
  renderer: nativeBody(),
  clock: systemClock,
  logger: silent,
  userAgent: 'Kurir/0.0.0',
  timeoutMs: 15_000,
  random: Math.random,
  slots: { total: 16, perEndpoint: 8 },
})
pump.start()
process.stdout.write('started\n')
setInterval(() => undefined, 60_000)
