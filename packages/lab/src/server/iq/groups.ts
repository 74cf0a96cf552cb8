import { type BinaryNode, child, children, node, text } from '../../wire/node.ts'
import {
  changeMembers,
  createGroup,
  groupByCode,
  groupNode,
  isAdmin,
  joinByCode,
  leaveGroup,
  type MemberChange,
  renewInvite,
  setDescription,
  setSetting,
  setSubject,
} from '../../world/groups.ts'
import type { Group, User } from '../../world/model.ts'
import type { Client } from '../context.ts'
import { failure, type IqHandler, requester, result } from './answer.ts'

/** One request about a group by one of its members. */
interface GroupRequest {
  client: Client
  iq: BinaryNode
  step: BinaryNode
  group: Group
  user: User
}

/** Wraps what members ask about their group: 404 without such a group, 403 for strangers. */
function member(handle: (request: GroupRequest) => void): IqHandler {
  return (client, iq, step) => {
    const { user } = requester(client)
    const group = client.state.world.groups.get(iq.attrs.to ?? '')
    if (!group) failure(client, iq, 404, 'item-not-found')
    else if (!group.members.has(user)) failure(client, iq, 403, 'forbidden')
    else handle({ client, iq, step, group, user })
  }
}

/** As `member`, for what admins alone may do: 401 for the others. */
function admin(handle: (request: GroupRequest) => void): IqHandler {
  return member((request) => {
    if (isAdmin(request.group, request.user)) handle(request)
    else failure(request.client, request.iq, 401, 'not-authorized')
  })
}

/** As `admin` where the group is locked to its admins, as `member` where it is not. */
function settled(handle: (request: GroupRequest) => void): IqHandler {
  return member((request) => {
    if (!request.group.locked || isAdmin(request.group, request.user)) handle(request)
    else failure(request.client, request.iq, 401, 'not-authorized')
  })
}

const create: IqHandler = (client, iq, step) => {
  const { world } = client.state
  const members = children(step, 'participant').flatMap(({ attrs }) => world.resolve(attrs.jid)?.user ?? [])
  const registered = members.filter((user) => user.registered)
  const group = createGroup(world, step.attrs.subject ?? '', requester(client).user, registered)
  result(client, iq, [groupNode(group)])
}

const participating: IqHandler = (client, iq) => {
  const { user } = requester(client)
  const groups = Array.from(client.state.world.groups.values()).filter((group) => group.members.has(user))
  result(client, iq, [node('groups', {}, groups.map(groupNode))])
}

const leave: IqHandler = (client, iq, step) => {
  const { world } = client.state
  const { user } = requester(client)
  for (const { attrs } of children(step, 'group')) {
    const group = world.groups.get(attrs.id ?? '')
    if (group?.members.has(user)) leaveGroup(world, group, user)
  }
  result(client, iq, [node('leave', {}, children(step, 'group'))])
}

function memberChange(change: MemberChange): IqHandler {
  return admin(({ client, iq, step, group, user }) => {
    const { world } = client.state
    const found = new Map(children(step, 'participant').map(({ attrs }) => [attrs.jid, world.resolve(attrs.jid)?.user]))
    const known = Array.from(found.values()).flatMap((one) => (one?.registered ? one : []))
    changeMembers(world, group, user, change, known)
    const answers = Array.from(found, ([jid, one]) =>
      node('participant', { jid, error: one?.registered ? undefined : 404 }),
    )
    result(client, iq, [node(change, {}, answers)])
  })
}

/** To a group: its invitation code. To the server with a code: the group behind it. */
const readInvite: IqHandler = (client, iq, step) => {
  const { world } = client.state
  if (step.attrs.code === undefined) {
    const read = admin(({ group }) => result(client, iq, [node('invite', { code: group.inviteCode })]))
    return read(client, iq, step)
  }
  try {
    result(client, iq, [groupNode(groupByCode(world, step.attrs.code))])
  } catch {
    failure(client, iq, 406, 'not-acceptable')
  }
}

/** To a group: a new invitation code. To the server with a code: joining. */
const useInvite: IqHandler = (client, iq, step) => {
  const { world } = client.state
  if (step.attrs.code === undefined) {
    const renew = admin(({ group, user }) =>
      result(client, iq, [node('invite', { code: renewInvite(world, group, user) })]),
    )
    return renew(client, iq, step)
  }
  try {
    const group = joinByCode(world, requester(client).user, step.attrs.code)
    result(client, iq, [node('group', { jid: group.jid })])
  } catch {
    failure(client, iq, 406, 'not-acceptable')
  }
}

const subject = settled(({ client, iq, step, group, user }) => {
  setSubject(client.state.world, group, user, text(step))
  result(client, iq)
})

const description = settled(({ client, iq, step, group, user }) => {
  const body = child(step, 'body')
  setDescription(client.state.world, group, user, step.attrs.id ?? '', body && text(body))
  result(client, iq)
})

const setting = admin(({ client, iq, step, group, user }) => {
  setSetting(client.state.world, group, user, step.tag, Number(step.attrs.expiration ?? 0))
  result(client, iq)
})

/** Groups: making, reading, changing, leaving, inviting. */
export const groupHandlers: Record<string, IqHandler> = {
  'w:g2/set/create': create,
  'w:g2/get/query': member(({ client, iq, group }) => result(client, iq, [groupNode(group)])),
  'w:g2/get/participating': participating,
  'w:g2/set/leave': leave,
  'w:g2/set/add': memberChange('add'),
  'w:g2/set/remove': memberChange('remove'),
  'w:g2/set/promote': memberChange('promote'),
  'w:g2/set/demote': memberChange('demote'),
  'w:g2/get/invite': readInvite,
  'w:g2/set/invite': useInvite,
  'w:g2/set/subject': subject,
  'w:g2/set/description': description,
  'w:g2/set/announcement': setting,
  'w:g2/set/not_announcement': setting,
  'w:g2/set/locked': setting,
  'w:g2/set/unlocked': setting,
  'w:g2/set/ephemeral': setting,
  'w:g2/set/not_ephemeral': setting,
}
