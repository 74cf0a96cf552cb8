import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { ServerState } from '../server/context.ts'
import { badRequest, notFound } from '../world/errors.ts'
import type { User } from '../world/model.ts'
import { chatOf, sendRequest } from '../world/phone-send.ts'
import type { World } from '../world/world.ts'

const Bulk = Type.Object({
  /** How many. */
  phones: Type.Integer({ minimum: 1, maximum: 100_000 }),
  /** Digits all their numbers begin with; a running number follows. */
  prefix: Type.String({ pattern: '^[0-9]{1,14}$' }),
  autoRead: Type.Optional(Type.Boolean()),
  autoReply: Type.Optional(Type.Union([Type.Boolean(), Type.String()])),
})
const NewTraffic = Type.Object({
  /** A phone, or several that take turns. */
  from: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]),
  /** A phone or a group. */
  to: Type.String(),
  /** Messages a second, of all senders together; as fast as it goes without. */
  rate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  count: Type.Integer({ minimum: 1 }),
  /** Text of the messages, before their number. */
  text: Type.Optional(Type.String()),
})

/** Shortest running number of bulk phones, in digits. */
const RUNNING_DIGITS = 5
/** Pause between two portions of traffic, milliseconds. */
const PORTION_MS = 10
/** Messages of a portion where there is no rate to keep. */
const UNPACED_PORTION = 100

/** Inbound traffic under way, as `GET /traffic/{id}` answers it. */
interface Traffic {
  id: string
  count: number
  sent: number
  failed: number
  done: boolean
  /** Of the messages sent so far, in order. */
  ids: string[]
}

/** Load: many phones at once, and phones that send at a rate. */
export function loadRoutes(app: FastifyInstance, { world }: ServerState): void {
  const traffics = new Map<string, Traffic>()

  app.post<{ Body: Static<typeof Bulk> }>('/bulk', { schema: { body: Bulk } }, async (request, reply) => {
    const { phones: count, prefix, ...options } = request.body
    const digits = Math.max(RUNNING_DIGITS, String(count - 1).length)
    if (prefix.length + digits > 20) throw badRequest('prefix: the numbers would be longer than 20 digits')
    const phones = Array.from({ length: count }, (_, index) => prefix + String(index).padStart(digits, '0'))
    let created = 0
    for (const phone of phones) {
      if (world.users.has(phone)) continue
      world.addPhone(phone, options)
      created += 1
    }
    return reply.code(201).send({ created, phones })
  })

  app.post<{ Body: Static<typeof NewTraffic> }>(
    '/traffic',
    { schema: { body: NewTraffic } },
    async (request, reply) => {
      const { from, to, count } = request.body
      const senders = [from].flat().map((phone) => world.phone(phone))
      // Told now rather than by a count of failures.
      chatOf(world, to)
      const traffic = { id: `t${traffics.size + 1}`, count, sent: 0, failed: 0, done: false, ids: [] }
      traffics.set(traffic.id, traffic)
      run(world, senders, request.body, traffic).catch((error) => world.fail(`traffic ${traffic.id}`, error))
      return reply.code(202).send(traffic)
    },
  )
  app.get<{ Params: { id: string } }>('/traffic/:id', async (request) => trafficOf(request.params.id))
  app.delete<{ Params: { id: string } }>('/traffic/:id', async (request) => {
    const traffic = trafficOf(request.params.id)
    traffic.done = true
    return traffic
  })
  app.addHook('onClose', async () => {
    for (const traffic of traffics.values()) traffic.done = true
  })

  function trafficOf(id: string): Traffic {
    const traffic = traffics.get(id)
    if (!traffic) throw notFound(`no traffic ${id}`)
    return traffic
  }
}

/** Sends until all is sent or somebody says `done`. Never ahead of the rate; behind it where the machine is too slow. */
async function run(world: World, senders: User[], plan: Static<typeof NewTraffic>, traffic: Traffic): Promise<void> {
  const { to, count, rate: paced, text = 'message' } = plan
  const start = world.clock.now()
  let next = 0
  while (next < count && !traffic.done) {
    const due = paced ? 1 + Math.floor(((world.clock.now() - start) / 1000) * paced) : next + UNPACED_PORTION
    const portion = Math.min(count, due)
    for (; next < portion && !traffic.done; next += 1) {
      const sender = senders[next % senders.length]
      if (!sender) break
      try {
        traffic.ids.push(await sendRequest(world, sender, to, { text: `${text} ${next + 1}` }))
        traffic.sent += 1
      } catch {
        traffic.failed += 1
      }
    }
    if (paced) await new Promise<void>((resolve) => world.clock.after(PORTION_MS, resolve))
    else await setImmediate()
  }
  traffic.done = true
}
