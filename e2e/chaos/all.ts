import { failpoints, ratchet } from './failpoints.ts'
import { kills } from './kills.ts'
import type { Scenario } from './scenario.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [kills, failpoints, ratchet]
