import { type BinaryNode, node } from '../wire/node.ts'
import { badRequest, notFound } from './errors.ts'
import type { Group, MemberRole, User } from './model.ts'
import type { World } from './world.ts'

/** What may be done to members. */
export type MemberChange = 'add' | 'remove' | 'promote' | 'demote'

/** Makes a group of which `owner` is the super-admin, and tells every member's companions. */
export function createGroup(world: World, subject: string, owner: User, members: Iterable<User>): Group {
  const random = world.random(`group ${world.groups.size}`)
  const id = `120363${random.digits(12)}`
  const now = world.seconds
  const group: Group = {
    id,
    jid: `${id}@g.us`,
    subject,
    subjectOwner: owner,
    subjectTime: now,
    creator: owner,
    creation: now,
    description: undefined,
    inviteCode: inviteCode(world),
    announcement: false,
    locked: false,
    ephemeral: 0,
    picture: undefined,
    members: new Map<User, MemberRole>([[owner, 'superadmin']]),
  }
  for (const member of members) if (member !== owner) group.members.set(member, 'member')
  world.groups.set(group.jid, group)
  notify(world, group, owner, node('create', { type: 'new' }, [groupNode(group)]))
  return group
}

function inviteCode(world: World): string {
  return world.random(`invite ${world.stanzaId()}`).bytes(16).toString('base64url').slice(0, 22)
}

/** The group with this JID, or its part before the `@`. Throws 404 where there is none. */
export function groupOf(world: World, id: string): Group {
  const group = world.groups.get(id.includes('@') ? id : `${id}@g.us`)
  if (!group) throw notFound(`no group ${id}`)
  return group
}

/** Whether somebody may change who is in a group. */
export function isAdmin(group: Group, user: User): boolean {
  const role = group.members.get(user)
  return role === 'admin' || role === 'superadmin'
}

/** Adds, removes, promotes or demotes people; answers those it made a difference for. */
export function changeMembers(world: World, group: Group, actor: User, change: MemberChange, who: User[]): User[] {
  const changed = who.filter((user) => (change === 'add') !== group.members.has(user))
  if (changed.length === 0) return []
  const before = new Set(group.members.keys())
  for (const user of changed) {
    if (change === 'remove') group.members.delete(user)
    else group.members.set(user, change === 'promote' ? 'admin' : 'member')
  }
  // Who is gone must not read on: those who stay encrypt with new keys.
  if (change === 'remove') for (const user of before) user.forgetSenderKey(group.jid)
  const participants = changed.map((user) => node('participant', { jid: user.lidJid(), phone_number: user.jid() }))
  notify(world, group, actor, node(change, {}, participants), before)
  if (change === 'add') notify(world, group, actor, node('create', {}, [groupNode(group)]), changed)
  return changed
}

/** Somebody leaves by their own will. */
export function leaveGroup(world: World, group: Group, user: User): void {
  changeMembers(world, group, user, 'remove', [user])
}

/** Joins by invitation code. Throws 404 for an unknown one. */
export function joinByCode(world: World, user: User, code: string): Group {
  const group = groupByCode(world, code)
  changeMembers(world, group, user, 'add', [user])
  return group
}

/** The group an invitation code belongs to. Throws 404 for an unknown one. */
export function groupByCode(world: World, code: string): Group {
  for (const group of world.groups.values()) if (group.inviteCode === code) return group
  throw notFound('this invitation is not valid')
}

/** Makes the old invitation link worthless. */
export function renewInvite(world: World, group: Group, actor: User): string {
  group.inviteCode = inviteCode(world)
  notify(world, group, actor, node('invite', { code: group.inviteCode }))
  return group.inviteCode
}

export function setSubject(world: World, group: Group, actor: User, subject: string): void {
  if (subject === '') throw badRequest('a group needs a name')
  group.subject = subject
  group.subjectOwner = actor
  group.subjectTime = world.seconds
  notify(world, group, actor, node('subject', { subject, s_t: world.seconds, s_o: actor.lidJid() }))
}

/** Sets or, with no text, removes the description. `id` is the client's own. */
export function setDescription(world: World, group: Group, actor: User, id: string, text: string | undefined): void {
  group.description = text === undefined ? undefined : { id, text, by: actor, time: world.seconds }
  const body = text === undefined ? undefined : [node('body', {}, Buffer.from(text))]
  notify(world, group, actor, node('description', { id, delete: text === undefined ? 'true' : undefined }, body))
}

/** Switches a setting, as the names in stanzas say: `announcement`, `not_announcement`, `locked`, `unlocked`, … */
export function setSetting(world: World, group: Group, actor: User, setting: string, expiration = 0): void {
  if (setting.endsWith('announcement')) group.announcement = setting === 'announcement'
  if (setting.endsWith('locked')) group.locked = setting === 'locked'
  if (setting.endsWith('ephemeral')) group.ephemeral = setting === 'ephemeral' ? expiration : 0
  notify(world, group, actor, node(setting, { expiration: expiration || undefined }))
}

/** Tells the companions of all members (or of `whom`) what somebody changed. */
function notify(world: World, group: Group, actor: User, change: BinaryNode, whom?: Iterable<User>): void {
  const attrs = {
    from: group.jid,
    id: world.stanzaId(),
    type: 'w:gp2',
    participant: actor.lidJid(),
    participant_pn: actor.jid(),
    addressing_mode: 'lid',
    notify: actor.name,
    t: world.seconds,
  }
  const notification = node('notification', attrs, [change])
  for (const member of whom ?? group.members.keys()) world.deliverToCompanions(member, notification)
}

/** A group as it is told to clients. */
export function groupNode(group: Group): BinaryNode {
  const { id, subject, subjectOwner, subjectTime, creator, creation, description, members } = group
  const attrs = {
    id,
    subject,
    s_t: subjectTime,
    s_o: subjectOwner.lidJid(),
    s_o_pn: subjectOwner.jid(),
    creation,
    creator: creator.lidJid(),
    creator_pn: creator.jid(),
    addressing_mode: 'lid',
    size: members.size,
  }
  const content = Array.from(members, ([user, role]) => {
    const type = role === 'member' ? undefined : role
    return node('participant', { jid: user.lidJid(), phone_number: user.jid(), type })
  })
  if (description) {
    const { by, time, text } = description
    const body = node('body', {}, Buffer.from(text))
    content.push(node('description', { id: description.id, participant: by.lidJid(), t: time }, [body]))
  }
  if (group.announcement) content.push(node('announcement'))
  if (group.locked) content.push(node('locked'))
  if (group.ephemeral > 0) content.push(node('ephemeral', { expiration: group.ephemeral }))
  return node('group', attrs, content)
}
