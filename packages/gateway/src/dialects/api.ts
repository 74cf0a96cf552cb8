/** What a dialect's document says of its endpoints, as far as OpenAPI needs it. */
export interface DialectApi {
  title: string
  /** How a caller shows who he is; as OpenAPI writes it. Each alone is enough. */
  credentials: Record<string, object>
  /** By method and path, as in the routes. */
  operations: Record<string, DialectOperation>
}

export interface DialectOperation {
  summary: string
  /** Parameters of the query, each with an example. */
  query?: Record<string, string | number | boolean>
  /** Values for the path's parameters, as examples. */
  params?: Record<string, string>
  /** An example of the body. Its fields and their types are the body's. */
  body?: Record<string, unknown>
  /** Fields of the body that must be there. */
  required?: readonly string[]
  /** The form's field for a file, where there is one; the body's other fields are beside it. */
  file?: string
  /** An example of the success's body; its fields and their types are the body's. */
  answer?: unknown
  /** What the success is, where it is not JSON. */
  answerType?: string
}

interface OpenApiOptions {
  version: string
  /** The gateway's address. */
  server?: string
}

interface Schema {
  type?: string
  properties?: Record<string, Schema | { type: string; contentMediaType: string }>
  required?: readonly string[]
  items?: Schema
}

/** A dialect, as far as OpenAPI needs it. */
interface Described {
  name: string
  api?: DialectApi
  routes: readonly { method: string; path: string; isPublic?: true }[]
}

/** The OpenAPI 3.1 document of a dialect, from its routes and what is said of them; undefined where nothing is. */
export function openApiOf({ name, api, routes }: Described, { version, server = '/' }: OpenApiOptions) {
  if (!api) return undefined
  const paths: Record<string, Record<string, object>> = {}
  for (const { method, path, isPublic } of routes) {
    const operation = api.operations[`${method} ${path}`]
    if (!operation) continue
    const address = path.replaceAll(/:(\w+)/g, '{$1}')
    paths[address] = { ...paths[address], [method.toLowerCase()]: describe(operation, { method, path, isPublic }) }
  }
  return {
    openapi: '3.1.0',
    info: { title: `${api.title} (dialect \`${name}\`)`, version },
    servers: [{ url: server }],
    security: Object.keys(api.credentials).map((credential) => ({ [credential]: [] })),
    paths,
    components: { securitySchemes: api.credentials },
  }
}

interface Place {
  method: string
  path: string
  isPublic: true | undefined
}

function describe(operation: DialectOperation, { method, path, isPublic }: Place): object {
  const { summary, query = {}, params = {}, body, answer, answerType = 'application/json' } = operation
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name = '']) => parameter('path', name, params[name] ?? '')),
    ...Object.entries(query).map(([name, example]) => parameter('query', name, example)),
  ]
  const content = answer === undefined ? { schema: {} } : { schema: schemaOf(answer), example: answer }
  return {
    operationId: operationId(method, path),
    summary,
    ...(isPublic ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { content: requestContent(operation, body) } } : {}),
    responses: {
      200: { description: 'Done.', content: { [answerType]: content } },
      default: { description: 'An error in the shape of this API.' },
    },
  }
}

function parameter(place: 'path' | 'query', name: string, example: string | number | boolean): object {
  return { in: place, name, required: place === 'path', schema: schemaOf(example), example }
}

function requestContent({ file, required = [] }: DialectOperation, body: Record<string, unknown>): object {
  const schema: Schema = { ...schemaOf(body), required }
  if (file === undefined) return { 'application/json': { schema, example: body } }
  const withFile = { [file]: { type: 'string', contentMediaType: 'application/octet-stream' }, ...schema.properties }
  return { 'multipart/form-data': { schema: { ...schema, properties: withFile, required: [file, ...required] } } }
}

/** `POST /api/v1/whatsapp/find/:id` is `postApiV1WhatsappFindId`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** The schema that an example shows. Null stands for a text that is not there. */
function schemaOf(example: unknown): Schema {
  if (Array.isArray(example)) return { type: 'array', items: schemaOf(example[0]) }
  switch (typeof example) {
    case 'string':
    case 'boolean':
      return { type: typeof example }
    case 'number':
      return { type: Number.isInteger(example) ? 'integer' : 'number' }
    default:
      if (example === null || example === undefined) return {}
      return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(example).map(([name, value]) => [name, schemaOf(value)])),
      }
  }
}
