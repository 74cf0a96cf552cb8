import { type BinaryNode, type GroupMetadata, jidNormalizedUser, type WASocket } from 'baileys'
import { jidPhone, parseJid } from '../../core/jid.ts'
import type { GroupSummary } from '../port.ts'

/**
 * Groups' participants for sending, so that not every message asks for them. Asked once per connection; forgotten
 * when the server tells of any change in the group.
 */
export class Groups {
  readonly #metadata = new Map<string, Promise<GroupMetadata>>()
  #sock: WASocket | undefined

  attach(sock: WASocket): void {
    this.#sock = sock
    sock.ws.on('CB:notification,type:w:gp2', ({ attrs }: BinaryNode) => {
      this.#metadata.delete(jidNormalizedUser(attrs.from))
    })
  }

  /** Undefined before the connection stands. Rejects when the group cannot be read. */
  async metadata(group: string): Promise<GroupMetadata | undefined> {
    const known = this.#metadata.get(group)
    if (known || !this.#sock) return known
    const asked = this.#sock.groupMetadata(group)
    this.#metadata.set(group, asked)
    asked.catch(() => this.#metadata.delete(group))
    return asked
  }

  /** It has been changed: the next to ask for it asks the server. */
  forget(group: string): void {
    this.#metadata.delete(group)
  }

  async list(): Promise<GroupSummary[]> {
    const groups = (await this.#sock?.groupFetchAllParticipating()) ?? {}
    return Object.values(groups).flatMap(summary)
  }
}

/** As the port has it; none where it is no group that can be named. */
export function summary(group: GroupMetadata): GroupSummary[] {
  const jid = parseJid(group.id)
  if (!jid) return []
  const participants = group.participants.flatMap((participant) => {
    const address = parseJid(participant.id)
    if (!address) return []
    const number = parseJid(participant.phoneNumber ?? '')
    const phone = jidPhone(address) ?? (number && jidPhone(number)) ?? null
    return [{ jid: address, phone, admin: participant.admin === 'admin' || participant.admin === 'superadmin' }]
  })
  return [{ jid, subject: group.subject, createdAt: (group.creation ?? 0) * 1000, participants }]
}
