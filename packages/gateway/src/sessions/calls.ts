import type { Logger } from 'pino'
import type { IncomingCall } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import type { SessionUid } from '../core/ids.ts'
import type { EngineConnection } from '../engine/port.ts'
import type { SessionStore, SessionTraffic } from './ports.ts'

export interface CallNeeds {
  store: Pick<SessionStore, 'recordCall' | 'getSessionByUid'>
  traffic: Pick<SessionTraffic, 'onCallRejected'>
  clock: Clock
  logger: Logger
}

/** Later nobody waits any more for the call to be taken, and a text would puzzle him. */
const RINGS_MS = 60_000

/**
 * Writes down that somebody rings and, where the session wants it, rejects the call and answers with a text. Resolves
 * when the event is on disk; rejects where it is not, so that WhatsApp tells of the call again.
 */
export async function takeCall(
  session: SessionUid,
  call: IncomingCall,
  connection: EngineConnection | null,
  { store, traffic, clock, logger }: CallNeeds,
): Promise<void> {
  await store.recordCall(session, call)
  const settings = (await store.getSessionByUid(session))?.settings.calls
  if (!settings?.reject || call.group !== null || clock.now() - call.at > RINGS_MS) return
  try {
    await connection?.chatActions.rejectCall(call.id, call.from)
    if (settings.text !== undefined) await traffic.onCallRejected(session, call, settings.text)
  } catch (err) {
    logger.warn({ err, session, call: call.id }, 'a call could not be rejected')
  }
}
