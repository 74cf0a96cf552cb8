import type { Jid } from './jid.ts'

/** A group as the account sees it. */
export interface GroupSummary {
  jid: Jid
  subject: string
  /** Milliseconds since the epoch. */
  createdAt: number
  participants: { jid: Jid; phone: string | null; admin: boolean }[]
}

export const PARTICIPANT_CHANGES = ['add', 'remove', 'promote', 'demote'] as const
export type ParticipantChange = (typeof PARTICIPANT_CHANGES)[number]

/** What became of one person whom a change of a group named. */
export interface ParticipantResult {
  /** As WhatsApp names him. */
  jid: Jid
  done: boolean
  /** WhatsApp's code where it was not done: 403 may only be invited, 404 not found, 408 left lately, 409 is in it. */
  code: string | null
}

/** Something that changed in a group of the account. */
export interface GroupUpdate {
  group: Jid
  /** Who did it, by the address that the group uses. */
  by: Jid | null
  /** The same person's digits, where known. */
  byPhone: string | null
  /** Milliseconds since the epoch. */
  at: number
  change:
    | { kind: 'created' | 'subject'; subject: string }
    | { kind: ParticipantChange; participants: { jid: Jid; phone: string | null }[] }
    | { kind: 'description'; description: string | null }
    /** WhatsApp's name of another change, such as `locked` or `announcement`. */
    | { kind: 'setting'; setting: string }
}

/** The update as events show it. */
export interface GroupUpdateObject {
  group: string
  change: string
  by: string | null
  subject?: string
  description?: string | null
  setting?: string
  participants?: { id: string; phone: string | null }[]
}

/** Renders what changed in a group for events. */
export function presentGroupUpdate({ group, by, byPhone, change }: GroupUpdate): GroupUpdateObject {
  const { kind, ...rest } = change
  const base = { group, change: kind, by: byPhone ?? by }
  if (!('participants' in rest)) return { ...base, ...rest }
  return { ...base, participants: rest.participants.map(({ jid, phone }) => ({ id: jid, phone })) }
}
