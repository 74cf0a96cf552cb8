import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { ServerState } from '../server/context.ts'
import { enterCode } from '../server/link-code.ts'
import { scan } from '../server/pairing.ts'
import { notFound } from '../world/errors.ts'
import type { Companion, User } from '../world/model.ts'
import { announceLids } from '../world/peer-data.ts'
import { goOffline, goOnline, hangUp, placeCall } from '../world/person.ts'

const PhoneParams = Type.Object({ phone: Type.String() })
const NewPhone = Type.Object({
  phone: Type.String({ pattern: '^[0-9]{5,20}$' }),
  name: Type.Optional(Type.String()),
  registered: Type.Optional(Type.Boolean()),
  autoRead: Type.Optional(Type.Boolean()),
  autoReply: Type.Optional(Type.Union([Type.Boolean(), Type.String()])),
  history: Type.Optional(Type.Boolean()),
})
const Scan = Type.Object({ qr: Type.String() })
const Code = Type.Object({ code: Type.String() })
const Call = Type.Object({ to: Type.String(), video: Type.Optional(Type.Boolean()) })
const HangUp = Type.Object({ to: Type.String(), id: Type.String() })
const Unlink = Type.Object({ device: Type.Optional(Type.Integer()) })

type Params = { Params: Static<typeof PhoneParams> }

/** A virtual phone as the control API shows it. */
function phoneView(user: User) {
  return {
    phone: user.phone,
    name: user.name,
    lid: user.lidJid(),
    registered: user.registered,
    online: user.online,
    devices: Array.from(user.companions.values(), companionView),
    chatStates: Object.fromEntries(user.chatStates),
    calls: Object.fromEntries(user.calls),
  }
}

function companionView(companion: Companion) {
  const { id, user, pushName, link, queue, preKeys } = companion
  return {
    device: id,
    jid: user.jid(id),
    name: pushName ?? null,
    connected: link !== undefined,
    queued: queue.size,
    preKeys: preKeys.length,
  }
}

/** Phones: making them, linking and unlinking devices, leaving and returning. */
export function phoneRoutes(app: FastifyInstance, state: ServerState): void {
  const { world } = state
  app.post<{ Body: Static<typeof NewPhone> }>('/phones', { schema: { body: NewPhone } }, async (request, reply) => {
    const { phone, ...options } = request.body
    return reply.code(201).send(phoneView(world.addPhone(phone, options)))
  })
  app.get('/phones', async () => ({ phones: Array.from(world.users.values(), phoneView) }))
  app.get<Params>('/phones/:phone', async (request) => phoneView(world.phone(request.params.phone)))

  app.post<Params & { Body: Static<typeof Scan> }>('/phones/:phone/scan', { schema: { body: Scan } }, async (request) =>
    companionView(await scan(state, world.phone(request.params.phone), request.body.qr)),
  )
  app.post<Params & { Body: Static<typeof Code> }>(
    '/phones/:phone/enter-code',
    { schema: { body: Code } },
    async (request) => companionView(await enterCode(state, world.phone(request.params.phone), request.body.code)),
  )
  app.post<Params & { Body: Static<typeof Unlink> | undefined }>('/phones/:phone/unlink', async (request) => {
    const user = world.phone(request.params.phone)
    const { device } = request.body ?? {}
    const chosen = Array.from(user.companions.values()).filter((one) => device === undefined || one.id === device)
    if (chosen.length === 0) throw notFound(`${user.phone} has no such linked device`)
    for (const companion of chosen) world.removeCompanion(companion, true)
    return { unlinked: chosen.map((companion) => companion.id) }
  })
  app.post<Params>('/phones/:phone/offline', async (request) => {
    goOffline(world.phone(request.params.phone))
    return { online: false }
  })
  app.post<Params>('/phones/:phone/online', async (request) => {
    goOnline(world.phone(request.params.phone))
    return { online: true }
  })
  app.post<Params>('/phones/:phone/announce-lids', async (request) => {
    const user = world.phone(request.params.phone)
    const devices = Array.from(user.companions.values())
    await user.tasks.run(async () => {
      for (const companion of devices) await announceLids(world, companion)
    })
    return { told: devices.map(({ id }) => id) }
  })
  callRoutes(app, state)
}

function callRoutes(app: FastifyInstance, { world }: ServerState): void {
  app.post<Params & { Body: Static<typeof Call> }>(
    '/phones/:phone/call',
    { schema: { body: Call } },
    async (request, reply) => {
      const { to, video = false } = request.body
      return reply.code(201).send({ id: placeCall(world, world.phone(request.params.phone), to, video) })
    },
  )
  app.post<Params & { Body: Static<typeof HangUp> }>(
    '/phones/:phone/hang-up',
    { schema: { body: HangUp } },
    async (request) => {
      const { to, id } = request.body
      hangUp(world, world.phone(request.params.phone), to, id)
      return { id }
    },
  )
}
