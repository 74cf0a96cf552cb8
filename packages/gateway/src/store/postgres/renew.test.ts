import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import type { Jid } from '../../core/jid.ts'
import { World } from '../conformance/world.ts'
import { serverConnector } from './connection.ts'
import { DatabaseInUseError } from './lease.ts'
import { openPostgresStore } from './open.ts'
import { renewPostgres } from './renew.ts'
import { makeDatabase, missingServer, type TestDatabase } from './test/database.ts'

const PHONE = '6281210000001'
const LID = '184467440737095'
let database: TestDatabase
let world: World

const renew = (resend: boolean) =>
  renewPostgres({ connector: serverConnector(database.url), clock: systemClock, resend })

describe.skipIf(missingServer)(`a database from a dump${missingServer ? `: ${missingServer}` : ''}`, () => {
  beforeEach(async () => {
    database = await makeDatabase()
    const connector = serverConnector(database.url)
    world = await World.open(async (clock) => {
      const open = () => openPostgresStore({ connector, clock, logger: pino({ level: 'silent' }), isPrepared: true })
      let store = await open()
      const reopen = async () => {
        store = await open()
        return store
      }
      return { store, reopen, remove: () => store.close() }
    })
  })
  afterEach(async () => {
    await world.remove()
    await database.drop()
  })

  test('loses its own ratchets and sender keys, and what was being sent is unknown', async () => {
    const session = await world.session({ phone: PHONE, lid: `${LID}@lid` as Jid })
    const group = '120363012345678901@g.us'
    const lost = {
      session: ['6281311110001.0'],
      'sender-key-memory': [group],
      'device-list': ['6281311110001'],
      'sender-key': [`${group}::${PHONE}::3`, `${group}::${LID}::3`, `${group}::${LID}_1::3`],
    }
    const kept = {
      'pre-key': ['7'],
      'sender-key': [`${group}::${PHONE}::0`, `${group}::6281311110001::3`, `${group}::${LID}9::3`],
    }
    for (const [type, ids] of [...Object.entries(lost), ...Object.entries(kept)]) {
      await world.store.auth.commit(session.uid, {
        keys: ids.map((id) => ({ type, id, value: '"x"' })),
        journal: [],
      })
    }
    const { id } = (await world.accept(session)).message
    await expect(renew(false)).rejects.toThrow(DatabaseInUseError)
    await world.store.close()

    expect(await renew(false)).toEqual({ ratchets: 1, unknown: 1 })
    expect(await renew(false)).toEqual({ ratchets: 0, unknown: 0 })
    await world.restart()
    const left = async (type: string, ids: string[]) => [
      ...(await world.store.auth.getKeys(session.uid, type, ids)).keys(),
    ]
    for (const [type, ids] of Object.entries(lost)) expect(await left(type, ids), type).toEqual([])
    for (const [type, ids] of Object.entries(kept)) expect((await left(type, ids)).sort()).toEqual(ids.sort())
    const message = await world.store.messages.getMessage(session.tenant, id)
    expect(message).toMatchObject({ status: 'unknown', history: [{ status: 'accepted' }, { status: 'unknown' }] })
    expect(message?.history[1]?.at).toBeGreaterThan(0)
  }, 30_000)

  test('keeps what was being sent where it may be sent again', async () => {
    const session = await world.session()
    const { id } = (await world.accept(session)).message
    await world.store.close()
    expect(await renew(true)).toEqual({ ratchets: 0, unknown: 0 })
    await world.restart()
    expect(await world.store.messages.getMessage(session.tenant, id)).toMatchObject({ status: 'accepted' })
  }, 30_000)
})
