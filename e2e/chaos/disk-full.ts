import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openDriver } from '../../packages/gateway/src/store/sqlite/driver.ts'
import { Load, lanesOf } from '../load/lanes.ts'
import { judge } from './judge.ts'
import { suffer } from './outage.ts'
import type { Scenario } from './scenario.ts'
import { play } from './theatre.ts'

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
        times.push(
          await suffer(ground, findings, {
            begin: () => limit(ground.pid, String(64 * 1024)),
            lengthMs: setting.isFull ? 10_000 : 1_200,
            end: () => limit(ground.pid, 'unlimited'),
          }),
        )
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

/** The largest size that a file of the process may have; only the soft limit, so that it can be lifted again. */
function limit(pid: number, bytes: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])
}

function integrity(file: string): string {
  const driver = openDriver(file, { busyMs: 5_000 })
  try {
    return driver.prepare<[], { integrity_check: string }>('PRAGMA integrity_check').get()?.integrity_check ?? 'nothing'
  } finally {
    driver.close()
  }
}
