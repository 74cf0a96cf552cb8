import { describe, expect, test } from 'vitest'
import type { WaMessageId } from '../../core/ids.ts'
import { phoneJid } from '../../core/jid.ts'
import { AckTimeout, ConnectionLost } from '../port.ts'
import type { EngineHarness } from './harness.ts'
import { login, online, sendText, shown, text } from './situations.ts'

/** What an engine promises about messages that go out. */
export function sendingRules(harness: () => EngineHarness): void {
  describe('message ids', () => {
    test('are fresh and in the form of linked devices', () => {
      const engine = harness().engine()
      const ids = Array.from({ length: 1_000 }, () => engine.newMessageId())
      expect(new Set(ids).size).toBe(1_000)
      for (const id of ids) expect(id).toMatch(/^3EB0[0-9A-F]{12,28}$/)
    })
  })

  describe('sending', () => {
    test('a text is acknowledged and shown once, under the id and with the words that were given', async () => {
      const { engine, connection } = await online(harness())
      const contact = await harness().newContact()
      const message = text(engine, contact, 'halo dunia')
      const outcome = await connection.send(message)
      expect(outcome.kind).toBe('acked')
      expect(outcome.kind === 'acked' && Math.abs(outcome.at - Date.now()) < 60_000).toBe(true)
      expect(await shown(harness(), contact, 1)).toEqual([{ waId: message.waId, text: 'halo dunia' }])
      await connection.close()
    })

    test('texts that are sent one after the other are shown in order', async () => {
      const { engine, connection } = await online(harness())
      const contact = await harness().newContact()
      const words = ['satu', 'dua', 'tiga', 'empat']
      for (const word of words) await sendText(connection, text(engine, contact, word))
      expect((await shown(harness(), contact, 4)).map((one) => one.text)).toEqual(words)
      await connection.close()
    })

    test('a text to a group is shown to its members', async () => {
      const { engine, session, connection } = await online(harness())
      const contact = await harness().newContact()
      const group = await harness().newGroup(session, 'Keluarga', contact)
      const message = { ...text(engine, contact, 'halo semua'), to: group }
      expect((await connection.send(message)).kind).toBe('acked')
      expect(await shown(harness(), contact, 1)).toEqual([{ waId: message.waId, text: 'halo semua' }])
      await connection.close()
    })

    test('an answer that quotes a message goes out', async () => {
      const { engine, connection } = await online(harness())
      const contact = await harness().newContact()
      const content = { type: 'text', text: 'ya, betul' } as const
      const proto = engine.compose(content, { waId: '3EB00000000000000001' as WaMessageId }, phoneJid(contact))
      expect(proto).toBeInstanceOf(Uint8Array)
      const message = { ...text(engine, contact, ''), content, ...(proto ? { proto } : {}) }
      await sendText(connection, message)
      expect((await shown(harness(), contact, 1))[0]).toMatchObject({ text: 'ya, betul' })
      await connection.close()
    })

    test('nothing is sent to a number without an account', async () => {
      const { engine, connection } = await online(harness())
      const outcome = await connection.send(text(engine, harness().unregistered(), 'halo?'))
      expect(outcome).toEqual({ kind: 'not_registered' })
      await connection.close()
    })

    test('a refusal comes with its code, and 463 is not to be retried', async () => {
      const { engine, session, connection } = await online(harness())
      const contact = await harness().newContact()
      await harness().refuseNext(session, '463')
      const outcome = await connection.send(text(engine, contact, 'ditolak'))
      expect(outcome).toEqual({ kind: 'refused', code: '463', retry: false })
      await sendText(connection, text(engine, contact, 'diterima'))
      expect((await shown(harness(), contact, 1)).map((one) => one.text)).toEqual(['diterima'])
      await connection.close()
    })
  })

  resendingRules(harness)
}

function resendingRules(harness: () => EngineHarness): void {
  describe('sending again', () => {
    test('with the same id and bytes is acknowledged and shown once, also over the next connection', async () => {
      const { engine, session, connection } = await online(harness())
      const contact = await harness().newContact()
      const message = text(engine, contact, 'sekali saja')
      await sendText(connection, message)
      await sendText(connection, message)
      await connection.close()
      const next = await login(engine, session)
      await sendText(next.connection, message)
      await sendText(next.connection, text(engine, contact, 'penutup'))
      const texts = (await shown(harness(), contact, 2)).map((one) => one.text)
      expect(texts).toEqual(['sekali saja', 'penutup'])
      await next.connection.close()
    })

    test('an ack that does not come is an AckTimeout, and the connection stands', async () => {
      const { engine, session, connection } = await online(harness(), harness().engine('brief-ack'))
      const contact = await harness().newContact()
      const message = text(engine, contact, 'tanpa kabar')
      await harness().withholdAcks(session, 1)
      await expect(connection.send(message)).rejects.toBeInstanceOf(AckTimeout)
      await connection.ping(5_000)
      await sendText(connection, message)
      expect(await shown(harness(), contact, 1)).toEqual([{ waId: message.waId, text: 'tanpa kabar' }])
      await connection.close()
    })

    test('a line that is cut before the ack is a ConnectionLost', async () => {
      const { engine, session, connection } = await online(harness())
      const contact = await harness().newContact()
      await harness().withholdAcks(session, 1)
      const message = text(engine, contact, 'terputus')
      const sending = connection.send(message)
      const lost = expect(sending).rejects.toBeInstanceOf(ConnectionLost)
      await shown(harness(), contact, 1)
      await harness().cut(session)
      await lost
      const next = await login(engine, session)
      await sendText(next.connection, message)
      expect(await harness().shownTo(contact)).toHaveLength(1)
      await next.connection.close()
    })
  })
}
