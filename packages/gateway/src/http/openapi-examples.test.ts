import { pino } from 'pino'
import { Compile } from 'typebox/compile'
import { beforeAll, expect, test } from 'vitest'
import { openApiOf } from '../dialects/api.ts'
import { chooseDialects } from '../dialects/table.ts'
import { nativeOpenApi } from './openapi-document.ts'

interface Content {
  schema?: Record<string, unknown>
  example?: unknown
}
interface Operation {
  parameters?: (Content & { name: string })[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, { content?: Record<string, Content> }>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas?: Record<string, object> }
}

const documents = new Map<string, Document>()
beforeAll(async () => {
  documents.set('native', JSON.parse(await nativeOpenApi(pino({ level: 'silent' }))))
  for (const dialect of chooseDialects(null)) {
    documents.set(dialect.name, JSON.parse(JSON.stringify(openApiOf(dialect, { version: '0.0.0' }))))
  }
})

/** The node with what it refers to in place of the references. */
function resolved(node: unknown, document: Document): unknown {
  if (Array.isArray(node)) return node.map((entry) => resolved(entry, document))
  if (typeof node !== 'object' || node === null) return node
  const name = '$ref' in node ? /^#\/components\/schemas\/(\w+)$/.exec(String(node.$ref))?.[1] : undefined
  if (name !== undefined) return resolved(document.components.schemas?.[name], document)
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolved(value, document)]))
}

/** Every schema of the document with the examples that stand in it or beside it. */
function* examplesOf(node: unknown, at: string): Generator<{ at: string; schema: object; example: unknown }> {
  if (typeof node !== 'object' || node === null) return
  if ('schema' in node && 'example' in node) yield { at, schema: node.schema as object, example: node.example }
  if ('examples' in node && Array.isArray(node.examples)) {
    for (const example of node.examples) yield { at, schema: node, example }
  }
  for (const [key, child] of Object.entries(node)) {
    if (key !== 'example' && key !== 'examples') yield* examplesOf(child, `${at}/${key}`)
  }
}

test('every example is valid by its schema', () => {
  for (const [name, document] of documents) {
    const faults: string[] = []
    let count = 0
    for (const { at, schema, example } of examplesOf(resolved(document, document), name)) {
      count += 1
      const validator = Compile(schema)
      if (!validator.Check(example)) faults.push(`${at}: ${validator.Errors(example)[0]?.message}`)
    }
    expect(faults).toEqual([])
    expect(count).toBeGreaterThan(name === 'native' ? 200 : 5)
  }
})

test('an example that is wrong is noticed', () => {
  const [found] = examplesOf({ schema: { type: 'object', required: ['a'] }, example: {} }, 'x')
  expect(found && Compile(found.schema).Check(found.example)).toBe(false)
})

test('every body in JSON has an example, of requests and of answers', () => {
  const missing: string[] = []
  for (const [path, methods] of Object.entries(documents.get('native')?.paths ?? {})) {
    for (const [method, { requestBody, responses }] of Object.entries(methods)) {
      const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)]
      for (const content of contents) {
        const { schema, example } = content?.['application/json'] ?? {}
        const isShared = schema !== undefined && '$ref' in schema
        if (schema && example === undefined && !('examples' in schema) && !isShared) missing.push(`${method} ${path}`)
      }
    }
  }
  expect(missing).toEqual([])
})

test('every route of a dialect is described, and nothing else is', () => {
  for (const { name, routes, api } of chooseDialects(null)) {
    const paths = routes.map(({ method, path }) => `${method} ${path}`)
    expect(Object.keys(api?.operations ?? {}).sort(), name).toEqual(paths.sort())
  }
})
