import { Type } from 'typebox'
import { baseUrl, type RouteContext, type Server } from '../../context.ts'
import { words } from '../schema.ts'

const Health = Type.Object(
  { ok: Type.Boolean(), store: words(['ok', 'failing']), encryption: words(['on', 'off']) },
  { description: 'Whether the process can do its work.' },
)

const Readiness = Type.Object(
  {
    ready: Type.Boolean(),
    sessions: Type.Object({ resumed: Type.Integer(), total: Type.Integer() }),
    detail: Type.String({ examples: ['3 of 3 sessions resumed'] }),
  },
  { description: 'How far the start has come.' },
)

const Rotation = Type.Object(
  {
    rewrapped: Type.Integer({ description: 'Data keys that another master key had wrapped.' }),
    master_key: Type.String({
      description: 'Fingerprint of the master key that wraps now; it says nothing about the key.',
      examples: ['3f9a1c5b7d2e8f60'],
    }),
  },
  { description: 'What a rotation of the master key changed.' },
)

/** The state of the gateway, open to probes; and what its operator does with it. */
export function serviceRoutes(app: Server, { gateway, config }: RouteContext): void {
  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'health',
        summary: 'Whether the gateway works',
        tags: ['service'],
        response: { 200: Health, 503: Health },
      },
    },
    async (_request, reply) => {
      const health = gateway.health()
      reply.code(health.ok ? 200 : 503)
      return health
    },
  )

  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'readiness',
        summary: 'Whether every session was resumed after the start',
        tags: ['service'],
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const sessions = gateway.sessions.readiness()
      const ready = gateway.health().ok && sessions.resumed >= sessions.total
      reply.code(ready ? 200 : 503)
      return { ready, sessions, detail: `${sessions.resumed} of ${sessions.total} sessions resumed` }
    },
  )

  app.post(
    '/v1/encryption/rotate',
    {
      config: { access: ['admin'] },
      schema: {
        operationId: 'rotateMasterKey',
        summary: 'Go over to a new master key',
        description:
          'Reads KURIR_MASTER_KEY_FILE again and re-wraps every data key under its first key, while all else goes on. Safe to call again.',
        tags: ['service'],
        response: { 200: Rotation },
      },
    },
    async () => {
      const { rewrapped, masterKey } = await gateway.rotateMasterKey()
      return { rewrapped, master_key: masterKey }
    },
  )

  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    // A server's address without a slash at the end: a path is put right behind it.
    const document = { ...app.swagger(), servers: [{ url: baseUrl(request, config) }] }
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(document))
  })
}
