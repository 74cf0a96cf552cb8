import { describe, expect, test } from 'vitest'
import type { EngineHarness } from './harness.ts'
import { Recorder } from './recorder.ts'
import { login, online, sendText, shown, text } from './situations.ts'

/** What an engine promises about messages and receipts that come in. */
export function receivingRules(harness: () => EngineHarness): void {
  describe('receiving', () => {
    test('a text comes with its id, sender and words', async () => {
      const { session, connection, told } = await online(harness())
      const contact = await harness().newContact()
      const waId = await harness().write(contact, session, 'selamat pagi')
      const { message } = await told.first('message')
      expect(message).toMatchObject({
        waId,
        participant: null,
        fromMe: false,
        content: { type: 'text', text: 'selamat pagi' },
        quote: null,
        offline: false,
      })
      expect([message.chat, message.senderAlt]).toContain(`${contact}@s.whatsapp.net`)
      expect(message.journalKey).not.toBe('')
      expect(Math.abs(message.timestamp - Date.now())).toBeLessThan(60_000)
      await connection.close()
    })

    test('texts of a chat come in order, each only after the one before was stored', async () => {
      const told = new Recorder()
      told.store = () => new Promise((resolve) => setTimeout(resolve, 10))
      const { engine, session, connection } = await online(harness())
      await connection.close()
      const again = await login(engine, session, told)
      const contact = await harness().newContact()
      const words = ['satu', 'dua', 'tiga', 'empat', 'lima']
      for (const word of words) await harness().write(contact, session, word)
      const texts = (await told.count('message', 5)).map(({ message }) => message.content)
      expect(texts).toEqual(words.map((word) => ({ type: 'text', text: word })))
      expect(told.overlap).toBe(0)
      await again.connection.close()
    })

    test('what was written while the session was away comes before it is drained', async () => {
      const { engine, session, connection } = await online(harness())
      const contact = await harness().newContact()
      await connection.close()
      const ids = [await harness().write(contact, session, 'pagi'), await harness().write(contact, session, 'siang')]
      const next = await login(engine, session)
      const messages = next.told.all('message').map(({ message }) => message)
      expect(messages.map(({ waId }) => waId)).toEqual(ids)
      expect(messages.map(({ offline }) => offline)).toEqual([true, true])
      expect(next.told.order('message', 'drained')).toEqual(['message', 'message', 'drained'])
      await next.connection.close()
    })

    test('a message that could not be stored is offered again at the next connection', async () => {
      const told = new Recorder()
      const { engine, session, connection } = await online(harness())
      await connection.close()
      const tried = Promise.withResolvers<void>()
      told.store = () => {
        tried.resolve()
        return Promise.reject(new Error('the disk is full'))
      }
      const failing = await login(engine, session, told)
      const contact = await harness().newContact()
      const waId = await harness().write(contact, session, 'jangan hilang')
      await tried.promise
      await failing.connection.close()
      const next = await login(engine, session)
      expect((await next.told.first('message')).message).toMatchObject({ waId, content: { text: 'jangan hilang' } })
      await next.connection.close()
    })
  })

  receiptRules(harness)
}

function receiptRules(harness: () => EngineHarness): void {
  describe('receipts', () => {
    test('tell of delivery and of reading by the id of the message', async () => {
      const { engine, connection, told } = await online(harness())
      const contact = await harness().newContact()
      const message = text(engine, contact, 'sudah dibaca?')
      await sendText(connection, message)
      const { receipt } = await told.find('receipt', (one) => one.receipt.waIds.includes(message.waId))
      expect(receipt.status).toBe('delivered')
      expect(Math.abs(receipt.at - Date.now())).toBeLessThan(60_000)
      await harness().read(contact, message.waId)
      const read = await told.find('receipt', (one) => one.receipt.status === 'read')
      expect(read.receipt.waIds).toContain(message.waId)
      await connection.close()
    })

    test('that waited on the server come before it is drained', async () => {
      const { engine, session, connection } = await online(harness())
      const contact = await harness().newContact()
      const message = text(engine, contact, 'nanti dibaca')
      await sendText(connection, message)
      await shown(harness(), contact, 1)
      await connection.close()
      await harness().read(contact, message.waId)
      const next = await login(engine, session)
      const drainedAt = next.told.told.findIndex(({ kind }) => kind === 'drained')
      const readAt = next.told.told.findIndex((one) => one.kind === 'receipt' && one.receipt.status === 'read')
      expect(readAt).toBeGreaterThanOrEqual(0)
      expect(readAt).toBeLessThan(drainedAt)
      await next.connection.close()
    })
  })
}
