import swagger from '@fastify/swagger'
import type { RouteOptions } from 'fastify'
import type { HttpConfig, Server } from './context.ts'

const TAGS = [
  { name: 'keys', description: 'Keys and tenants; for admins.' },
  { name: 'sessions', description: 'WhatsApp accounts: create, start, stop, delete.' },
  { name: 'pairing', description: 'Link a session to a phone by QR code or pairing code.' },
  { name: 'messages', description: 'Send messages and follow them.' },
  { name: 'media', description: 'Files: give one for a message, get one that came with a message.' },
  { name: 'numbers', description: 'Which phone numbers have WhatsApp.' },
  { name: 'groups', description: 'Groups that a session is in.' },
  { name: 'chats', description: 'Chats and contacts: lists, reading, typing, presence.' },
  { name: 'webhooks', description: 'Where events are posted to, and what became of each.' },
  { name: 'automation', description: 'What a session answers by itself.' },
  { name: 'events', description: 'What happened, as a list and as a live stream.' },
  { name: 'service', description: 'The state of the gateway.' },
]

const PROBLEM_RESPONSE = {
  description: 'An error (RFC 9457); `code` is a stable word.',
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
}

/** Collects an OpenAPI 3.1 document from the routes that are added afterwards. */
export async function installOpenApi(app: Server, config: HttpConfig, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Kurir',
        version,
        description: 'A WhatsApp gateway: many accounts behind one HTTP API, webhooks back.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: config.publicUrl ?? (config.basePath || '/') }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          apiKey: { type: 'apiKey', name: 'X-API-Key', in: 'header' },
        },
      },
    },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema.$id ?? `def-${index}`) },
    stripBasePath: false,
    transform: ({ schema, url }) => ({
      schema: schema?.querystring ? { ...schema, querystring: withoutDefaulted(schema.querystring) } : schema,
      url,
    }),
  })
  app.addHook('onRoute', documentRoute)
}

interface ObjectSchema {
  properties?: Record<string, { default?: unknown }>
  required?: string[]
}

/** A parameter that has a default is there for the handler, but no caller has to give it. */
function withoutDefaulted(schema: ObjectSchema): ObjectSchema {
  const { properties = {}, required = [] } = schema
  return { ...schema, required: required.filter((name) => properties[name]?.default === undefined) }
}

/** Says of every route who may call it and what its errors look like. */
function documentRoute(route: RouteOptions): void {
  const { access } = route.config ?? {}
  const response = route.schema?.response as Record<string, unknown> | undefined
  if (!route.schema || !response || !access) return
  const isPublic = access === 'public'
  const rights = isPublic ? 'Needs no key.' : `Scope: ${access.map((scope) => `\`${scope}\``).join(' or ')}.`
  route.schema = {
    ...route.schema,
    description: [route.schema.description, rights].filter(Boolean).join('\n\n'),
    security: isPublic ? [] : [{ bearer: [] }, { apiKey: [] }],
    response: isPublic ? response : { ...response, default: PROBLEM_RESPONSE },
  }
}
