import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SCOPES } from '../access/ports.ts'
import { installAuth } from './auth.ts'
import type { Server } from './context.ts'
import { Limits } from './rate-limit.ts'
import { HttpRig } from './test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
})
afterAll(() => rig.close())

const DOCS = ['GET /docs', 'GET /docs/', 'GET /docs/start.js', 'GET /docs/scalar.js']
/** From this machine; `metrics.test.ts` has what others are answered. */
const METRICS = 'GET /metrics'
const PUBLIC = ['GET /healthz', 'GET /readyz', 'GET /openapi.json', METRICS, ...DOCS]
/** Where one gets a login from, and gives it back: only the dashboard's own pages may. */
const LOGIN = ['POST /dashboard/login', 'POST /dashboard/logout']

/** Every route of the server, from the router itself. */
function allRoutes(): { method: string; path: string }[] {
  const stack: string[] = []
  const lines = rig.app.printRoutes({ commonPrefix: false }).split('\n').filter(Boolean)
  return lines.flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S+) \((.*)\)$/.exec(line) ?? []
    stack.length = indent.length / 4
    stack.push(part)
    return methods.split(', ').map((method) => ({ method, path: stack.join('') }))
  })
}

function fill(path: string): string {
  return path.replace(/:[a-z]+/g, 'anything')
}

test('no route is anonymous but those that say so', async () => {
  const routes = allRoutes()
  expect(routes.length).toBeGreaterThan(25)
  for (const { method, path } of routes) {
    const isPublic = PUBLIC.includes(`${method} ${path}`)
    for (const key of [null, 'kur_wrong']) {
      const answer = await rig.call(method, fill(path), { key })
      if (isPublic) expect(answer.status, `${method} ${path}`).toBe(200)
      else if (LOGIN.includes(`${method} ${path}`)) expect([400, 403], `${method} ${path}`).toContain(answer.status)
      else expect(answer.status, `${method} ${path}`).toBe(401)
      // An answer to HEAD has no body.
      if (answer.status === 401 && method !== 'HEAD')
        expect(answer.body, `${method} ${path}`).toMatchObject({ code: 'unauthorized' })
    }
  }
  expect((await rig.call('GET', '/v1/sessions', { key: null })).headers.get('www-authenticate')).toBe('Bearer')
})

test('a route that does not say who may call it cannot be added', () => {
  const app = Fastify() as unknown as Server
  installAuth(app, { access: rig.gateway.access, config: { publicUrl: null }, limits: new Limits(null) })
  expect(() => app.get('/forgotten', async () => 'secret')).toThrow('does not say who may call it')
  expect(() => app.get('/open', { config: { access: 'public' } }, async () => 'hello')).not.toThrow()
})

test('every form of presenting a key is understood', async () => {
  const key = await rig.key(['read'])
  const forms: Record<string, string>[] = [
    { authorization: `Bearer ${key}` },
    { authorization: `bearer   ${key}` },
    { authorization: `  BEARER ${key}  ` },
    { 'x-api-key': key },
    { 'x-api-key': `  ${key} ` },
  ]
  for (const headers of forms) {
    expect((await rig.call('GET', '/v1/sessions', { key: null, headers })).status, JSON.stringify(headers)).toBe(200)
  }
  for (const headers of [{ authorization: key }, { authorization: `Basic ${key}` }, { 'x-api-key': '' }]) {
    expect((await rig.call('GET', '/v1/sessions', { key: null, headers })).status).toBe(401)
  }
  expect((await rig.call('GET', `/v1/sessions?key=${key}`, { key: null })).status).toBe(401)
})

test('each scope opens its own routes and no other', async () => {
  const open: Record<string, string[]> = { admin: [], manage: [], send: [], read: [] }
  for (const scope of SCOPES) {
    const key = await rig.key([scope])
    for (const { method, path } of allRoutes()) {
      if ([...PUBLIC, ...LOGIN].includes(`${method} ${path}`)) continue
      const answer = await rig.call(method, fill(path), { key })
      if (answer.status !== 403) open[scope]?.push(`${method} ${path}`)
    }
  }
  const { admin = [], manage = [], send = [], read = [] } = open
  expect(admin).toHaveLength(allRoutes().length - PUBLIC.length - LOGIN.length)
  expect(send.sort()).toEqual([
    'DELETE /v1/messages/:id',
    'GET /dashboard/me',
    'GET /v1/media/:id',
    'GET /v1/messages/:id',
    'GET /v1/sessions/:session/groups',
    'GET /v1/sessions/:session/groups/:group',
    'GET /v1/sessions/:session/groups/:group/invite',
    'HEAD /v1/media/:id',
    'PATCH /v1/messages/:id',
    'PATCH /v1/sessions/:session/groups/:group',
    'POST /v1/media',
    'POST /v1/sessions/:session/chats/:chat/presence',
    'POST /v1/sessions/:session/chats/:chat/read',
    'POST /v1/sessions/:session/chats/:chat/typing',
    'POST /v1/sessions/:session/contacts/:contact/block',
    'POST /v1/sessions/:session/contacts/:contact/unblock',
    'POST /v1/sessions/:session/groups',
    'POST /v1/sessions/:session/groups/:group/invite',
    'POST /v1/sessions/:session/groups/:group/leave',
    'POST /v1/sessions/:session/groups/:group/participants',
    'POST /v1/sessions/:session/messages',
    'POST /v1/sessions/:session/numbers/check',
  ])
  expect(read.sort()).toEqual([
    'GET /dashboard/me',
    'GET /v1/alerts',
    'GET /v1/events',
    'GET /v1/media/:id',
    'GET /v1/messages',
    'GET /v1/messages/:id',
    'GET /v1/sessions',
    'GET /v1/sessions/:session',
    'GET /v1/sessions/:session/blocked',
    'GET /v1/sessions/:session/chats',
    'GET /v1/sessions/:session/contacts',
    'GET /v1/sessions/:session/contacts/:contact',
    'GET /v1/sessions/:session/contacts/:contact/export',
    'GET /v1/sessions/:session/groups',
    'GET /v1/sessions/:session/groups/:group',
    'GET /v1/sessions/:session/messages',
    'GET /v1/stats',
    'GET /v1/usage',
    'HEAD /v1/media/:id',
    'POST /v1/sessions/:session/chats/:chat/presence',
    'POST /v1/sessions/:session/numbers/check',
  ])
  for (const route of manage)
    expect(route).toMatch(/\/v1\/(sessions|webhooks|deliveries|usage|audit|alerts|stats)|\/dashboard\/me/)
  expect(manage.filter((route) => /messages|events|keys|tenants/.test(route))).toEqual([])
})

test('a key is refused as soon as it is deleted', async () => {
  const made = await rig.call('POST', '/v1/keys', { body: { name: 'short', scopes: ['read'] } })
  expect(made.status).toBe(201)
  const key = String(made.body.key)
  expect((await rig.call('GET', '/v1/sessions', { key })).status).toBe(200)
  expect((await rig.call('DELETE', `/v1/keys/${made.body.id}`)).status).toBe(204)
  expect((await rig.call('GET', '/v1/sessions', { key })).status).toBe(401)
  const list = await rig.call('GET', '/v1/keys?limit=200')
  expect(list.text).not.toContain(key.slice(-43))
})
