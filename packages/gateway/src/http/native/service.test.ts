import { afterEach, expect, test } from 'vitest'
import type { Gateway } from '../../gateway.ts'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
afterEach(() => rig.close())

let state: { resumed: number; total: number; ok: boolean }

function starting(real: Gateway): Gateway {
  const sessions = new Proxy(real.sessions, {
    get: (target, name) => (name === 'readiness' ? () => state : Reflect.get(target, name).bind(target)),
  })
  return { ...real, sessions, health: () => ({ ok: state.ok, store: state.ok ? 'ok' : 'failing', encryption: 'on' }) }
}

test('ready when every session was resumed, and how far it is until then', async () => {
  state = { resumed: 1, total: 3, ok: true }
  rig = await HttpRig.open({ gateway: starting })
  expect(await rig.call('GET', '/readyz', { key: null })).toMatchObject({
    status: 503,
    body: { ready: false, sessions: { resumed: 1, total: 3 }, detail: '1 of 3 sessions resumed' },
  })
  state.resumed = 3
  expect(await rig.call('GET', '/readyz', { key: null })).toMatchObject({
    status: 200,
    body: { ready: true, detail: '3 of 3 sessions resumed' },
  })
  expect(await rig.call('GET', '/healthz', { key: null })).toMatchObject({
    status: 200,
    body: { ok: true, store: 'ok', encryption: 'on' },
  })
  state.ok = false
  expect(await rig.call('GET', '/healthz', { key: null })).toMatchObject({
    status: 503,
    body: { ok: false, store: 'failing' },
  })
  expect((await rig.call('GET', '/readyz', { key: null })).status).toBe(503)
})
