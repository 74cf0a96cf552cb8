import type { GroupSummary, ParticipantChange, ParticipantResult } from '../core/group.ts'
import type { TenantId } from '../core/ids.ts'
import { type Jid, jidPhone } from '../core/jid.ts'
import type { GroupActions } from '../engine/port.ts'
import { askedOfGroup } from './asked.ts'
import type { Connections } from './ports.ts'
import type { CreateGroup, GroupVerbs } from './verbs.ts'

const INVITE_BASE = 'https://chat.whatsapp.com/'

/** What the account does with its groups. Nothing is kept here: WhatsApp is asked each time. */
export class GroupRoom implements GroupVerbs {
  readonly #sessions: Connections

  constructor({ sessions }: { sessions: Connections }) {
    this.#sessions = sessions
  }

  get(tenant: TenantId, session: string, group: Jid): Promise<GroupSummary> {
    return this.#ask(tenant, session, (groups) => groups.get(group))
  }

  create(tenant: TenantId, session: string, { subject, participants }: CreateGroup): Promise<GroupSummary> {
    return this.#ask(tenant, session, (groups) => groups.create(subject, participants))
  }

  rename(tenant: TenantId, session: string, group: Jid, subject: string): Promise<GroupSummary> {
    return this.#ask(tenant, session, async (groups) => {
      await groups.rename(group, subject)
      return groups.get(group)
    })
  }

  async change(
    tenant: TenantId,
    session: string,
    group: Jid,
    change: ParticipantChange,
    participants: Jid[],
  ): Promise<ParticipantResult[]> {
    const { members, answers } = await this.#ask(tenant, session, async (groups) => {
      // The group may know people by other addresses than the ones asked for.
      const { participants: members } = await groups.get(group)
      const named = participants.map((jid) => addressIn(members, jid))
      return { members, answers: await groups.change(group, change, named) }
    })
    const results = new Map(answers.map((answer) => [answer.jid, answer]))
    return participants.map((jid) => {
      const answer = results.get(jid) ?? results.get(addressIn(members, jid))
      return { jid, done: answer?.done ?? false, code: answer ? answer.code : '404' }
    })
  }

  inviteLink(tenant: TenantId, session: string, group: Jid, renew: boolean): Promise<string> {
    return this.#ask(tenant, session, async (groups) => {
      const code = renew ? groups.renewInvite(group) : groups.inviteCode(group)
      return INVITE_BASE + (await code)
    })
  }

  leave(tenant: TenantId, session: string, group: Jid): Promise<void> {
    return this.#ask(tenant, session, (groups) => groups.leave(group))
  }

  #ask<Value>(tenant: TenantId, session: string, work: (groups: GroupActions) => Promise<Value>): Promise<Value> {
    return this.#sessions.use(tenant, session, ({ groupActions }) => askedOfGroup(work(groupActions)))
  }
}

/** The address by which the group knows the person; the one asked for where it does not. */
function addressIn(members: GroupSummary['participants'], jid: Jid): Jid {
  const phone = jidPhone(jid)
  return members.find((member) => member.jid === jid || (phone !== undefined && member.phone === phone))?.jid ?? jid
}
