import { writeSync } from 'node:fs'
import { pino } from 'pino'
import { systemClock } from '../../../core/clock.ts'
import { newId, type SessionUid, type WaMessageId } from '../../../core/ids.ts'
import { phoneJid } from '../../../core/jid.ts'
import { NO_QUOTAS } from '../../../core/quota.ts'
import { openSqliteStore } from '../open.ts'

/**
 * Writes to the session given as fast as the store takes it, 64 units at a time, until it is killed. One line for each
 * promise, written with no buffer between: `ok <id>` when it resolved, `refused <code>` when it did not.
 */
const [dataDir = '', session = '', run = ''] = process.argv.slice(2)
const uid = session as SessionUid
const store = await openSqliteStore({ dataDir, clock: systemClock, logger: pino({ level: 'silent' }) })
let count = 0

async function writeForEver(): Promise<never> {
  for (;;) {
    const n = ++count
    const waId = `${run}-${n}` as WaMessageId
    try {
      const message = await (n % 2 === 0 ? accept(waId) : receive(waId))
      writeSync(1, `ok ${message}\n`)
    } catch (error) {
      const { code } = error as { code?: string }
      writeSync(1, `refused ${code} ${store.health().error}\n`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

async function accept(waId: WaMessageId): Promise<string> {
  const id = newId('msg')
  const tenant = 'default' as never
  const content = { type: 'text', text: 'x'.repeat(200) } as const
  const chat = phoneJid('6281311110001')
  await store.messages.acceptMessage(
    { id, tenant, sessionUid: uid, waId, chat, content, quote: null, proto: null, at: Date.now(), quotas: NO_QUOTAS },
    { key: waId, requestHash: 'aa' },
  )
  return id
}

async function receive(waId: WaMessageId): Promise<string> {
  const plaintext = new Uint8Array(100)
  const keys = [{ type: 'session', id: 'peer', value: waId }]
  await store.auth.commit(uid, { keys, journal: [{ key: waId, plaintext, envelope: '{}' }] })
  const { message } = await store.messages.storeInbound(
    uid,
    {
      journalKey: waId,
      waId,
      chat: phoneJid('6281311110002'),
      participant: null,
      senderAlt: null,
      fromMe: false,
      pushName: null,
      content: { type: 'text', text: 'x'.repeat(200) },
      quote: null,
      timestamp: 1,
      offline: false,
    },
    Date.now(),
  )
  return message.id
}

await Promise.all(Array.from({ length: 64 }, () => writeForEver()))
