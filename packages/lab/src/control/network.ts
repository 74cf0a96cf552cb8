import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import { type ServerState, streamError } from '../server/context.ts'
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
const Drop = Type.Object({
  phone: Type.Optional(Type.String()),
  /** With one of these the client is told why, as by a stream error; without, the line is cut. */
  code: Type.Optional(Type.Integer()),
  conflict: Type.Optional(Type.Enum(['replaced', 'device_removed'])),
})
const Mode = Type.Object({ decrypt: Type.Boolean() })
const LedgerQuery = Type.Object({ id: Type.Optional(Type.String()), from: Type.Optional(Type.String()) })

/** Where the lab is, its mode, faults, connections and the ledger. */
export function networkRoutes(app: FastifyInstance, state: ServerState): void {
  const { world } = state
  app.get('/', async (request, reply) => {
    // A browser that is sent here looks for something to see.
    if (request.headers.accept?.includes('text/html')) return reply.redirect('/phone')
    const host = request.headers.host ?? request.hostname
    return { lab: `http://${host}`, ws: `ws://${host}/ws/chat`, rootKey: state.authority.rootKey.toString('hex') }
  })
  app.post<{ Body: Static<typeof Mode> }>('/mode', { schema: { body: Mode } }, async (request) => {
    world.decrypt = request.body.decrypt
    return { decrypt: world.decrypt }
  })
  app.post<{ Body: Static<typeof NewFault> }>('/faults', { schema: { body: NewFault } }, async (request, reply) =>
    reply.code(201).send(world.faults.add(request.body as FaultRequest)),
  )
  app.get('/faults', async () => ({ faults: world.faults.list() }))
  app.delete('/faults', async () => {
    world.faults.clear()
    return { faults: [] }
  })
  app.post<{ Body: Static<typeof Drop> | undefined }>('/connections/drop', async (request) => {
    const { phone, code, conflict } = request.body ?? {}
    let dropped = 0
    for (const connection of [...state.connections]) {
      if (phone !== undefined && connection.companion?.user.phone !== phone) continue
      if (code === undefined && conflict === undefined) connection.cut()
      else connection.close(streamError(code, conflict))
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
