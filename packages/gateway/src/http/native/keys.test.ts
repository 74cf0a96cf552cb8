import { afterAll, beforeAll, expect, test } from 'vitest'
import { chooseDialects } from '../../dialects/table.ts'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open({ dialects: chooseDialects(['blipcom', 'sessions']) })
})
afterAll(() => rig.close())

test('a key of a dialect is shown in the dialect’s form, and listed without its secret', async () => {
  const client = await rig.call('POST', '/v1/keys', { body: { name: 'partner', dialect: 'blipcom' } })
  expect(client.status).toBe(201)
  expect(client.body).toMatchObject({ name: 'partner', dialect: 'blipcom', session: null })
  expect(client.body).toHaveProperty('client_id')
  expect(client.body).not.toHaveProperty('key')
  const plain = await rig.call('POST', '/v1/keys', { body: { name: 'panel', dialect: 'sessions' } })
  const headers = { 'x-api-key': String(plain.body.key) }
  expect((await rig.call('GET', '/api/sessions', { key: null, headers })).status).toBe(200)
  expect((await rig.call('GET', '/v1/sessions', { key: null, headers })).status).toBe(401)
  const { text } = await rig.call('GET', '/v1/keys')
  expect(text).toContain('"dialect":"blipcom"')
  expect(text).not.toContain(String(client.body.client_secret))
})

test('a repetition by Idempotency-Key does not show the secret again', async () => {
  const headers = { 'idempotency-key': 'one' }
  const body = { name: 'partner', dialect: 'blipcom' }
  const first = await rig.call('POST', '/v1/keys', { body, headers })
  const second = await rig.call('POST', '/v1/keys', { body, headers })
  expect(second.body.id).toBe(first.body.id)
  expect(second.body).not.toHaveProperty('client_secret')
})

test('a native key needs scopes, and an unknown dialect is refused', async () => {
  const problem = { status: 400, body: { code: 'invalid_request' } }
  expect(await rig.call('POST', '/v1/keys', { body: { name: 'x' } })).toMatchObject(problem)
  const unknown = await rig.call('POST', '/v1/keys', { body: { name: 'x', dialect: 'telegraph' } })
  expect(unknown).toMatchObject(problem)
  expect(unknown.body.detail).toMatch(/blipcom, sessions/)
})
