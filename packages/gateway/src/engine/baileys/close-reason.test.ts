import { describe, expect, test } from 'vitest'
import { closeReason } from './close-reason.ts'

const stood = { reached: true, stopping: false }

function coded(statusCode: number, message = 'over', data?: unknown) {
  return Object.assign(new Error(message), { output: { statusCode }, data })
}

describe('closeReason', () => {
  test.each([
    [515, { kind: 'restart_required' }],
    [440, { kind: 'replaced' }],
    [401, { kind: 'logged_out' }],
    [403, { kind: 'logged_out' }],
    [406, { kind: 'logged_out' }],
    [428, { kind: 'lost', detail: 'code 428' }],
    [408, { kind: 'lost', detail: 'code 408' }],
    [503, { kind: 'lost', detail: 'code 503' }],
  ])('%d', (code, reason) => {
    expect(closeReason({ error: coded(code), ...stood })).toEqual(reason)
  })

  test('QR codes that ran out', () => {
    expect(closeReason({ error: coded(408, 'QR refs attempts ended'), ...stood })).toEqual({ kind: 'pairing_timeout' })
  })

  test('a server that was never reached, by the system’s own word', () => {
    const error = coded(408, 'WebSocket Error ()', { code: 'ENOTFOUND' })
    expect(closeReason({ error, reached: false, stopping: false })).toEqual({
      kind: 'unreachable',
      detail: 'ENOTFOUND',
    })
  })

  test('a proxy that answers 401 has unlinked nobody', () => {
    expect(closeReason({ error: coded(401), reached: false, stopping: false }).kind).toBe('unreachable')
  })

  test('our own close is that, whatever else happened', () => {
    expect(closeReason({ error: coded(401), reached: true, stopping: true })).toEqual({ kind: 'stopped' })
  })

  test('no error at all', () => {
    expect(closeReason({ error: undefined, ...stood })).toEqual({ kind: 'lost', detail: 'ended' })
  })
})
