/** A JSON schema, as far as an example is made from it. */
export interface ExampleSchema {
  $ref?: string
  type?: string | readonly string[]
  enum?: readonly unknown[]
  const?: unknown
  format?: string
  minimum?: number
  default?: unknown
  examples?: readonly unknown[]
  properties?: Record<string, ExampleSchema>
  required?: readonly string[]
  items?: ExampleSchema
  oneOf?: readonly ExampleSchema[]
  anyOf?: readonly ExampleSchema[]
}

/** What fields are called that mean the same everywhere. */
const BY_NAME: Record<string, unknown> = {
  tenant: 'default',
  session: 'shop-1',
  name: 'Shop',
  push_name: 'Sari',
  phone: '6281210000001',
  chat: '6281311110001',
  from: '6281210000001',
  to: '6281311110001',
  wa_id: '3EB0C767D26A1B2E5F01',
  type: 'text',
  text: 'Halo',
  seq: 42,
  status_history: [{ status: 'accepted', at: '2026-03-01T12:00:00.000Z' }],
  data: {},
  next_cursor: null,
  country_code: '62',
  time_zone: 'Asia/Jakarta',
  qr: '2@AbCdEf…',
  image: 'data:image/png;base64,iVBOR…',
  mimetype: 'image/jpeg',
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
}

/**
 * An example of what a schema describes: its own where it has one, else made of its fields' (those that must be there,
 * and those that have an example). `shared` holds the schemas that are referred to, by name.
 */
export function exampleOf(schema: ExampleSchema, shared: ReadonlyMap<string, ExampleSchema>, name = ''): unknown {
  const { $ref, examples, properties, items } = schema
  if ($ref !== undefined) return exampleOf(shared.get($ref.replace(/#.*$/, '')) ?? {}, shared, name)
  if (examples?.length) return examples[0]
  const form = schema.oneOf?.[0] ?? schema.anyOf?.[0]
  if (form) return exampleOf(form, shared, name)
  if (properties) {
    const shown = Object.entries(properties).filter(
      ([field, value]) => schema.required?.includes(field) || value.examples?.length,
    )
    return Object.fromEntries(shown.map(([field, value]) => [field, exampleOf(value, shared, field)]))
  }
  if (items) return BY_NAME[name] !== undefined && name !== 'data' ? BY_NAME[name] : [exampleOf(items, shared)]
  return exampleOfValue(schema, name)
}

function exampleOfValue(
  { type, enum: words, const: only, format, minimum, default: usual }: ExampleSchema,
  name: string,
) {
  if (only !== undefined) return only
  if (words?.length) return words[0]
  if (usual !== undefined) return usual
  if (format === 'date-time') return '2026-03-01T12:00:00.000Z'
  const types = typeof type === 'string' ? [type] : (type ?? [])
  if (BY_NAME[name] !== undefined && fits(BY_NAME[name], types)) return BY_NAME[name]
  if (types.includes('null')) return null
  if (types.includes('integer') || types.includes('number')) return minimum ?? 1
  if (types.includes('boolean')) return true
  if (types.includes('array')) return []
  if (types.includes('object') || types.length === 0) return {}
  return name || 'text'
}

function fits(value: unknown, types: readonly string[]): boolean {
  const own =
    value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value
  return types.length === 0 || types.includes(own)
}
