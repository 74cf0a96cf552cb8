import type { User } from './user.ts'

/** A group with LID addressing. */
export interface Group {
  /** Without `@g.us`. */
  id: string
  jid: string
  subject: string
  subjectOwner: User
  /** Seconds since 1970. */
  subjectTime: number
  creator: User
  creation: number
  description: { id: string; text: string; by: User; time: number } | undefined
  inviteCode: string
  /** Only admins may write. */
  announcement: boolean
  /** Only admins may change the group's data. */
  locked: boolean
  /** Seconds after which messages vanish; 0 for never. */
  ephemeral: number
  members: Map<User, MemberRole>
}

export type MemberRole = 'member' | 'admin' | 'superadmin'

export function isGroupRecord(chat: User | Group): chat is Group {
  return 'members' in chat
}
