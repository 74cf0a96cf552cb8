import { describe, expect, test } from 'vitest'
import { ConnectionLost, type EngineConnection } from '../port.ts'
import type { EngineHarness } from './harness.ts'
import { connect } from './recorder.ts'
import { login, online, text } from './situations.ts'

/** What an engine promises about the life of a connection. */
export function connectionRules(harness: () => EngineHarness): void {
  describe('connection', () => {
    test('close ends it exactly once, and may be called again', async () => {
      const { connection, told } = await online(harness())
      const closing = [connection.close(), connection.close()]
      await Promise.all(closing)
      expect(told.all('closed')).toEqual([{ kind: 'closed', reason: { kind: 'stopped' } }])
      await connection.close()
      expect(told.all('closed')).toHaveLength(1)
    })

    test('close right after connect ends it as well', async () => {
      const { connection, told } = connect(harness().engine(), await harness().newSession())
      await connection.close()
      expect(told.all('closed')).toEqual([{ kind: 'closed', reason: { kind: 'stopped' } }])
    })

    test('once closed, every method rejects with ConnectionLost', async () => {
      const { engine, connection } = await online(harness())
      const contact = await harness().newContact()
      await connection.close()
      const calls: ((closed: EngineConnection) => Promise<unknown>)[] = [
        (closed) => closed.send(text(engine, contact, 'too late')),
        (closed) => closed.requestPairingCode(contact),
        (closed) => closed.checkNumbers([contact]),
        (closed) => closed.groups(),
        (closed) => closed.logout(),
        (closed) => closed.ping(1_000),
      ]
      for (const call of calls) await expect(call(connection)).rejects.toBeInstanceOf(ConnectionLost)
      expect(await harness().shownTo(contact)).toEqual([])
    })

    test('a cut line is told once as lost, and the engine does not come back by itself', async () => {
      const { engine, session, connection, told } = await online(harness())
      await harness().cut(session)
      expect((await told.first('closed')).reason.kind).toBe('lost')
      await expect(connection.ping(1_000)).rejects.toBeInstanceOf(ConnectionLost)
      const next = await login(engine, session)
      expect(told.order('open', 'drained', 'closed')).toEqual(['open', 'drained', 'closed'])
      await next.connection.close()
    })

    test('nobody there is told as unreachable', async () => {
      const { told } = connect(harness().engine('no-network'), await harness().newSession())
      expect((await told.first('closed')).reason.kind).toBe('unreachable')
      expect(told.all('closed')).toHaveLength(1)
    })

    test('a second connection with the same credentials replaces the first', async () => {
      const { engine, session, told } = await online(harness())
      const second = await login(engine, session)
      expect((await told.first('closed')).reason).toEqual({ kind: 'replaced' })
      expect(second.told.all('closed')).toEqual([])
      await second.connection.close()
    })
  })

  livenessRules(harness)
}

function livenessRules(harness: () => EngineHarness): void {
  describe('signs of life', () => {
    test('the age of the last frame is known, and a ping renews it', async () => {
      const { connection } = await online(harness())
      const before = connection.lastFrameAt()
      expect(before).toBeGreaterThan(Date.now() - 60_000)
      expect(before).toBeLessThanOrEqual(Date.now())
      await new Promise((resolve) => setTimeout(resolve, 5))
      await connection.ping(5_000)
      expect(connection.lastFrameAt()).toBeGreaterThan(before)
      await connection.close()
    })

    test('before the first frame the age is 0', async () => {
      const { connection } = connect(harness().engine(), await harness().newSession())
      expect(connection.lastFrameAt()).toBe(0)
      await connection.close()
    })
  })

  describe('queries', () => {
    test('numbers are checked in the order asked', async () => {
      const { connection } = await online(harness())
      const [one, two] = [await harness().newContact(), await harness().newContact()]
      const asked = [two, harness().unregistered(), one]
      const checks = await connection.checkNumbers(asked)
      expect(checks.map(({ phone, exists }) => [phone, exists])).toEqual([
        [two, true],
        [harness().unregistered(), false],
        [one, true],
      ])
      expect(checks[0]?.jid).toBe(`${two}@s.whatsapp.net`)
      expect(checks[1]?.jid).toBeNull()
      await connection.close()
    })

    test('groups are listed with subject and members', async () => {
      const { session, connection } = await online(harness())
      const contact = await harness().newContact()
      const jid = await harness().newGroup(session, 'Arisan', contact)
      const group = (await connection.groups()).find((one) => one.jid === jid)
      expect(group).toMatchObject({ subject: 'Arisan' })
      const phones = group?.participants.map(({ phone }) => phone)
      expect(phones?.sort()).toEqual([contact, harness().ownPhone(session)].sort())
      await connection.close()
    })
  })
}
