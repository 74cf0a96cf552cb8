import type { Resolve } from '../../safe-fetch/connect.ts'
import { type FetchPolicy, UrlGuard } from '../../safe-fetch/guard.ts'
import { SafeFetch } from '../../safe-fetch/safe-fetch.ts'
import { nativeBody } from '../body.ts'
import { DeliveryPump, type DeliveryPumpNeeds } from '../deliver.ts'
import { TestClock } from './clock.ts'
import { openTestStore, silent, type TestStore } from './store.ts'

export interface Rig {
  store: TestStore
  clock: TestClock
  pump: DeliveryPump
  /** Another pump over the same store and network, as after a restart. */
  another(changes?: Partial<DeliveryPumpNeeds>): DeliveryPump
  close(): Promise<void>
}

export interface RigOptions {
  policy?: FetchPolicy
  resolve?: Resolve
  needs?: Partial<DeliveryPumpNeeds>
  /** Puts something between the pump and the store. */
  wrap?: (store: TestStore['webhooks']) => DeliveryPumpNeeds['store']
}

/** A pump over the real store and network, on a clock that the test turns; not started. */
export async function openRig({ policy, resolve, needs, wrap }: RigOptions = {}): Promise<Rig> {
  const clock = new TestClock()
  const store = await openTestStore({ clock })
  const guard = new UrlGuard(policy ?? { allowLoopback: true, ports: 'any' })
  const http = new SafeFetch({ guard, ...(resolve ? { resolve } : {}) })
  const pumps: DeliveryPump[] = []
  const another = (changes: Partial<DeliveryPumpNeeds> = {}) => {
    const pump = new DeliveryPump({
      store: wrap ? wrap(store.webhooks) : store.webhooks,
      commits: store.events,
      http,
      renderer: nativeBody(),
      clock,
      logger: silent,
      userAgent: 'Kurir/0.0.0',
      timeoutMs: 15_000,
      random: Math.random,
      slots: { total: 64, perEndpoint: 16 },
      ...needs,
      ...changes,
    })
    pumps.push(pump)
    return pump
  }
  return {
    store,
    clock,
    pump: another(),
    another,
    close: async () => {
      await Promise.all(pumps.map((pump) => pump.drain(clock.now())))
      await http.close()
      await store.close()
    },
  }
}
