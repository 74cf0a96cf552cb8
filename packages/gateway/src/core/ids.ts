import { monotonicFactory } from 'ulid'
import type { MediaId } from './media.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** A tenant: everything a customer owns. */
export type TenantId = Branded<'TenantId'>
/** The gateway's own, never reused name of a session. Never shown; clients see `SessionRecord.id`. */
export type SessionUid = Branded<'SessionUid'>
/** The gateway's id of a message. */
export type MessageId = Branded<'MessageId'>
/** WhatsApp's id of a message (stanza id), unique per chat and sender only. */
export type WaMessageId = Branded<'WaMessageId'>
export type EventId = Branded<'EventId'>
export type EndpointId = Branded<'EndpointId'>
export type DeliveryId = Branded<'DeliveryId'>
export type KeyId = Branded<'KeyId'>
/** A keyword rule. */
export type RuleId = Branded<'RuleId'>
/** A message that automation may answer. */
export type JobId = Branded<'JobId'>

interface IdByPrefix {
  ten: TenantId
  ses: SessionUid
  msg: MessageId
  evt: EventId
  end: EndpointId
  dlv: DeliveryId
  key: KeyId
  rul: RuleId
  job: JobId
  med: MediaId
  aud: string
}

const pool = new Uint8Array(4096)
let used = pool.length

/** A number from 0 to 1 in steps of 1/256, from a pool: asking the system for every letter of every id is slow. */
function pooledRandom(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const byte = pool[used] ?? 0
  used += 1
  return byte / 256
}

const nextUlid = monotonicFactory(pooledRandom)

/** A new id: `<prefix>_<ULID>`, sorted by time of creation within this process. */
export function newId<Prefix extends keyof IdByPrefix>(prefix: Prefix): IdByPrefix[Prefix] {
  return `${prefix}_${nextUlid()}` as IdByPrefix[Prefix]
}

/** The tenant of a gateway that nobody divided into tenants. */
export const DEFAULT_TENANT = 'default' as TenantId

const SESSION_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** Whether a client may use this text as a session's id (native-api: case kept, 1 to 64 characters). */
export function isSessionName(text: string): boolean {
  return SESSION_NAME.test(text)
}
