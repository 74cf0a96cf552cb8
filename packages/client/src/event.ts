import type { components, operations } from './openapi.ts'

type Schemas = components['schemas']

/** A message as answers and events show it. */
export type Message = Schemas['Message']
/** A session as answers and events show it. */
export type Session = Schemas['Session']

/** Something that a person should look at, or that is over. */
export type Alert = operations['listAlerts']['responses'][200]['content']['application/json']['data'][number]

/** What each event tells of; events that are not named here carry an object of their own. */
interface EventData {
  'session.status': Session
  'session.qr': { qr: string; expires_at: string }
  'message.received': Message
  'message.sent': Message
  'message.delivered': Message
  'message.read': Message
  'message.played': Message
  'message.failed': Message
  'message.expired': Message
  'message.unknown': Message
  'message.edited': Message
  'message.revoked': Message
  'message.reaction': Message
  'message.undecryptable': Message
  'alert.raised': Alert
  'alert.cleared': Alert
}

/** The name of an event. */
export type EventType = Schemas['Event']['type']

type EventOf<Type extends EventType> = Omit<Schemas['Event'], 'type' | 'data'> & {
  type: Type
  data: Type extends keyof EventData ? EventData[Type] : Record<string, unknown>
}

/** Something that happened, the same in webhooks, lists and streams; `type` tells what `data` is. */
export type KurirEvent = { [Type in EventType]: EventOf<Type> }[EventType]
