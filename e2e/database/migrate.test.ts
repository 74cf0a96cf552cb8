import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { childEnv } from '../../packages/gateway/src/config/config.ts'
import { missingServer } from '../../packages/gateway/src/store/postgres/test/database.ts'
import { judge } from '../chaos/judge.ts'
import { Findings } from '../chaos/scenario.ts'
import { Load, lanesOf } from '../load/lanes.ts'
import { eventually } from '../support/api.ts'
import { type Database, databaseFor } from '../support/database.ts'
import { Ground } from '../support/ground.ts'
import { KURIR } from '../support/kurir.ts'
import { Receiver } from '../support/receiver.ts'

const IS_FULL = Boolean(process.env.KURIR_E2E_FULL)
const SESSIONS = IS_FULL ? 20 : 3
/** Each way, on each session. */
const MESSAGES = IS_FULL ? 250 : 20
const MASTER_KEY = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA='
let ground: Ground
let receiver: Receiver
let target: Database

function kurir(...args: string[]) {
  const { DATABASE_URL = '' } = target.settings
  const env = childEnv({ DATABASE_URL, KURIR_MASTER_KEY: MASTER_KEY })
  return spawnSync(process.execPath, [KURIR, ...args], { encoding: 'utf8', env })
}

describe.skipIf(missingServer)(`kurir store migrate${missingServer ? `: ${missingServer}` : ''}`, () => {
  beforeEach(async () => {
    target = await databaseFor('postgres')
    receiver = await Receiver.start()
    ground = await Ground.start({ sessions: SESSIONS, settings: { KURIR_MASTER_KEY: MASTER_KEY } })
    receiver.trust(await ground.webhook(receiver.url))
  }, 120_000)
  afterEach(async () => {
    await ground.stop()
    await receiver.stop()
    await target.drop()
  })

  test(
    'sessions go on from PostgreSQL without a new code, and messages in both directions',
    async () => {
      const load = new Load(ground.place, lanesOf(ground.place, 1), receiver)
      let isMoved = false
      const pace = { mayGo: (n: number) => n < MESSAGES || isMoved }
      const work = Promise.all([load.sendOut(MESSAGES + 5, pace), load.sendIn(MESSAGES + 5, pace)])
      await eventually(
        'what is sent before the move',
        async () => load.sentOut.lines.length + load.sentIn.lines.length === 2 * SESSIONS * MESSAGES,
        { timeoutMs: IS_FULL ? 300_000 : 60_000 },
      )
      const directory = join(ground.directory, 'gateway')
      const running = kurir('store', 'migrate', '--from', directory)
      expect(running).toMatchObject({ status: 1, stderr: expect.stringContaining('in use') })

      await ground.end()
      const moved = kurir('store', 'migrate', '--from', directory, '--json')
      expect(moved.stderr).toBe('')
      expect(JSON.parse(moved.stdout).rows).toBeGreaterThan(SESSIONS * MESSAGES * 2)

      await expect(ground.begin()).rejects.toThrow()
      await ground.begin(target.settings)
      await ground.connected()
      for (const { id } of ground.place.sessions) {
        await ground.untilStatus(id, 'connected')
        const query = { session: id, types: 'session.qr' }
        const { data } = await ground.native.get('/v1/events', { params: { query } })
        expect(data.length).toBeLessThanOrEqual(1)
      }
      isMoved = true
      const [ids] = await work
      const findings = new Findings()
      await judge({ ground, load, receiver, ids }, findings)
      expect(findings.broken).toEqual([])
    },
    IS_FULL ? 600_000 : 120_000,
  )
})
