import { diskFull } from './disk-full.ts'
import { failpoints, ratchet } from './failpoints.ts'
import { idempotency } from './idempotency.ts'
import { kills } from './kills.ts'
import { lostAcks } from './lost-acks.ts'
import { refusals } from './refusals.ts'
import { repeated } from './repeated.ts'
import type { Scenario } from './scenario.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  kills,
  failpoints,
  ratchet,
  lostAcks,
  refusals,
  repeated,
  idempotency,
  diskFull,
]
