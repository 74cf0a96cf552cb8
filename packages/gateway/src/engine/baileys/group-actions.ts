import type { GroupMetadata, WASocket } from 'baileys'
import type { GroupSummary, ParticipantChange, ParticipantResult } from '../../core/group.ts'
import { type Jid, parseJid } from '../../core/jid.ts'
import { AckTimeout, type GroupActions } from '../port.ts'
import { type ActionsContext, query } from './asking.ts'
import { type Groups, summary } from './groups.ts'

/** What an account does with its groups, each one query to the server. */
export class BaileysGroupActions implements GroupActions {
  readonly #context: ActionsContext
  readonly #groups: Groups

  constructor(context: ActionsContext, groups: Groups) {
    this.#context = context
    this.#groups = groups
  }

  async get(group: Jid): Promise<GroupSummary> {
    return only(await this.#query((sock) => sock.groupMetadata(group)))
  }

  async create(subject: string, participants: Jid[]): Promise<GroupSummary> {
    return only(await this.#query((sock) => sock.groupCreate(subject, participants)))
  }

  async rename(group: Jid, subject: string): Promise<void> {
    await this.#query((sock) => sock.groupUpdateSubject(group, subject))
    this.#groups.forget(group)
  }

  async change(group: Jid, change: ParticipantChange, participants: Jid[]): Promise<ParticipantResult[]> {
    const answers = await this.#query((sock) => sock.groupParticipantsUpdate(group, participants, change))
    this.#groups.forget(group)
    return answers.flatMap(({ jid, status }) => {
      const address = parseJid(jid ?? '')
      const done = status === '200'
      return address ? [{ jid: address, done, code: done ? null : status }] : []
    })
  }

  async inviteCode(group: Jid): Promise<string> {
    return given(await this.#query((sock) => sock.groupInviteCode(group)))
  }

  async renewInvite(group: Jid): Promise<string> {
    return given(await this.#query((sock) => sock.groupRevokeInvite(group)))
  }

  async leave(group: Jid): Promise<void> {
    await this.#query((sock) => sock.groupLeave(group))
    this.#groups.forget(group)
  }

  #query<T>(work: (sock: WASocket) => Promise<T>): Promise<T> {
    return query(this.#context, work)
  }
}

function only(metadata: GroupMetadata): GroupSummary {
  return given(summary(metadata)[0])
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new AckTimeout('the answer was empty')
  return value
}
