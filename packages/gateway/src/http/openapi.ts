import swagger from '@fastify/swagger'
import type { RouteOptions } from 'fastify'
import type { HttpConfig, Server } from './context.ts'
import { SHARED_SCHEMAS } from './native/schema.ts'
import { type ExampleSchema, exampleOf } from './openapi-examples.ts'

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
    transform: ({ schema, url }) => {
      const querystring = schema?.querystring ? { querystring: withoutDefaulted(schema.querystring) } : {}
      const response = schema?.response ? { response: withExamples(schema.response as Responses) } : {}
      // The base path is a part of the server's address.
      return { schema: { ...schema, ...querystring, ...response }, url: url.slice(config.basePath.length) }
    },
  })
  app.addHook('onRoute', documentRoute)
}

type Responses = Record<string, ExampleSchema & { content?: Record<string, { schema: ExampleSchema }> }>

const SHARED = new Map(
  SHARED_SCHEMAS.map((schema) => [String((schema as { $id?: string }).$id), schema as ExampleSchema]),
)

/** Every answer in JSON has an example. */
function withExamples(responses: Responses): Responses {
  const entries = Object.entries(responses).map(([status, response]) => {
    const json = response.content?.['application/json']?.schema
    if (json) {
      const shown = { schema: { ...json, examples: [exampleOf(json, SHARED)] } }
      return [status, { ...response, content: { ...response.content, 'application/json': shown } }]
    }
    const isEmpty = response.content !== undefined || response.type === 'null'
    return [status, isEmpty ? response : { ...response, examples: [exampleOf(response, SHARED)] }]
  })
  return Object.fromEntries(entries)
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
