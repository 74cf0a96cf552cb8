import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UrlGuard } from '../safe-fetch/guard.ts'
import { REFUSED_URLS } from '../safe-fetch/test/refused-urls.ts'
import { Automation } from './automation.ts'
import type { RuleAction } from './ports.ts'
import { AutomationRig, Hook, json, TENANT, textReply } from './test/rig.ts'

/** Stands for the public internet: an address of this machine that is allowed. */
const PUBLIC = '127.0.0.2'
let rig: AutomationRig
let hook: Hook
let port: number
let connections = 0
let redirectTo = ''
let forbidden: string[]
const canary = createServer((socket) => {
  connections += 1
  socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret')
})

beforeAll(async () => {
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  port = (canary.address() as AddressInfo).port
  forbidden = REFUSED_URLS.map(([url]) => url(port))
  hook = await Hook.start(
    ({ body }, response) => {
      if (redirectTo) return void response.writeHead(307, { location: redirectTo }).end()
      const [from, to] = (body as { data: string[] }).data.map(Number)
      const files = forbidden.slice(from, to).map((content) => ({ type: 'image', content }))
      json(response, { success: true, message: [...files, { type: 'message', content: 'end' }] })
    },
    { host: PUBLIC },
  )
  rig = await AutomationRig.open({ policy: { allow: [`${PUBLIC}/32`], ports: 'any' }, repliesPerMinute: 1_000 })
  await rig.rule({ keyword: 'files#', action: { type: 'webhook', url: hook.url, webhookkey: null } })
})
afterAll(async () => {
  await rig.close()
  await hook.close()
  canary.close()
})

test('no rule is made with a URL of the inside', async () => {
  expect(forbidden.length).toBeGreaterThan(80)
  const { store, clock } = rig.rig
  const guard = new UrlGuard({ ports: 'any' })
  const automation = new Automation({ store: store.automation, sessions: store.sessions, guard, clock })
  const make = (action: RuleAction) => automation.createRule(TENANT, 'shop', { keyword: 'a', action })
  for (const url of forbidden) {
    await expect(make({ type: 'webhook', url, webhookkey: null }), url).rejects.toMatchObject({
      code: 'url_not_allowed',
    })
    const file = { kind: 'file', type: 'image', source: { url } } as const
    const sent = make({ type: 'reply', messages: [textReply('x'), file] })
    await expect(sent, url).rejects.toMatchObject({ fields: [{ field: '/action/messages/1/media/url' }] })
  }
  expect(await rig.rules()).toHaveLength(1)
})

test('no file of the inside is fetched because a webhook names it, and what it says besides is sent', async () => {
  const steps = Math.ceil(forbidden.length / 40)
  for (let step = 0; step < steps; step++) await rig.write(`files#${step * 40}#${step * 40 + 40}`)
  expect(hook.hits).toHaveLength(steps)
  expect(await rig.sent()).toEqual(Array.from({ length: steps }, () => 'end'))
  expect(connections).toBe(0)
})

test('a webhook that redirects to the inside is not followed', async () => {
  redirectTo = `http://127.0.0.1:${port}/`
  await rig.write('files#0#1')
  redirectTo = `${hook.url}/elsewhere`
  const asked = hook.hits.length
  await rig.write('files#0#1')
  expect(hook.hits).toHaveLength(asked + 1)
  expect(connections).toBe(0)
})
