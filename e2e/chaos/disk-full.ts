import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openDriver } from '../../packages/gateway/src/store/sqlite/driver.ts'
import { Load, lanesOf } from '../load/lanes.ts'
import { eventually, json } from '../support/api.ts'
import type { Ground } from '../support/ground.ts'
import { judge } from './judge.ts'
import type { Findings, Scenario } from './scenario.ts'
import { play } from './theatre.ts'

/** A refusal must come within this, and recovery too once there is space. Milliseconds. */
const REFUSED_WITHIN_MS = 2_000
const RECOVERED_WITHIN_MS = 10_000

/** R14: no file of the gateway may grow (RLIMIT_FSIZE, as on a full disk), then there is space again. */
export const diskFull: Scenario = {
  id: 'R14',
  fault: 'the disk is full under load (RLIMIT_FSIZE), then there is space again',
  databases: ['sqlite'],
  run: (setting) =>
    play(setting, { sessions: 2 }, async (scene) => {
      const { ground, receiver, findings } = scene
      const load = new Load(ground.place, lanesOf(ground.place, 2, { groups: true }), receiver)
      const over = new AbortController()
      const pace = { perSecond: setting.isFull ? 40 : 10, signal: over.signal }
      const work = Promise.all([load.sendOut(100_000, pace), load.sendIn(100_000, pace)])
      work.catch(() => {})
      const outages = setting.isFull ? 5 : 1
      const times: number[] = []
      for (let outage = 0; outage < outages; outage += 1) {
        await pause(setting.isFull ? 5_000 : 500)
        times.push(await suffer(ground, findings, setting.isFull ? 10_000 : 1_200))
      }
      over.abort()
      const [ids] = await work
      const { text } = await judge({ ...scene, load, ids }, findings)
      await ground.kill()
      const damage = integrity(join(ground.directory, 'gateway', 'kurir.db'))
      findings.expect(damage === 'ok', `PRAGMA integrity_check: ${damage}`)
      return {
        load: `${ids.length} sends, ${load.sentIn.lines.length} received messages, ${outages} outages`,
        result: `${text}; ${load.refused} requests refused with 503; writing again after ${Math.max(...times)} ms; integrity_check ${damage}`,
      }
    }),
}

/** One outage; answers how long the recovery took, in milliseconds. */
async function suffer(ground: Ground, findings: Findings, lengthMs: number): Promise<number> {
  const wal = join(ground.directory, 'gateway', 'kurir.db-wal')
  limit(ground.pid, String(Math.max(4096, Math.min(statSync(wal).size, 64 * 1024))))
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
  // What was written before may still be confirmed.
  await pause(500)
  const before = await confirmed(ground)
  await pause(lengthMs)
  findings.none((await confirmed(ground)) - before, 'messages confirmed while nothing could be written')
  limit(ground.pid, 'unlimited')
  const again = Date.now()
  await eventually('the store to write', async () => (await fetch(`${ground.url}/healthz`)).status === 200, {
    timeoutMs: RECOVERED_WITHIN_MS,
  }).catch(() => findings.expect(false, `no recovery within ${RECOVERED_WITHIN_MS} ms`))
  return Date.now() - again
}

/** The largest size that a file of the process may have; only the soft limit, so that it can be lifted again. */
function limit(pid: number, bytes: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])
}

/** Received messages for which the gateway has sent a receipt. */
async function confirmed(ground: Ground): Promise<number> {
  const { counters } = await json<{ counters: { in: { delivered: number } } }>(
    'GET',
    `${ground.lab.url}/ledger?id=none`,
  )
  return counters.in.delivered
}

function integrity(file: string): string {
  const driver = openDriver(file, { busyMs: 5_000 })
  try {
    return driver.prepare<[], { integrity_check: string }>('PRAGMA integrity_check').get()?.integrity_check ?? 'nothing'
  } finally {
    driver.close()
  }
}
