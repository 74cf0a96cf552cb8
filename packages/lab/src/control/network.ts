import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { ServerState } from '../server/context.ts'
import { FAULT_KINDS, type FaultRequest } from '../world/faults.ts'

const NewFault = Type.Object({
  kind: Type.Enum([...FAULT_KINDS]),
  session: Type.Optional(Type.String()),
  probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  count: Type.Optional(Type.Integer({ minimum: 1 })),
  afterMs: Type.Optional(Type.Number({ minimum: 0 })),
  code: Type.Optional(Type.Integer()),
  ms: Type.Optional(Type.Number({ minimum: 0 })),
})
const Drop = Type.Object({ phone: Type.Optional(Type.String()) })
const LedgerQuery = Type.Object({ id: Type.Optional(Type.String()), from: Type.Optional(Type.String()) })

/** Faults, connections and the ledger. */
export function networkRoutes(app: FastifyInstance, state: ServerState): void {
  const { world } = state
  app.post<{ Body: Static<typeof NewFault> }>('/faults', { schema: { body: NewFault } }, async (request, reply) =>
    reply.code(201).send(world.faults.add(request.body as FaultRequest)),
  )
  app.get('/faults', async () => ({ faults: world.faults.list() }))
  app.delete('/faults', async () => {
    world.faults.clear()
    return { faults: [] }
  })
  app.post<{ Body: Static<typeof Drop> | undefined }>('/connections/drop', async (request) => {
    const phone = request.body?.phone
    let dropped = 0
    for (const connection of [...state.connections]) {
      if (phone !== undefined && connection.companion?.user.phone !== phone) continue
      connection.cut()
      dropped += 1
    }
    return { dropped }
  })
  app.get<{ Querystring: Static<typeof LedgerQuery> }>('/ledger', async (request) => {
    const { id, from } = request.query
    const messages = []
    for (const row of world.ledger.rows()) {
      if ((id === undefined || row.id === id) && (from === undefined || row.from === from)) messages.push(row)
    }
    const { violations } = world
    return { counters: world.ledger.counters, messages, unknownIqs: state.unknownIqs, violations }
  })
}
