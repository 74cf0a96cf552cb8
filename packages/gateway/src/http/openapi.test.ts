import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nativeOpenApi } from './openapi-document.ts'
import { HttpRig } from './test/http-rig.ts'

interface BodySchema {
  additionalProperties?: boolean
  /** Where a body has several forms. */
  oneOf?: BodySchema[]
}

interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  security?: unknown[]
  requestBody?: { content: Record<string, { schema: BodySchema; example?: unknown }> }
  responses: Record<string, { description?: string }>
}

interface OpenApi {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}

let text: string
let document: OpenApi
let rig: HttpRig

beforeAll(async () => {
  text = await nativeOpenApi(pino({ level: 'silent' }))
  document = JSON.parse(text)
  rig = await HttpRig.open({ config: { publicUrl: 'https://wa.example.com/gate', basePath: '/inside' } })
})
afterAll(() => rig.close())

test('the committed document is what the routes say', () => {
  const committed = readFileSync(new URL('../../../../openapi/native.json', import.meta.url), 'utf8')
  expect(committed === text, 'run "npm run generate"').toBe(true)
})

test('every operation has an id, a summary, a tag, a right and answers that are described', () => {
  expect(document.openapi).toBe('3.1.0')
  const ids: string[] = []
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method} ${path}`
      expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/)
      ids.push(operation.operationId ?? '')
      expect(operation.summary, name).toBeTruthy()
      expect(operation.tags, name).toHaveLength(1)
      expect(operation.security, name).toHaveLength(path.startsWith('/v1/') ? 2 : 0)
      for (const response of Object.values(operation.responses)) {
        expect(response.description, name).toBeTruthy()
        expect(response.description, name).not.toBe('Default Response')
      }
      const body = operation.requestBody?.content['application/json']
      if (!body) continue
      expect(body.example, name).toBeTruthy()
      for (const form of body.schema.oneOf ?? [body.schema]) expect(form.additionalProperties, name).toBe(false)
    }
  }
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(25)
})

test('every reference leads somewhere', () => {
  for (const [, name = ''] of text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)) {
    expect(Object.keys(document.components.schemas)).toContain(name)
  }
  expect(Object.keys(document.components.schemas).sort()).toEqual(['Event', 'Message', 'Problem', 'Session', 'Webhook'])
})

test('a running gateway serves it with the address that clients use', async () => {
  const served = (await rig.call('GET', '/openapi.json', { key: null })).body as unknown as OpenApi
  expect(served.servers).toEqual([{ url: 'https://wa.example.com/gate' }])
  expect(Object.keys(served.paths)).toContain('/v1/keys')
})

test('links are absolute and right behind a proxy', async () => {
  const made = await rig.call('POST', '/v1/sessions', { body: { id: 'shop' } })
  expect(made.headers.get('location')).toBe('https://wa.example.com/gate/v1/sessions/shop')
  const plain = await HttpRig.open({ config: { trustProxy: ['127.0.0.1'], basePath: '/wa' } })
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'wa.example.org' }
  const behind = await plain.call('POST', '/v1/sessions', { body: { id: 'shop' }, headers })
  expect(behind.headers.get('location')).toBe('https://wa.example.org/wa/v1/sessions/shop')
  const naive = await HttpRig.open()
  const spoofed = await naive.call('POST', '/v1/sessions', { body: { id: 'shop' }, headers })
  expect(spoofed.headers.get('location')).toBe(`${naive.url}/v1/sessions/shop`)
  await Promise.all([plain.close(), naive.close()])
})
