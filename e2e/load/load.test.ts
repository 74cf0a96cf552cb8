import { describe, expect, test } from 'vitest'
import { CLEAN } from '../chaos/ledger.ts'
import { eventually } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import { Receiver } from '../support/receiver.ts'
import { startSandbox } from '../support/sandbox.ts'
import { Load, lanesOf } from './lanes.ts'

describe('load', () => {
  test('1,000 texts each way, 4 sessions, 8 in flight: each shown once, in order per chat, delivered', async () => {
    const [sandbox, receiver] = await Promise.all([startSandbox(['--sessions', '4']), Receiver.start()])
    try {
      const { contract } = sandbox
      const load = new Load(contract, lanesOf(contract, 2), receiver)
      const { secret = '' } = await clientOf(contract).post('/v1/webhooks', {
        body: { url: receiver.url, events: ['message.*'] },
      })
      receiver.trust(secret)
      const ids = await load.sendOut(125)
      await load.sendIn(125)
      await eventually('the last text', async () => (await load.judgeOut()).lost === 0)
      await eventually('the last webhook', () => load.judgeIn().lost === 0)
      expect(await load.judgeOut()).toEqual({ ...CLEAN, extraCopies: 0 })
      expect(load.judgeIn()).toEqual({ ...CLEAN, extraCopies: 0 })
      await eventually('every delivery to be told', () => receiver.of('message.delivered').length === 1000)
      expect(new Set(ids).size).toBe(1000)
      expect(new Set(receiver.of('message.delivered').map(({ data }) => data.id))).toEqual(new Set(ids))
      expect(receiver.forged).toBe(0)
    } finally {
      await Promise.all([sandbox.stop(), receiver.stop()])
    }
  }, 120_000)
})
