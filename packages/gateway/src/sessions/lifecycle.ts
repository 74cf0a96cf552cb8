import { type BackOff, backOffMs } from '../core/backoff.ts'
import type { SessionStatus, StatusReason } from '../core/session.ts'
import type { CloseReason } from '../engine/port.ts'

/** How a connection ended that nobody closed on purpose: the engine's word, or ours that the line had gone dead. */
export type Ending = Exclude<CloseReason, { kind: 'stopped' }> | { kind: 'unresponsive' }

/** What of the past decides about the next step. */
export interface Past {
  /** Connections in a row that ended unhealthy, this one not counted. */
  failures: number
  /** This connection logged in and stood for {@link HEALTHY_AFTER_MS}. */
  wasHealthy: boolean
  /** This connection got as far as a login or a QR code. */
  gotThrough: boolean
}

/** How long a connection must have stood for its end to be no sign of trouble. Milliseconds. */
export const HEALTHY_AFTER_MS = 5_000

/** Waits between connections that fail: full jitter, 1 s up to 60 s. */
export const RECONNECT: BackOff = { firstMs: 1_000, maxMs: 60_000 }

export type NextStep =
  | {
      kind: 'reconnect'
      /** The status while the next connection is made. */
      status: Extract<SessionStatus, 'connecting' | 'disconnected'>
      reason: StatusReason
      /** Upper bounds are doubled by it; 0 connects at once. */
      failures: number
    }
  | {
      /** Nothing happens until a client starts the session; it is not resumed after a process start either. */
      kind: 'rest'
      status: Extract<SessionStatus, 'stopped' | 'logged_out'>
      reason: StatusReason
      /** The credentials are worthless and must go. */
      forget: boolean
    }

/**
 * What follows the end of a connection that nobody asked for.
 *
 * A connection that another one replaced is not taken back: both would replace each other for ever and ruin the
 * ratchets on the way. The session stops (also for the next process start) until a client starts it again.
 */
export function afterEnding(ending: Ending, past: Past): NextStep {
  switch (ending.kind) {
    case 'restart_required':
      return {
        kind: 'reconnect',
        status: 'connecting',
        reason: 'restart_required',
        failures: past.gotThrough ? 0 : past.failures + 1,
      }
    case 'replaced':
      return { kind: 'rest', status: 'stopped', reason: 'replaced', forget: false }
    case 'logged_out':
      return { kind: 'rest', status: 'logged_out', reason: 'unlinked', forget: true }
    case 'pairing_timeout':
      return { kind: 'rest', status: 'stopped', reason: 'pairing_timeout', forget: false }
    case 'unreachable':
      return disconnected('network_unreachable', past)
    case 'lost':
      return disconnected('connection_lost', past)
    case 'unresponsive':
      return disconnected('unresponsive', past)
    default:
      return ending satisfies never
  }
}

function disconnected(reason: StatusReason, past: Past): NextStep {
  return { kind: 'reconnect', status: 'disconnected', reason, failures: past.wasHealthy ? 0 : past.failures + 1 }
}

/**
 * Milliseconds before the next connection. The first one after a start or after a healthy connection comes at once:
 * `failures` 0 and 1 both wait for nothing, since the first failure says little about the network.
 */
export function reconnectDelayMs(failures: number, random: () => number = Math.random): number {
  return failures <= 1 ? 0 : backOffMs(failures - 1, RECONNECT, random)
}

/** Whether a change of status is news. Reasons that only refine how a session connects are not. */
export function isNews(
  now: { status: SessionStatus; reason: StatusReason },
  next: { status: SessionStatus; reason: StatusReason },
): boolean {
  if (now.status !== next.status) return true
  return now.status !== 'connecting' && now.status !== 'connected' && now.reason !== next.reason
}
