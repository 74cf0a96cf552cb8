import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../packages/gateway/src/core/clock.ts'
import type { SessionRecord } from '../../packages/gateway/src/core/session.ts'
import { World } from '../../packages/gateway/src/store/conformance/world.ts'
import { serverConnector } from '../../packages/gateway/src/store/postgres/connection.ts'
import { openPostgresStore } from '../../packages/gateway/src/store/postgres/open.ts'
import { makeDatabase, missingServer } from '../../packages/gateway/src/store/postgres/test/database.ts'
import { eventually } from '../support/api.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

const logger = pino({ level: 'silent' })
/** What a call may take while the server is away. */
const ANSWERED_MS = 2_000
let proxy: TcpProxy
let world: World

async function openWorld(): Promise<World> {
  const { url, drop } = await makeDatabase()
  const address = new URL(url)
  proxy = await TcpProxy.start({ host: address.hostname, port: Number(address.port || 5432) })
  address.hostname = '127.0.0.1'
  address.port = String(proxy.port)
  return World.open(async () => {
    const connector = serverConnector(address.href)
    const store = await openPostgresStore({ connector, clock: systemClock, logger, isPrepared: true })
    return {
      store,
      reopen: async () => store,
      remove: async () => {
        await store.close()
        await proxy.stop()
        await drop()
      },
    }
  })
}

/** Resolves with how it ended, or that it did not. */
function outcome(call: Promise<unknown>): Promise<string> {
  const ended = call.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )
  return Promise.race([ended, pause(ANSWERED_MS, 'no answer', { ref: false })])
}

describe.skipIf(missingServer)(`PostgreSQL away${missingServer ? `: ${missingServer}` : ''}`, () => {
  beforeEach(async () => {
    world = await openWorld()
  })
  afterEach(async () => {
    proxy.mend()
    proxy.slowDown(0)
    await world.remove()
  })

  async function callAll(session: SessionRecord): Promise<string[]> {
    const { store } = world
    const { uid } = session
    const calls = Array.from({ length: 20 }, () => [
      world.accept(session),
      store.messages.listMessages(uid, { limit: 10 }),
      store.sessions.getSessionByUid(uid),
    ])
    return Promise.all(calls.flat().map(outcome))
  }

  test.each([
    ['is cut', () => proxy.cut()],
    ['answers too late', () => proxy.slowDown(5_000)],
  ])('a line that %s: every call is refused in time, and all goes on afterwards', async (_, begin) => {
    const session = await world.session()
    const before = await callAll(session)
    expect(new Set(before)).toEqual(new Set(['done']))
    begin()
    for (let round = 0; round < 8; round++) {
      const results = await callAll(session)
      expect(results).not.toContain('no answer')
      await pause(300)
    }
    expect(world.store.health().ok).toBe(false)
    proxy.mend()
    proxy.slowDown(0)
    await eventually('the store to be well', async () => world.store.health().ok, { timeoutMs: 10_000 })
    expect(new Set(await callAll(session))).toEqual(new Set(['done']))
  })
})
