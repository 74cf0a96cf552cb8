import type { Jid } from './jid.ts'

/** A group as the account sees it. */
export interface GroupSummary {
  jid: Jid
  subject: string
  /** Milliseconds since the epoch. */
  createdAt: number
  participants: { jid: Jid; phone: string | null; admin: boolean }[]
}
