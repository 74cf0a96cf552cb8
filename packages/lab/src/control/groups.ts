import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { ServerState } from '../server/context.ts'
import { changeMembers, createGroup, groupOf, setSubject } from '../world/groups.ts'
import type { Group } from '../world/model.ts'

const NewGroup = Type.Object({
  name: Type.String({ minLength: 1 }),
  owner: Type.String(),
  participants: Type.Optional(Type.Array(Type.String())),
})
const Participants = Type.Object({
  add: Type.Optional(Type.Array(Type.String())),
  remove: Type.Optional(Type.Array(Type.String())),
})
const Subject = Type.Object({ name: Type.String({ minLength: 1 }), by: Type.Optional(Type.String()) })

type Params = { Params: { id: string } }

function groupView(group: Group) {
  const participants = Array.from(group.members, ([user, role]) => ({ phone: user.phone, lid: user.lidJid(), role }))
  return { id: group.jid, name: group.subject, owner: group.creator.phone, inviteCode: group.inviteCode, participants }
}

/** Groups made and changed by the people of the lab. */
export function groupRoutes(app: FastifyInstance, { world }: ServerState): void {
  app.post<{ Body: Static<typeof NewGroup> }>('/groups', { schema: { body: NewGroup } }, async (request, reply) => {
    const { name, owner, participants = [] } = request.body
    const members = participants.map((phone) => world.phone(phone))
    return reply.code(201).send(groupView(createGroup(world, name, world.phone(owner), members)))
  })
  app.get('/groups', async () => ({ groups: Array.from(world.groups.values(), groupView) }))
  app.get<Params>('/groups/:id', async (request) => groupView(groupOf(world, request.params.id)))
  app.post<Params & { Body: Static<typeof Participants> }>(
    '/groups/:id/participants',
    { schema: { body: Participants } },
    async (request) => {
      const group = groupOf(world, request.params.id)
      const { add = [], remove = [] } = request.body
      const [added, removed] = [add, remove].map((phones) => phones.map((phone) => world.phone(phone)))
      changeMembers(world, group, group.creator, 'add', added ?? [])
      changeMembers(world, group, group.creator, 'remove', removed ?? [])
      return groupView(group)
    },
  )
  app.post<Params & { Body: Static<typeof Subject> }>(
    '/groups/:id/subject',
    { schema: { body: Subject } },
    async (request) => {
      const group = groupOf(world, request.params.id)
      const { name, by = group.creator.phone } = request.body
      setSubject(world, group, world.phone(by), name)
      return groupView(group)
    },
  )
}
