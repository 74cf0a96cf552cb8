import { describe, expect, test } from 'vitest'
import { eventually, json } from '../support/api.ts'
import { Receiver } from '../support/receiver.ts'
import { startSandbox } from '../support/sandbox.ts'
import { killRun } from './kill-run.ts'
import { judgeReceived, judgeShown, lanesOf, sendIn, sendOut } from './lanes.ts'

const CLEAN = { lost: 0, twice: 0, outOfOrder: 0, undecryptable: 0 }

describe('load', () => {
  test('1,000 texts each way, 4 sessions, 8 in flight: each shown once, in order per chat, delivered', async () => {
    const [sandbox, receiver] = await Promise.all([startSandbox(['--sessions', '4']), Receiver.start()])
    try {
      const { contract } = sandbox
      const lanes = lanesOf(contract, 2)
      const { secret } = await json<{ secret: string }>('POST', `${contract.gateway}/v1/webhooks`, {
        key: contract.keys.native,
        body: { url: receiver.url, events: ['message.*'] },
      })
      receiver.trust(secret)
      const ids = await sendOut(contract, lanes, 125)
      await sendIn(contract, lanes, 125)
      await eventually('the last text', async () => (await judgeShown(contract, lanes, 125)).lost === 0)
      await eventually('the last webhook', () => judgeReceived(receiver, lanes, 125).lost === 0)
      expect(await judgeShown(contract, lanes, 125)).toEqual({ ...CLEAN, extraCopies: 0 })
      expect(judgeReceived(receiver, lanes, 125)).toEqual({ ...CLEAN, extraCopies: 0 })
      await eventually('every delivery to be told', () => receiver.of('message.delivered').length === 1000)
      expect(new Set(ids).size).toBe(1000)
      expect(new Set(receiver.of('message.delivered').map(({ data }) => data.id))).toEqual(new Set(ids))
      expect(receiver.forged).toBe(0)
    } finally {
      await Promise.all([sandbox.stop(), receiver.stop()])
    }
  }, 120_000)

  test('R1 and R7, short: killed again and again while messages go both ways', async () => {
    const seed = Number(process.env.KURIR_E2E_SEED ?? Date.now() % 1_000_000)
    const result = await killRun({ seed, kills: 4, sessions: 2, contacts: 2, perLane: 100, lifeMs: [100, 700] })
    expect({ seed, ...result }).toMatchObject({
      seed,
      kills: 4,
      out: CLEAN,
      in: CLEAN,
      notDelivered: 0,
      forged: 0,
      unknownIqs: [],
    })
  }, 180_000)
})
