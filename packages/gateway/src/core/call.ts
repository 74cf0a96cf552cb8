import type { Jid } from './jid.ts'
import { jidUser } from './jid.ts'
import { showAddress } from './message-object.ts'

/** Somebody rings. */
export interface IncomingCall {
  /** WhatsApp's id of the call. */
  id: string
  from: Jid
  /** The same person's other address, where known. */
  fromAlt: Jid | null
  video: boolean
  /** The group that is called, for a call of a group. */
  group: Jid | null
  /** Milliseconds since the epoch. */
  at: number
  /** It rang while the session was away. */
  offline: boolean
}

/** The call as events show it. */
export interface CallObject {
  id: string
  from: string
  lid?: string
  video: boolean
  group: string | null
  offline: boolean
}

/** Renders a call for events. */
export function presentCall({ id, from, fromAlt, video, group, offline }: IncomingCall): CallObject {
  const lid = [from, fromAlt].find((jid) => jid?.endsWith('@lid'))
  return { id, from: showAddress(from, fromAlt), ...(lid ? { lid: jidUser(lid) } : {}), video, group, offline }
}
