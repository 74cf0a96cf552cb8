import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../core/ids.ts'
import type { SessionRecord } from '../core/session.ts'
import { Rig, TENANT, until } from '../messages/test/rig.ts'
import { UrlGuard } from '../safe-fetch/guard.ts'
import { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import { ItemAlertStore } from '../store/alert-store.ts'
import { Alerts } from './alerts.ts'

let rig: Rig
let session: SessionRecord
let http: SafeFetch
const running: Alerts[] = []
beforeEach(async () => {
  rig = await Rig.open()
  session = await rig.unpaired()
  http = new SafeFetch({ guard: new UrlGuard({ allowLoopback: true, ports: 'any' }) })
})
afterEach(async () => {
  for (const alerts of running.splice(0)) await alerts.stop()
  await http.close()
  await rig.close()
})

/** A watch that looks at once; a later look is a new one, as after a restart. */
function look(url: string | null = null): Alerts {
  const { store, clock } = rig
  const alerts = new Alerts({
    ...{ store: new ItemAlertStore(store), http, clock, logger: pino({ level: 'silent' }) },
    ...{ url, downAfterMs: 60_000 },
  })
  running.push(alerts)
  alerts.start()
  return alerts
}

async function told(): Promise<[string, string][]> {
  const types = ['alert.raised', 'alert.cleared'] as const
  const found = await rig.store.events.listEvents({ tenant: TENANT, types: [...types], limit: 50 })
  return found.map(({ event }) => [event.type, (event.data as { kind: string }).kind])
}

function settled(outcome: 'delivered' | 'retry' | 'dead', webhook: string) {
  const { uid: sessionUid, id } = session
  return { tenant: TENANT, sessionUid, session: id, webhook, outcome, reason: 'http_500' }
}

test('a session that is unlinked at the phone, and one that stays away, are told once, and once more when it is over', async () => {
  const change = (
    status: 'logged_out' | 'disconnected' | 'connected',
    reason: 'unlinked' | 'connection_lost' | 'resumed',
  ) => rig.store.sessions.setSessionStatus(session.uid, { status, reason, at: rig.clock.now() - 120_000 })
  await rig.store.sessions.updateSession(session.uid, { shouldRun: true })
  await change('disconnected', 'connection_lost')
  const first = look()
  const open = await until('it is kept', async () => (await first.listOpen(TENANT))[0])
  expect([open]).toMatchObject([{ kind: 'session_down', reason: 'connection_lost' }])
  await first.stop()
  await change('logged_out', 'unlinked')
  const second = look()
  await until('the other is kept', async () => {
    const kinds = (await second.listOpen(TENANT)).map(({ kind }) => kind)
    return (kinds.length === 1 && kinds[0] === 'session_logged_out') || undefined
  })
  await second.stop()
  await change('connected', 'resumed')
  const third = look()
  await until('it is over', async () => (await third.listOpen(TENANT)).length === 0 || undefined)
  expect(await told()).toEqual([
    ['alert.raised', 'session_down'],
    ['alert.cleared', 'session_down'],
    ['alert.raised', 'session_logged_out'],
    ['alert.cleared', 'session_logged_out'],
  ])
})

test('a webhook that is given up is one alert until something arrives, or it is deleted', async () => {
  const alerts = look()
  const webhook = newId('end')
  await rig.store.webhooks.createEndpoint({
    ...{ id: webhook, kind: 'webhook', tenant: TENANT, url: 'https://example.com/', events: ['call.received'] },
    ...{ sessionUid: null, session: null, headers: {}, secret: '', previousSecret: null, format: 'native' },
    ...{ settings: {}, timeoutMs: null, disabledAt: null, createdAt: 1 },
  })
  await Promise.all([1, 2, 3].map(() => alerts.deliverySettled(settled('dead', webhook))))
  await alerts.deliverySettled(settled('retry', webhook))
  expect(await told()).toEqual([['alert.raised', 'webhook_failing']])
  expect(await alerts.listOpen(TENANT)).toMatchObject([{ webhook, reason: 'http_500' }])
  await alerts.deliverySettled(settled('delivered', webhook))
  await alerts.deliverySettled(settled('delivered', webhook))
  expect((await told()).map(([type]) => type)).toEqual(['alert.raised', 'alert.cleared'])
  await alerts.deliverySettled(settled('dead', webhook))
  await rig.store.webhooks.deleteEndpoint(TENANT, webhook)
  look()
  await until('the alert of a deleted webhook is over', async () => (await told()).length === 4 || undefined)
})

test('the operator’s URL is called', async () => {
  const bodies: unknown[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.writeHead(204).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const alerts = look(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await alerts.deliverySettled(settled('dead', 'end_1'))
  await until('the call', () => bodies[0])
  expect(bodies[0]).toMatchObject({
    type: 'alert.raised',
    tenant: TENANT,
    alert: { kind: 'webhook_failing', session: 'shop', webhook: 'end_1', cleared_at: null },
  })
  server.close()
})
