import { setTimeout as pause } from 'node:timers/promises'
import type { Verdict } from '../chaos/ledger.ts'
import { clientOf } from '../support/client.ts'
import type { Place } from '../support/ground.ts'

/** A slow machine may take as long as it likes, as long as it goes on. */
const STANDSTILL_MS = 60_000
/** One look alone may take as long. */
const STANDSTILL_LOOKS = 5
const LONGEST_REST_MS = 10_000
const SAY_EVERY_MS = 10_000

/**
 * Waits until nothing is missing any more, or nothing has come for a minute; then answers the verdict as it is. `say` is told
 * now and then how many are missing.
 */
export async function settled(judge: () => Promise<Verdict>, say?: (text: string) => void): Promise<Verdict> {
  let verdict = await judge()
  let [movedAt, same, saidAt] = [Date.now(), 0, Date.now()]
  while (verdict.lost > 0 && (same < STANDSTILL_LOOKS || Date.now() - movedAt < STANDSTILL_MS)) {
    if (Date.now() - saidAt >= SAY_EVERY_MS) {
      say?.(`${verdict.lost} to come`)
      saidAt = Date.now()
    }
    const started = performance.now()
    const now = await judge()
    same = now.lost === verdict.lost ? same + 1 : 0
    if (same === 0) movedAt = Date.now()
    verdict = now
    await restAfter(started)
  }
  return verdict
}

/** Pauses after a look at the ledgers that began then: with ten thousands of lines one takes long, of the cores that the work needs. */
export async function restAfter(started: number): Promise<void> {
  await pause(Math.min(LONGEST_REST_MS, Math.max(250, 10 * (performance.now() - started))))
}

/** Waits until the count is zero; answers it as it is after half a minute. */
export async function untilZero(count: () => Promise<number>): Promise<number> {
  let last = await count()
  for (const deadline = Date.now() + 30_000; last > 0 && Date.now() < deadline; last = await count()) await pause(500)
  return last
}

/** How many of the messages did not end at `delivered`. */
export async function countUndelivered(place: Place, ids: string[]): Promise<number> {
  const kurir = clientOf(place)
  let missing = 0
  for (const id of ids) {
    const { status } = await kurir.get('/v1/messages/{id}', { params: { path: { id } } })
    if (status !== 'delivered') missing += 1
  }
  return missing
}
