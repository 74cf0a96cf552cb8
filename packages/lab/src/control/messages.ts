import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { ServerState } from '../server/context.ts'
import { notFound } from '../world/errors.ts'
import { resendToCompanion } from '../world/peer-data.ts'
import { acknowledge, showTyping } from '../world/person.ts'
import { sendRequest } from '../world/phone-send.ts'
import { sentRows } from '../world/sent.ts'

const Send = Type.Object(
  {
    to: Type.String(),
    id: Type.Optional(Type.String()),
    addressing: Type.Optional(Type.Enum(['pn', 'lid'])),
    age: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: true },
)
const List = Type.Object({
  after: Type.Optional(Type.String({ pattern: '^[0-9]+$' })),
  limit: Type.Optional(Type.String({ pattern: '^[0-9]+$' })),
})
const MessageId = Type.Object({ id: Type.String() })
const Typing = Type.Object({
  chat: Type.String(),
  state: Type.Optional(Type.Enum(['composing', 'recording', 'paused'])),
})

const Resend = Type.Object({ id: Type.String() })

type Params = { Params: { phone: string } }

/** What a phone sends, what its person was shown, and the answers to it. */
export function messageRoutes(app: FastifyInstance, { world }: ServerState): void {
  app.post<Params & { Body: Static<typeof Send> & Record<string, unknown> }>(
    '/phones/:phone/messages',
    { schema: { body: Send } },
    async (request, reply) => {
      const { to, id, addressing, age = 0, ...content } = request.body
      const options = { ...(id === undefined ? {} : { id }), byLid: addressing === 'lid', age }
      const sent = await sendRequest(world, world.phone(request.params.phone), to, content, options)
      return reply.code(201).send({ id: sent })
    },
  )
  app.get<Params & { Querystring: Static<typeof List> }>(
    '/phones/:phone/messages',
    { schema: { querystring: List } },
    async (request) => {
      const { inbox } = world.phone(request.params.phone)
      const after = Number(request.query.after ?? 0)
      // Rows are numbered from 1 without gaps, so the number is the position.
      const end = request.query.limit === undefined ? undefined : after + Number(request.query.limit)
      return { messages: inbox.slice(after, end) }
    },
  )
  app.get<Params>('/phones/:phone/sent', async (request) => ({
    messages: await sentRows(world, world.phone(request.params.phone)),
  }))
  for (const type of ['read', 'played'] as const) {
    app.post<Params & { Body: Static<typeof MessageId> }>(
      `/phones/:phone/${type}`,
      { schema: { body: MessageId } },
      async (request) => {
        acknowledge(world, world.phone(request.params.phone), request.body.id, type)
        return { id: request.body.id }
      },
    )
  }
  app.post<Params & { Body: Static<typeof Typing> }>(
    '/phones/:phone/typing',
    { schema: { body: Typing } },
    async (request) => {
      const { chat, state = 'composing' } = request.body
      showTyping(world, world.phone(request.params.phone), chat, state)
      return { chat, state }
    },
  )
  resendRoute(app, world)
}

function resendRoute(app: FastifyInstance, world: ServerState['world']): void {
  app.post<Params & { Body: Static<typeof Resend> }>(
    '/phones/:phone/resend',
    { schema: { body: Resend } },
    async (request) => {
      const user = world.phone(request.params.phone)
      const { id } = request.body
      if (!user.known.has(id)) throw notFound(`${user.phone} knows no message ${id}`)
      await user.tasks.run(async () => {
        for (const one of user.companions.values()) await resendToCompanion(world, one, user.messageId(), [id])
      })
      return { id }
    },
  )
}
