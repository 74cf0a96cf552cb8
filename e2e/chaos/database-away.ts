import { setTimeout as pause } from 'node:timers/promises'
import { Load, lanesOf } from '../load/lanes.ts'
import type { Database } from '../support/database.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { judge } from './judge.ts'
import { suffer } from './outage.ts'
import type { Outcome, Scenario, Setting } from './scenario.ts'
import { play } from './theatre.ts'

const SLOW_MS = 5_000

/** R13: the line to the database is cut, and later slow; the server itself is left alone. */
export const databaseAway: Scenario = {
  id: 'R13',
  fault: `the line to PostgreSQL is cut for a minute, then every packet is ${SLOW_MS / 1000} s late`,
  databases: ['postgres'],
  async run(setting) {
    const address = new URL(setting.database.settings.DATABASE_URL ?? '')
    const proxy = await TcpProxy.start({ host: address.hostname, port: Number(address.port || 5432) })
    address.hostname = '127.0.0.1'
    address.port = String(proxy.port)
    const database: Database = { ...setting.database, settings: { DATABASE_URL: address.href } }
    try {
      return await sufferBoth({ ...setting, database }, proxy)
    } finally {
      await proxy.stop()
    }
  },
}

function sufferBoth(setting: Setting, proxy: TcpProxy): Promise<Outcome> {
  return play(setting, { sessions: 2 }, async (scene) => {
    const { ground, receiver, findings } = scene
    const load = new Load(ground.place, lanesOf(ground.place, 2, { groups: true }), receiver)
    const over = new AbortController()
    const pace = { perSecond: setting.isFull ? 16 : 8, signal: over.signal }
    const work = Promise.all([load.sendOut(100_000, pace), load.sendIn(100_000, pace)])
    work.catch(() => {})
    await pause(1_000)
    const recoveredMs = await suffer(ground, findings, {
      begin: () => proxy.cut(),
      lengthMs: setting.isFull ? 60_000 : 2_000,
      end: () => proxy.mend(),
    })
    proxy.slowDown(SLOW_MS)
    await pause(setting.isFull ? 60_000 : 6_000)
    proxy.slowDown(0)
    over.abort()
    const [ids] = await work
    const { text } = await judge({ ...scene, load, ids }, findings)
    return {
      load: `${ids.length} sends, ${load.sentIn.lines.length} received messages`,
      result: `${text}; ${load.refused} requests refused with 503; writing again after ${recoveredMs} ms`,
    }
  })
}
