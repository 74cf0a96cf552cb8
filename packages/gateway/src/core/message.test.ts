import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advances, isSettled, type MessageStatus } from './message.ts'

const STATUSES: MessageStatus[] = [
  'accepted',
  'prepared',
  'sent',
  'delivered',
  'read',
  'played',
  'failed',
  'expired',
  'unknown',
]

describe('a status moves forward only', () => {
  test('whatever comes in whatever order, no status is ever entered twice and a final one is never left', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STATUSES), { maxLength: 40 }), (changes) => {
        let status: MessageStatus = 'accepted'
        const entered: MessageStatus[] = [status]
        for (const next of changes) {
          if (!advances(status, next)) continue
          expect(['failed', 'expired']).not.toContain(status)
          status = next
          entered.push(status)
        }
        expect(new Set(entered).size).toBe(entered.length)
      }),
    )
  })

  test('steps may be skipped', () => {
    expect(advances('accepted', 'delivered')).toBe(true)
    expect(advances('sent', 'read')).toBe(true)
  })

  test('what the server has cannot fail any more', () => {
    expect(advances('sent', 'failed')).toBe(false)
    expect(advances('delivered', 'expired')).toBe(false)
  })

  test('a proof of arrival settles an unknown one', () => {
    expect(advances('unknown', 'delivered')).toBe(true)
    expect(advances('delivered', 'unknown')).toBe(false)
  })
})

test('the outbox is done with everything but accepted and prepared', () => {
  expect(STATUSES.filter((status) => !isSettled(status))).toEqual(['accepted', 'prepared'])
})
