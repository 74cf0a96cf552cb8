import type { Clock } from '../../core/clock.ts'
import type { GroupUpdate, ParticipantChange, ParticipantResult } from '../../core/group.ts'
import { type Jid, jidPhone, phoneJid } from '../../core/jid.ts'
import {
  type AccountIdentity,
  type ChatActions,
  type ContactActions,
  type GroupActions,
  type GroupSummary,
  Refused,
} from '../port.ts'

/** Answers as the connection's other calls do: not at once, and only while it stands. */
type Answer = <Value>(make: () => Value) => Promise<Value>

/** What acts need of the far side of a session. */
interface ActingAccount {
  readonly world: { clock: Clock; registered(phone: string): boolean }
  readonly identity: AccountIdentity | null
  readonly groups: GroupSummary[]
  readonly deeds: ChatDeed[]
  /** Whom the account shuts out. */
  readonly blocked: Set<Jid>
}

/** What the account did in chats, for tests to look at. */
export type ChatDeed =
  | { kind: 'read'; chat: Jid; waIds: string[] }
  | { kind: 'typing'; chat: Jid; state: string }
  | { kind: 'presence'; person: Jid }
  | { kind: 'reject'; call: string; from: Jid }

/** Groups as the script's server keeps them; whoever is registered can be added. */
export function scriptedGroups(
  account: ActingAccount,
  answer: Answer,
  tell: (update: GroupUpdate) => void,
): GroupActions {
  const { world } = account
  const own = () => account.identity?.phone ?? ''
  const find = (group: Jid): GroupSummary => {
    const found = account.groups.find(({ jid }) => jid === group)
    if (!found) throw new Refused('404')
    return found
  }
  const news = (group: Jid, change: GroupUpdate['change']) =>
    tell({ group, by: phoneJid(own()), byPhone: own(), at: world.clock.now(), change })
  const known = (jid: Jid) => world.registered(jidPhone(jid) ?? '')
  const present = (jid: Jid) => ({ jid, phone: jidPhone(jid) ?? null })
  return {
    get: (group) => answer(() => find(group)),
    create: (subject, participants) =>
      answer(() => {
        const jid = `120363${String(account.groups.length + 1).padStart(12, '0')}@g.us` as Jid
        const people = participants.filter(known).map((person) => ({ ...present(person), admin: false }))
        const owner = { ...present(phoneJid(own())), admin: true }
        const made = { jid, subject, createdAt: world.clock.now(), participants: [owner, ...people] }
        account.groups.push(made)
        news(jid, { kind: 'created', subject })
        return made
      }),
    rename: (group, subject) =>
      answer(() => {
        find(group).subject = subject
        news(group, { kind: 'subject', subject })
      }),
    change: (group, change, participants) =>
      answer(() => {
        const changed = changeParticipants(find(group), change, participants, known)
        const done = changed.filter((result) => result.done)
        if (done.length > 0) news(group, { kind: change, participants: done.map(({ jid }) => present(jid)) })
        return changed
      }),
    inviteCode: (group) => answer(() => `invite${find(group).jid.slice(0, 18)}`),
    renewInvite: (group) => answer(() => `renewed${find(group).jid.slice(0, 18)}`),
    leave: (group) => answer(() => void account.groups.splice(account.groups.indexOf(find(group)), 1)),
  }
}

function changeParticipants(
  group: GroupSummary,
  change: ParticipantChange,
  participants: Jid[],
  known: (jid: Jid) => boolean,
): ParticipantResult[] {
  return participants.map((jid) => {
    const member = group.participants.find((one) => one.jid === jid)
    if (change === 'add') {
      if (!known(jid)) return { jid, done: false, code: '404' }
      if (member) return { jid, done: false, code: '409' }
      group.participants.push({ jid, phone: jidPhone(jid) ?? null, admin: false })
      return { jid, done: true, code: null }
    }
    if (!member) return { jid, done: false, code: '404' }
    if (change === 'remove') group.participants.splice(group.participants.indexOf(member), 1)
    else member.admin = change === 'promote'
    return { jid, done: true, code: null }
  })
}

/** Chats: what is done is written down in `account.deeds`. */
export function scriptedChats(account: ActingAccount, answer: Answer): ChatActions {
  const note = (deed: ChatDeed) => answer(() => void account.deeds.push(deed))
  return {
    markRead: (chat, messages) => note({ kind: 'read', chat, waIds: messages.map(({ waId }) => waId) }),
    setTyping: (chat, state) => note({ kind: 'typing', chat, state }),
    rejectCall: (call, from) => note({ kind: 'reject', call, from }),
    presence: async (person) => {
      await note({ kind: 'presence', person })
      return { state: 'available', lastSeen: null }
    },
  }
}

/** Persons: everybody who is registered shows an about text and no picture. */
export function scriptedContacts(account: ActingAccount, answer: Answer): ContactActions {
  const { world, blocked } = account
  return {
    profile: (person) =>
      answer(() => {
        const isKnown = world.registered(jidPhone(person) ?? '')
        return { about: isKnown ? 'Available' : null, pictureUrl: null }
      }),
    setBlocked: (person, isBlocked) => answer(() => void (isBlocked ? blocked.add(person) : blocked.delete(person))),
    blocked: () => answer(() => [...blocked]),
  }
}
