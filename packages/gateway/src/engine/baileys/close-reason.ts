import type { CloseReason } from '../port.ts'

/** Codes that unlink a device for good: logged out, account locked, unknown logout. */
const UNLINKED = new Set([401, 403, 406])
const REPLACED = 440
const RESTART = 515
const QR_CODES_USED_UP = 'QR refs attempts ended'

/** What was known of a connection when it ended. */
export interface Ended {
  error: unknown
  /** The WebSocket had been open. */
  reached: boolean
  /** `close()` had been called. */
  stopping: boolean
}

/** Tells why a connection ended. The detail names codes and system errors, never what was said on the line. */
export function closeReason({ error, reached, stopping }: Ended): CloseReason {
  if (stopping) return { kind: 'stopped' }
  const { code, message, system } = describe(error)
  if (code === RESTART) return { kind: 'restart_required' }
  if (code === REPLACED) return { kind: 'replaced' }
  if (UNLINKED.has(code ?? 0) && reached) return { kind: 'logged_out' }
  if (message === QR_CODES_USED_UP) return { kind: 'pairing_timeout' }
  const detail = system ?? (code === undefined ? 'ended' : `code ${code}`)
  return reached ? { kind: 'lost', detail } : { kind: 'unreachable', detail }
}

interface Described {
  code: number | undefined
  message: string
  system: string | undefined
}

/** Reads a Boom as Baileys makes them: status code, and the socket's own error as data. */
function describe(error: unknown): Described {
  const boom = error as { message?: string; output?: { statusCode?: number }; data?: unknown } | undefined
  const cause = boom?.data as { code?: unknown } | undefined
  return {
    code: boom?.output?.statusCode,
    message: boom?.message ?? '',
    system: typeof cause?.code === 'string' ? cause.code : undefined,
  }
}
