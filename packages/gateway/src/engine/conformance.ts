import { afterAll, beforeAll, describe } from 'vitest'
import { connectionRules } from './test/connection-rules.ts'
import { contentRules } from './test/content-rules.ts'
import { groupRules } from './test/group-rules.ts'
import type { EngineHarness } from './test/harness.ts'
import { pairingRules } from './test/pairing-rules.ts'
import { receivingRules } from './test/receiving-rules.ts'
import { sendingRules } from './test/sending-rules.ts'

export type { EngineHarness, EngineVariant, ShownText } from './test/harness.ts'

/**
 * The suite that every engine passes: what `port.ts` promises, seen from the outside. `makeHarness` builds the world
 * around the engine once; every test makes sessions and contacts of its own.
 */
export function engineConformance(name: string, makeHarness: () => Promise<EngineHarness>): void {
  describe(`engine conformance: ${name}`, () => {
    let harness: EngineHarness | undefined
    beforeAll(async () => {
      harness = await makeHarness()
    })
    afterAll(() => harness?.close())
    const current = () => {
      if (!harness) throw new Error('the harness was not made')
      return harness
    }
    pairingRules(current)
    connectionRules(current)
    sendingRules(current)
    receivingRules(current)
    contentRules(current)
    groupRules(current)
  })
}
