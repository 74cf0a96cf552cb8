import type { BackOff } from '../core/backoff.ts'
import { isUnavailable } from '../core/errors.ts'
import type { FailureReason } from '../core/message.ts'
import { AckTimeout, ConnectionLost, FileMissing, type SendOutcome, UploadFailed } from '../engine/port.ts'

/** What came of handing a message to the engine once. */
export type Attempted = SendOutcome | { kind: 'proven' } | { kind: 'error'; error: unknown }

/** How often the same message met each obstacle on this connection, the present attempt included. */
export interface Obstacles {
  refusals: number
  timeouts: number
  errors: number
  /** How often in a row the store or the disk took nothing. */
  outages: number
}

export type Verdict =
  /** The outbox is done with the message. */
  | { kind: 'settled'; status: 'sent'; at: number }
  | { kind: 'settled'; status: 'failed'; reason: FailureReason }
  | { kind: 'settled'; status: 'unknown' }
  /** A receipt has shown that it arrived, and has settled it. */
  | { kind: 'proven' }
  /** Same id, same bytes, on this connection after a back-off; `failures` counts from 1. */
  | { kind: 'again'; failures: number }
  /** Same id, same bytes, on the next connection. */
  | { kind: 'left' }
  /** Not before `until` (milliseconds since the epoch): the account may not write to strangers. */
  | { kind: 'held'; until: number }

/** Waits before a message is sent again over a connection that stands. */
export const RESEND: BackOff = { firstMs: 1_000, maxMs: 60_000 }

/** How often the server may refuse with a code that allows another try. */
export const MAX_REFUSALS = 5
/** How often files may fail to be uploaded; with the back-off this is about two minutes. */
export const MAX_UPLOADS = 10
/** How often an attempt may break for a reason of the engine's own, with nothing sent. */
export const MAX_ERRORS = 5
/**
 * How many acks in a row may fail to come over one connection that answers otherwise. With the engine's wait this is
 * about five minutes; then the message ends as `unknown`, since each further copy only delays the rest of the chat. A
 * receipt that comes later still proves it.
 */
export const MAX_TIMEOUTS = 10

/** The server's code for an account that may not write to this person (restricted, or no trusted-contact token). */
const RESTRICTED = '463'

/** Decides what follows an attempt. Code 463 is never retried: each further try counts against the account. */
export function judge(attempt: Attempted, { refusals, timeouts, errors, outages }: Obstacles): Verdict {
  switch (attempt.kind) {
    case 'acked':
      return { kind: 'settled', status: 'sent', at: attempt.at }
    case 'proven':
      return { kind: 'proven' }
    case 'not_registered':
      return { kind: 'settled', status: 'failed', reason: 'not_registered' }
    case 'refused':
      if (attempt.code === RESTRICTED) return { kind: 'settled', status: 'failed', reason: 'restricted' }
      if (attempt.retry && refusals < MAX_REFUSALS) return { kind: 'again', failures: refusals }
      return { kind: 'settled', status: 'failed', reason: 'rejected' }
    case 'error':
      if (attempt.error instanceof ConnectionLost) return { kind: 'left' }
      if (attempt.error instanceof AckTimeout) {
        return timeouts < MAX_TIMEOUTS ? { kind: 'again', failures: timeouts } : { kind: 'settled', status: 'unknown' }
      }
      // That is no fault of the message, however often it is so.
      if (isUnavailable(attempt.error)) return { kind: 'again', failures: outages }
      if (errors < MAX_ERRORS) return { kind: 'again', failures: errors }
      return { kind: 'settled', status: 'failed', reason: 'not_encryptable' }
    default:
      return attempt satisfies never
  }
}

/** Decides what follows when the bytes of a message could not be made. */
export function judgePreparation(error: unknown, { errors, outages }: Pick<Obstacles, 'errors' | 'outages'>): Verdict {
  if (error instanceof ConnectionLost) return { kind: 'left' }
  if (error instanceof FileMissing) return { kind: 'settled', status: 'failed', reason: 'media_unavailable' }
  if (isUnavailable(error)) return { kind: 'again', failures: outages }
  if (errors < MAX_UPLOADS) return { kind: 'again', failures: errors }
  return {
    kind: 'settled',
    status: 'failed',
    reason: error instanceof UploadFailed ? 'upload_failed' : 'invalid_content',
  }
}
