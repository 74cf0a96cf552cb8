import { describe, expect, test } from 'vitest'
import type { EngineHarness } from './harness.ts'
import { connect } from './recorder.ts'
import { login, online, pair } from './situations.ts'

/** What an engine promises about pairing and credentials. */
export function pairingRules(harness: () => EngineHarness): void {
  describe('pairing', () => {
    test('a session without credentials shows a QR code that is valid for a while, and does not log in', async () => {
      const engine = harness().engine()
      const session = await harness().newSession()
      const { connection, told } = connect(engine, session)
      const { text, expiresAt } = await told.first('qr')
      expect(text.length).toBeGreaterThan(10)
      expect(expiresAt).toBeGreaterThan(Date.now())
      expect(await engine.isPaired(session)).toBe(false)
      await connection.close()
      expect(told.order('open', 'paired', 'drained')).toEqual([])
    })

    test('a scanned QR code pairs, asks for a restart, and the next connection logs in and is drained', async () => {
      const engine = harness().engine()
      const session = await harness().newSession()
      const first = connect(engine, session).told
      await harness().scan(session, (await first.first('qr')).text)
      expect((await first.first('closed')).reason).toEqual({ kind: 'restart_required' })
      expect((await first.first('paired')).identity.phone).toBe(harness().ownPhone(session))
      expect(first.order('paired', 'closed', 'open')).toEqual(['paired', 'closed'])
      expect(await engine.isPaired(session)).toBe(true)

      const { connection, told } = await login(engine, session)
      expect((await told.first('open')).identity.phone).toBe(harness().ownPhone(session))
      expect(told.order('open', 'drained', 'qr', 'closed')).toEqual(['open', 'drained'])
      await connection.close()
    })

    test('a pairing code pairs as well', async () => {
      const engine = harness().engine()
      const session = await harness().newSession()
      const { connection, told } = connect(engine, session)
      await told.first('qr')
      const code = await connection.requestPairingCode(harness().ownPhone(session))
      expect(code).toMatch(/^[A-Z0-9]{8}$/)
      await harness().enterCode(session, code)
      expect((await told.first('closed')).reason).toEqual({ kind: 'restart_required' })
      const next = await login(engine, session)
      expect((await next.told.first('open')).identity.phone).toBe(harness().ownPhone(session))
      await next.connection.close()
    })

    test('QR codes that nobody scans run out', async () => {
      const engine = harness().engine('brief-pairing')
      const session = await harness().newSession()
      const { told } = connect(engine, session)
      expect((await told.first('closed')).reason).toEqual({ kind: 'pairing_timeout' })
      expect(told.all('qr').length).toBeGreaterThan(0)
      expect(await engine.isPaired(session)).toBe(false)
    })
  })

  credentialRules(harness)
}

function credentialRules(harness: () => EngineHarness): void {
  describe('credentials', () => {
    test('a device that the phone removes is logged out, also at the next try, until it is forgotten', async () => {
      const { engine, session, told } = await online(harness())
      await harness().unlink(session)
      expect((await told.first('closed')).reason).toEqual({ kind: 'logged_out' })
      const again = connect(engine, session).told
      expect((await again.first('closed')).reason).toEqual({ kind: 'logged_out' })
      await engine.forget(session)
      expect(await engine.isPaired(session)).toBe(false)
      const { connection, told: afresh } = connect(engine, session)
      await afresh.first('qr')
      await connection.close()
    })

    test('logout removes the device and ends the connection as logged out', async () => {
      const { engine, session, connection, told } = await online(harness())
      await connection.logout()
      expect((await told.first('closed')).reason).toEqual({ kind: 'logged_out' })
      await engine.forget(session)
      await pair(harness(), engine, session)
      expect(await engine.isPaired(session)).toBe(true)
    })
  })
}
