import { presentSession, type SessionRecord } from '../../core/session.ts'
import type { EventLog } from './event-log.ts'
import type { Effects } from './group-commit.ts'

/** The lane of a session's own events. */
export const SESSION_LANE = 'session'

/** Tells that a session may no longer write to strangers, or may again. */
export async function announceRestriction(
  log: EventLog,
  effects: Effects,
  session: SessionRecord,
  at: number,
): Promise<void> {
  const render = () => presentSession(session, at)
  await log.append(effects, { session: session.uid, type: 'session.status', at, lane: SESSION_LANE, render })
}
