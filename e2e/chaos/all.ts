import { askedAgain } from './asked-again.ts'
import { badReceivers } from './bad-receivers.ts'
import { databaseAway } from './database-away.ts'
import { diskFull } from './disk-full.ts'
import { failpoints, marks, ratchet } from './failpoints.ts'
import { idempotency } from './idempotency.ts'
import { kills } from './kills.ts'
import { lostAcks } from './lost-acks.ts'
import { model } from './model.ts'
import { pairing } from './pairing.ts'
import { refusals } from './refusals.ts'
import { repeated } from './repeated.ts'
import type { Scenario } from './scenario.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  kills,
  failpoints,
  ratchet,
  askedAgain,
  lostAcks,
  refusals,
  repeated,
  badReceivers,
  marks,
  idempotency,
  databaseAway,
  diskFull,
  pairing,
  model,
]
