import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Dialect, type DialectCall, json } from './dialect.ts'
import { DialectWorld } from './test/world.ts'

/** Answers what it was told; its credential may stand in a header, in the query or in the body. */
const echo: Dialect = {
  name: 'echo',
  paths: ['/echo'],
  keys: { tenant: 'key', session: null },
  credential: ({ header, query, body }) => {
    const text = header('x-key') ?? query.word('key') ?? body.word('key')
    return text === undefined ? undefined : { kind: 'key', text }
  },
  error: (error) => json(error.status, { oops: error.code }),
  routes: [
    { method: 'GET', path: '/echo', handle: async (call) => json(200, told(call)) },
    { method: 'POST', path: '/echo', handle: async (call) => json(200, told(call)) },
    { method: 'POST', path: '/echo/file', maxFileBytes: 1000, handle: async (call) => json(200, told(call)) },
    { method: 'POST', path: '/echo/refuse', maxFileBytes: 1000, handle: async () => json(400, {}) },
  ],
}

function told({ caller, fields, files }: DialectCall) {
  const { key: _key, ...rest } = fields.all()
  const names = files.map(({ field, fileName, media }) => ({ field, fileName, size: media.size }))
  return { tenant: caller.tenant, fields: rest, files: names }
}

let world: DialectWorld
let key: string
beforeAll(async () => {
  world = await DialectWorld.open([echo])
  const shown = await world.key('echo')
  key = 'key' in shown ? shown.key : ''
})
afterAll(() => world.close())

async function call(
  method: string,
  path: string,
  init: { body?: string | FormData; headers?: Record<string, string> } = {},
) {
  const response = await fetch(world.http.url + path, { method, ...init })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text) }
}

function form(fields: Record<string, string | Blob>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

test('a GET may carry its fields in a JSON body', async () => {
  const { port } = new URL(world.http.url)
  const body = JSON.stringify({ key, a: 1 })
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-length': body.length }
    const outgoing = httpRequest({ port, method: 'GET', path: '/echo?b=2', headers }, (response) => {
      let answer = ''
      response.on('data', (chunk) => {
        answer += chunk
      })
      response.on('end', () => resolve(answer))
    })
    outgoing.on('error', reject).end(body)
  })
  expect(JSON.parse(text)).toEqual({ tenant: 'default', fields: { a: 1, b: '2' }, files: [] })
})

test('the credential counts in each place, blanks and a semicolon around it do not', async () => {
  const expected = { status: 200, body: { tenant: 'default', fields: {}, files: [] } }
  expect(await call('POST', '/echo', { headers: { 'x-key': ` ${key} ; ` } })).toEqual(expected)
  expect(await call('POST', `/echo/?key=${key}`)).toEqual(expected)
  expect(await call('POST', '/echo', { body: `key=${key}` })).toEqual(expected)
  expect(await call('POST', '/echo', { body: form({ key }) })).toEqual(expected)
  expect(await call('POST', '/echo?key=', { body: '[]' })).toEqual({ status: 401, body: { oops: 'unauthorized' } })
})

test('content types that are odd or absent do not matter', async () => {
  const body = JSON.stringify({ key, a: 1 })
  for (const type of ['application/json;', 'application/x-www-form-urlencoded', 'nonsense', 'text/plain']) {
    const answer = await call('POST', '/echo', { body, headers: { 'content-type': type } })
    expect(answer, type).toMatchObject({ status: 200, body: { fields: { a: 1 } } })
  }
})

test('a form with a file: stored where the route takes files, dropped where not', async () => {
  const file = new Blob(['halo'])
  const wanted = await call('POST', '/echo/file', { body: form({ key, file, after: 'x' }) })
  expect(wanted).toMatchObject({ status: 200, body: { fields: { after: 'x' }, files: [{ field: 'file', size: 4 }] } })
  expect(await call('POST', '/echo', { body: form({ key, file }) })).toMatchObject({ status: 200, body: { files: [] } })
})

test('a file is not stored for nobody, nor when it is too large, nor when the request is refused', async () => {
  const before = await storedFiles()
  expect(before).toHaveLength(1)
  const file = new Blob(['something else'])
  const headers = { 'x-key': key }
  const unknown = await call('POST', '/echo/file', { body: form({ file, key }) })
  expect(unknown).toEqual({ status: 401, body: { oops: 'unauthorized' } })
  const large = new Blob(['x'.repeat(1001)])
  const refused = await call('POST', '/echo/file', { body: form({ file, large }), headers })
  expect(refused).toEqual({ status: 413, body: { oops: 'payload_too_large' } })
  expect(await call('POST', '/echo/refuse', { body: form({ file }), headers })).toMatchObject({ status: 400 })
  expect(await storedFiles()).toEqual(before)
})

test('a form that is broken is a bad request', async () => {
  const parts = ['--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nhalf of', 'nothing', '']
  for (const body of parts) {
    const headers = { 'x-key': key, 'content-type': 'multipart/form-data; boundary=x' }
    const { status } = await call('POST', '/echo', { body, headers })
    expect(status, body).toBe(body === '' ? 200 : 400)
  }
  const unbounded = { 'x-key': key, 'content-type': 'multipart/form-data' }
  expect(await call('POST', '/echo', { body: 'a=b', headers: unbounded })).toEqual({
    status: 400,
    body: { oops: 'invalid_request' },
  })
})

/** What the media room keeps. */
async function storedFiles(): Promise<string[]> {
  const { readdir } = await import('node:fs/promises')
  const entries = await readdir(world.http.rig.dataDir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}/.test(entry.name)).map(({ name }) => name)
}
