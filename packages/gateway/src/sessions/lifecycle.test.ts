import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterEnding, type Ending, isNews, type NextStep, type Past, RECONNECT, reconnectDelayMs } from './lifecycle.ts'

const healthy: Past = { failures: 3, wasHealthy: true, gotThrough: true }
const short: Past = { failures: 3, wasHealthy: false, gotThrough: true }
const none: Past = { failures: 3, wasHealthy: false, gotThrough: false }

const reconnect = (reason: string, status: string, failures: number) => ({
  kind: 'reconnect',
  status,
  reason,
  failures,
})
const rest = (status: string, reason: string, forget: boolean) => ({ kind: 'rest', status, reason, forget })

/** What follows each ending after a healthy connection, after a short one, and after one that came to nothing. */
const TABLE: Record<Ending['kind'], { ending: Ending; healthy: object; short: object; none: object }> = {
  restart_required: {
    ending: { kind: 'restart_required' },
    healthy: reconnect('restart_required', 'connecting', 0),
    short: reconnect('restart_required', 'connecting', 0),
    none: reconnect('restart_required', 'connecting', 4),
  },
  replaced: {
    ending: { kind: 'replaced' },
    healthy: rest('stopped', 'replaced', false),
    short: rest('stopped', 'replaced', false),
    none: rest('stopped', 'replaced', false),
  },
  logged_out: {
    ending: { kind: 'logged_out' },
    healthy: rest('logged_out', 'unlinked', true),
    short: rest('logged_out', 'unlinked', true),
    none: rest('logged_out', 'unlinked', true),
  },
  pairing_timeout: {
    ending: { kind: 'pairing_timeout' },
    healthy: rest('stopped', 'pairing_timeout', false),
    short: rest('stopped', 'pairing_timeout', false),
    none: rest('stopped', 'pairing_timeout', false),
  },
  unreachable: {
    ending: { kind: 'unreachable', detail: '' },
    healthy: reconnect('network_unreachable', 'disconnected', 0),
    short: reconnect('network_unreachable', 'disconnected', 4),
    none: reconnect('network_unreachable', 'disconnected', 4),
  },
  lost: {
    ending: { kind: 'lost', detail: '' },
    healthy: reconnect('connection_lost', 'disconnected', 0),
    short: reconnect('connection_lost', 'disconnected', 4),
    none: reconnect('connection_lost', 'disconnected', 4),
  },
  unresponsive: {
    ending: { kind: 'unresponsive' },
    healthy: reconnect('unresponsive', 'disconnected', 0),
    short: reconnect('unresponsive', 'disconnected', 4),
    none: reconnect('unresponsive', 'disconnected', 4),
  },
}

describe('what follows the end of a connection', () => {
  for (const [kind, row] of Object.entries(TABLE)) {
    test(kind, () => {
      expect(afterEnding(row.ending, healthy)).toEqual(row.healthy satisfies object as NextStep)
      expect(afterEnding(row.ending, short)).toEqual(row.short)
      expect(afterEnding(row.ending, none)).toEqual(row.none)
    })
  }
})

describe('the wait before a connection', () => {
  test('is nothing after a healthy connection and after the first failure', () => {
    expect(reconnectDelayMs(0)).toBe(0)
    expect(reconnectDelayMs(1)).toBe(0)
  })

  test('has an upper bound that doubles from 1 s to 60 s', () => {
    const bounds = [2, 3, 4, 5, 6, 7, 8, 9, 50, 5_000].map((failures) => reconnectDelayMs(failures, () => 1 - 1e-12))
    expect(bounds).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000])
  })

  test('is spread over everything below the bound', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 100 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, draw) => {
          const bound = Math.min(RECONNECT.maxMs, RECONNECT.firstMs * 2 ** (failures - 2))
          const delay = reconnectDelayMs(failures, () => draw)
          expect(delay).toBe(Math.floor(draw * (bound + 1)))
          expect(delay).toBeLessThanOrEqual(bound)
        },
      ),
    )
  })
})

describe('news', () => {
  test('is another status, and another reason of a session that is not on its way', () => {
    const is = (status: string, reason: string) => ({ status, reason }) as Parameters<typeof isNews>[0]
    expect(isNews(is('connected', 'resumed'), is('disconnected', 'connection_lost'))).toBe(true)
    expect(isNews(is('disconnected', 'connection_lost'), is('disconnected', 'network_unreachable'))).toBe(true)
    expect(isNews(is('disconnected', 'connection_lost'), is('disconnected', 'connection_lost'))).toBe(false)
    expect(isNews(is('connecting', 'pairing'), is('connecting', 'restart_required'))).toBe(false)
    expect(isNews(is('connected', 'pairing'), is('connected', 'resumed'))).toBe(false)
  })
})
