import { setTimeout as pause } from 'node:timers/promises'
import type { Verdict } from '../chaos/ledger.ts'
import { eventually } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import type { Place } from '../support/ground.ts'

/** A slow machine may take as long as it likes, as long as it goes on. */
const STANDSTILL_MS = 60_000

/** Waits until nothing is missing any more, or nothing has come for a minute; then answers the verdict as it is. */
export async function settled(judge: () => Promise<Verdict>): Promise<Verdict> {
  let verdict = await judge()
  let pauseMs = 250
  for (let movedAt = Date.now(); verdict.lost > 0 && Date.now() - movedAt < STANDSTILL_MS; ) {
    await pause(pauseMs)
    const started = performance.now()
    const now = await judge()
    // To compare ledgers of ten thousands of lines takes a while, of the same cores that the work is to be done on.
    pauseMs = Math.max(250, 10 * (performance.now() - started))
    if (now.lost !== verdict.lost) movedAt = Date.now()
    verdict = now
  }
  return verdict
}

/** Waits until the count is zero; answers it as it is after half a minute. */
export async function untilZero(count: () => Promise<number>): Promise<number> {
  await eventually('the last status', async () => (await count()) === 0, { timeoutMs: 30_000, everyMs: 500 }).catch(
    () => {},
  )
  return count()
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
