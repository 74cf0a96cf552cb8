import type { GroupSummary, ParticipantResult } from '../../../core/group.ts'
import { type Jid, jidPhone } from '../../../core/jid.ts'

/** Renders a group. */
export function presentGroup({ jid, subject, createdAt, participants }: GroupSummary) {
  return {
    id: jid as string,
    subject,
    created_at: new Date(createdAt).toISOString(),
    participants: participants.map((person) => ({
      id: person.jid as string,
      phone: person.phone,
      admin: person.admin,
    })),
  }
}

/** Renders what became of each person; `asked` is how the client wrote them, in the same order. */
export function presentResults(results: ParticipantResult[], asked: readonly string[]) {
  return {
    data: results.map(({ done, code }, index) => ({ participant: asked[index] ?? '', done, code })),
  }
}

/** Of the people asked for (as the client wrote them), those who are not in the group. */
export function absent({ participants }: GroupSummary, asked: readonly string[], addresses: readonly Jid[]): string[] {
  return asked.filter((_, index) => {
    const jid = addresses[index]
    const phone = jid && jidPhone(jid)
    return !participants.some((person) => person.jid === jid || (phone !== undefined && person.phone === phone))
  })
}
