import type { EventType } from '../core/event.ts'
import type { SessionUid } from '../core/ids.ts'
import type { Endpoint } from '../webhooks/ports.ts'

/** Whether an endpoint of the event's tenant is to be sent the event: `*`, a family as in `message.*`, or its name. */
export function wantsEvent(
  endpoint: Pick<Endpoint, 'events' | 'sessionUid' | 'disabledAt'>,
  session: SessionUid,
  type: EventType,
): boolean {
  if (endpoint.disabledAt !== null) return false
  if (endpoint.sessionUid !== null && endpoint.sessionUid !== session) return false
  const family = `${type.slice(0, type.indexOf('.'))}.*`
  return endpoint.events.some((name) => name === '*' || name === type || name === family)
}
