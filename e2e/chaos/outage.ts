import { setTimeout as pause } from 'node:timers/promises'
import { eventually, json } from '../support/api.ts'
import type { Ground } from '../support/ground.ts'
import type { Findings } from './scenario.ts'

/** A refusal must come within this, and recovery too once the store is back. Milliseconds. */
const REFUSED_WITHIN_MS = 2_000
const RECOVERED_WITHIN_MS = 10_000

export interface Outage {
  /** Takes the store away. */
  begin(): void
  lengthMs: number
  /** Gives it back. */
  end(): void
}

/**
 * One time without a store: sends are refused with 503 and Retry-After, nothing received is confirmed, and all goes on
 * afterwards without a restart. Answers how long that took, in milliseconds.
 */
export async function suffer(ground: Ground, findings: Findings, { begin, lengthMs, end }: Outage): Promise<number> {
  begin()
  await eventually('the store to fail', async () => (await fetch(`${ground.url}/healthz`)).status === 503)
  const asked = Date.now()
  const refusal = await fetch(`${ground.url}/v1/sessions/${ground.place.sessions[0]?.id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ground.place.keys.native}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to: ground.place.contacts[0]?.phone, type: 'text', text: 'must be refused' }),
  })
  const took = Date.now() - asked
  findings.expect(refusal.status === 503, `a send was answered ${refusal.status} while nothing could be written`)
  findings.expect(refusal.headers.has('retry-after'), 'the refusal has no Retry-After')
  findings.expect(took <= REFUSED_WITHIN_MS, `the refusal took ${took} ms`)
  const before = await lastConfirmed(ground)
  await pause(lengthMs)
  findings.none((await confirmed(ground)) - before, 'messages confirmed while nothing could be written')
  end()
  const again = Date.now()
  await eventually('the store to write', async () => (await fetch(`${ground.url}/healthz`)).status === 200, {
    timeoutMs: RECOVERED_WITHIN_MS,
  }).catch(() => findings.expect(false, `no recovery within ${RECOVERED_WITHIN_MS} ms`))
  return Date.now() - again
}

/** Received messages for which the gateway has sent a receipt. */
async function confirmed(ground: Ground): Promise<number> {
  const { counters } = await json<{ counters: { in: { delivered: number } } }>(
    'GET',
    `${ground.lab.url}/ledger?id=none`,
  )
  return counters.in.delivered
}

/** What was written before may still be confirmed: the count once it stands. */
async function lastConfirmed(ground: Ground): Promise<number> {
  for (let before = await confirmed(ground); ; ) {
    await pause(500)
    const now = await confirmed(ground)
    if (now === before) return now
    before = now
  }
}
