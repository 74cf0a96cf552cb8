import { pino } from 'pino'
import { expect, test } from 'vitest'
import { nativeOpenApi } from './openapi-document.ts'
import { buildSerializer } from './serialization.ts'

interface Answer {
  content?: Record<string, { schema?: { examples?: unknown[] }; example?: unknown }>
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Answer> }>>
  components: { schemas?: Record<string, object> }
}

test('every answer that is documented is written as its example says, by a serializer that is compiled then', async () => {
  const document: Document = JSON.parse(await nativeOpenApi(pino({ level: 'silent' })))
  const bodies = Object.entries(document.paths).flatMap(([url, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.entries(responses).map(([httpStatus, { content }]) => ({
        ...{ url, method, httpStatus },
        ...content?.['application/json'],
      })),
    ),
  )
  const written = bodies.flatMap(({ schema, example = schema?.examples?.[0], ...route }) =>
    example === undefined ? [] : [{ ...route, example, schema: { ...schema, components: document.components } }],
  )
  for (const { example, schema, ...route } of written) {
    const answer = buildSerializer({}, {})({ ...route, schema })(example)
    expect(JSON.parse(answer), `${route.method} ${route.url} ${route.httpStatus}`).toEqual(example)
  }
  expect(written.length).toBeGreaterThan(40)
})
