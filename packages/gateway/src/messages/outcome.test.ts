import { describe, expect, test } from 'vitest'
import { KurirError } from '../core/errors.ts'
import { AckTimeout, ConnectionLost } from '../engine/port.ts'
import {
  type Attempted,
  judge,
  MAX_ERRORS,
  MAX_REFUSALS,
  MAX_TIMEOUTS,
  type Obstacles,
  type Verdict,
} from './outcome.ts'

const first: Obstacles = { refusals: 1, timeouts: 1, errors: 1, outages: 1 }
const last: Obstacles = { refusals: MAX_REFUSALS, timeouts: MAX_TIMEOUTS, errors: MAX_ERRORS, outages: 1 }

const failed = (reason: string) => ({ kind: 'settled', status: 'failed', reason })
const again = { kind: 'again', failures: 1 }
const timeout = new AckTimeout('no ack')
const outage = new KurirError('unavailable')
const lost = new ConnectionLost('gone')

/** What came of an attempt, what follows the first time, and what follows when it has happened too often. */
const TABLE: [string, Attempted, object, object][] = [
  [
    'acked',
    { kind: 'acked', at: 5 },
    { kind: 'settled', status: 'sent', at: 5 },
    { kind: 'settled', status: 'sent', at: 5 },
  ],
  ['proven by a receipt', { kind: 'proven' }, { kind: 'proven' }, { kind: 'proven' }],
  ['no account', { kind: 'not_registered' }, failed('not_registered'), failed('not_registered')],
  ['463', { kind: 'refused', code: '463', retry: false }, failed('restricted'), failed('restricted')],
  ['463 is never retried', { kind: 'refused', code: '463', retry: true }, failed('restricted'), failed('restricted')],
  ['refused for good', { kind: 'refused', code: '400', retry: false }, failed('rejected'), failed('rejected')],
  ['refused for now', { kind: 'refused', code: '503', retry: true }, again, failed('rejected')],
  ['no ack', { kind: 'error', error: timeout }, again, { kind: 'settled', status: 'unknown' }],
  ['connection lost', { kind: 'error', error: lost }, { kind: 'left' }, { kind: 'left' }],
  ['the store takes nothing', { kind: 'error', error: outage }, again, again],
  ['broken', { kind: 'error', error: new Error('no keys') }, again, failed('not_encryptable')],
]

describe('what follows an attempt', () => {
  for (const [name, attempt, atFirst, atLast] of TABLE) {
    test(name, () => {
      expect(judge(attempt, first)).toEqual(atFirst satisfies object as Verdict)
      expect(judge(attempt, last)).toEqual(atLast)
    })
  }
})
