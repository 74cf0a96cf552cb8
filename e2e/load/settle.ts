import type { Verdict } from '../chaos/ledger.ts'
import { eventually, json } from '../support/api.ts'
import type { Place } from '../support/ground.ts'

/** Waits until nothing is missing any more, then answers the verdict; after `timeoutMs`, the verdict as it is. */
export async function settled(judge: () => Promise<Verdict>, timeoutMs = 300_000): Promise<Verdict> {
  await eventually('the last message', async () => (await judge()).lost === 0, { timeoutMs, everyMs: 250 }).catch(
    () => {},
  )
  return judge()
}

/** Waits until the count is zero; answers it as it is after half a minute. */
export async function untilZero(count: () => Promise<number>): Promise<number> {
  await eventually('the last status', async () => (await count()) === 0, { timeoutMs: 30_000, everyMs: 500 }).catch(
    () => {},
  )
  return count()
}

/** How many of the messages did not end at `delivered`. */
export async function countUndelivered({ gateway, keys }: Place, ids: string[]): Promise<number> {
  let missing = 0
  for (const id of ids) {
    const { status } = await json<{ status: string }>('GET', `${gateway}/v1/messages/${id}`, { key: keys.native })
    if (status !== 'delivered') missing += 1
  }
  return missing
}
