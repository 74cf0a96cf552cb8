import { readFileSync } from 'node:fs'
import https from 'node:https'
import type { WASocket } from 'baileys'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import {
  closed,
  connect,
  control,
  eventually,
  type MemoryAuth,
  next,
  opened,
  pair,
  shownTexts,
} from './baileys-client.ts'

const ME = '6281200000001'
const BOB = '6281200000002'
const bobJid = `${BOB}@s.whatsapp.net`

let lab: Lab
let sock: WASocket
let auth: MemoryAuth
let config: { fetchAgent: https.Agent }

beforeAll(async () => {
  lab = await startLab()
  config = { fetchAgent: new https.Agent({ ca: readFileSync(lab.caFile) }) }
  await control(lab, 'POST', '/phones', { phone: BOB, name: 'Bob' })
  ;({ sock, auth } = await pair(lab, ME, undefined, config))
  const delivered = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 3))
  await sock.sendMessage(bobJid, { text: 'warm' })
  await delivered
})
afterEach(async () => {
  await control(lab, 'DELETE', '/faults')
})
afterAll(async () => {
  sock.end(undefined)
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

const fault = (kind: string, more: object = {}) => control(lab, 'POST', '/faults', { kind, ...more })
const shown = (text: string) => eventually(async () => (await shownTexts(lab, BOB)).includes(text))
const row = (id: string | null | undefined) => lab.world.ledger.find(ME, id ?? '')

/** Ids and errors of the acknowledgements of messages, from now on. */
function acks(): { id?: string; error?: string }[] {
  const seen: { id?: string; error?: string }[] = []
  sock.ws.on('CB:ack,class:message', ({ attrs }: { attrs: { id?: string; error?: string } }) => seen.push(attrs))
  return seen
}

async function reconnect(): Promise<void> {
  sock = connect(lab, auth, config)
  await opened(sock)
}

test('drop-ack: the message arrives, the acknowledgement never does, sendMessage resolves all the same', async () => {
  const seen = acks()
  await fault('drop-ack', { session: ME, count: 1 })
  const lost = await sock.sendMessage(bobJid, { text: 'no ack' })
  await shown('no ack')
  const kept = await sock.sendMessage(bobJid, { text: 'ack' })
  await eventually(() => seen.length > 0)
  expect(seen.map(({ id }) => id)).toEqual([kept?.key.id])
  expect(row(lost?.key.id)).toMatchObject({ accepted: 1, acked: 0, shown: 1 })
})

test('delay-ack: the acknowledgement comes after the delivery receipt', async () => {
  const seen = acks()
  await fault('delay-ack', { ms: 200, count: 1 })
  const delivered = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 3))
  const sent = await sock.sendMessage(bobJid, { text: 'late ack' })
  await delivered
  expect(seen).toEqual([])
  await eventually(() => seen.some(({ id }) => id === sent?.key.id))
})

test('nack: Baileys reports status 0 with the code, nobody is shown anything', async () => {
  await fault('nack', { code: 463, count: 1 })
  const failed = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 0))
  const sent = await sock.sendMessage(bobJid, { text: 'refused' })
  const { key, update } = await failed
  expect(key.id).toBe(sent?.key.id)
  expect(update.messageStubParameters?.[0]).toBe('463')
  expect(row(sent?.key.id)).toMatchObject({ accepted: 0, nacked: 1, shown: 0 })
})

test('stream-error: the line ends with the code at the next message', async () => {
  await fault('stream-error', { code: 503, count: 1 })
  const end = closed(sock)
  await sock.sendMessage(bobJid, { text: 'into the stream error' })
  expect(await end).toBe(503)
  await reconnect()
})

test('drop-socket: the line is cut before the message is taken', async () => {
  await fault('drop-socket', { count: 1 })
  const end = closed(sock)
  const sent = await sock.sendMessage(bobJid, { text: 'never taken' })
  expect(await end).toBe(428)
  expect(row(sent?.key.id)).toBeUndefined()
  await reconnect()
})

test('before-ack-drop: the message is shown, the line is cut instead of the acknowledgement', async () => {
  const seen = acks()
  await fault('before-ack-drop', { count: 1 })
  const end = closed(sock)
  const sent = await sock.sendMessage(bobJid, { text: 'taken, not acknowledged' })
  expect(await end).toBe(428)
  await shown('taken, not acknowledged')
  expect(seen).toEqual([])
  expect(row(sent?.key.id)).toMatchObject({ accepted: 1, acked: 0, shown: 1 })
  await reconnect()
})

test('duplicate-delivery: the phone cannot read the second copy of one ciphertext, and shows it once', async () => {
  await fault('duplicate-delivery', { session: ME, count: 1 })
  const sent = await sock.sendMessage(bobJid, { text: 'doubled' })
  const shownRow = await eventually(() =>
    lab.world.phone(BOB).inbox.find(({ id, copies }) => id === sent?.key.id && copies >= 2),
  )
  expect(shownRow.undecryptable).toBe(1)
  expect((await shownTexts(lab, BOB)).filter((text) => text === 'doubled')).toHaveLength(1)
})

test('duplicate-delivery, inbound: Baileys refuses the second copy, asks for it again and hands it over twice', async () => {
  await sock.sendMessage(bobJid, { text: 'confirm the session' })
  const upserts: (string | null | undefined)[] = []
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const { message } of messages) upserts.push(message?.conversation)
  })
  const nacks: string[] = []
  const { queue } = lab.world.phone(ME).companions.get(1)!
  const confirm = queue.confirm.bind(queue)
  queue.confirm = (answer) => {
    if (answer.tag === 'ack' && answer.attrs.error) nacks.push(answer.attrs.error)
    return confirm(answer)
  }
  await fault('duplicate-delivery', { session: ME, count: 1 })
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'twice to you' })
  await eventually(() => upserts.filter((text) => text === 'twice to you').length === 2)
  await eventually(() => nacks.length > 0)
  expect(nacks).toEqual(['500'])
  queue.confirm = confirm
})

test('redeliver: a message that was confirmed comes again', async () => {
  const stubs: unknown[] = []
  sock.ev.on('messages.upsert', ({ messages }) => {
    for (const message of messages) if (message.messageStubType) stubs.push(message.messageStubParameters)
  })
  let arrivals = 0
  sock.ws.on('CB:message', () => {
    arrivals += 1
  })
  await fault('redeliver', { session: ME, count: 1 })
  const { id } = await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'again and again' })
  await eventually(() => arrivals >= 2)
  expect(lab.world.ledger.find(BOB, String(id))?.delivered).toBeGreaterThan(0)
})

test('retry-receipt: the phone claims it cannot read, Baileys encrypts anew, one row counts both copies', async () => {
  await fault('retry-receipt', { session: ME, count: 1 })
  const sent = await sock.sendMessage(bobJid, { text: 'read me at last' })
  const shownRow = await eventually(() => lab.world.phone(BOB).inbox.find(({ id }) => id === sent?.key.id))
  expect(shownRow).toMatchObject({ text: 'read me at last', copies: 2, undecryptable: 1 })
  expect(row(sent?.key.id)).toMatchObject({ accepted: 2, retried: 1, shown: 1 })
})

test('retry-receipt, twice: the second one carries keys', async () => {
  await fault('retry-receipt', { session: ME, count: 2 })
  const keys: boolean[] = []
  sock.ws.on('CB:receipt,type:retry', ({ content }: { content: { tag: string }[] }) => {
    keys.push(content.some(({ tag }) => tag === 'keys'))
  })
  const sent = await sock.sendMessage(bobJid, { text: 'third time lucky' })
  await eventually(() => lab.world.phone(BOB).inbox.some(({ id }) => id === sent?.key.id))
  expect(keys).toEqual([false, true])
})

test('no-lid: without a LID in the answer to usync Baileys cannot encrypt', async () => {
  await control(lab, 'POST', '/phones', { phone: '6281200000005' })
  await fault('no-lid', { session: ME })
  await expect(sock.sendMessage('6281200000005@s.whatsapp.net', { text: 'x' })).rejects.toThrow()
})

test('slow: every stanza waits', async () => {
  await fault('slow', { session: ME, ms: 150 })
  const start = performance.now()
  await sock.onWhatsApp(`+${BOB}`)
  expect(performance.now() - start).toBeGreaterThan(140)
})

test('media-error: an upload fails', async () => {
  await fault('media-error', { session: ME })
  await expect(sock.sendMessage(bobJid, { document: Buffer.from('file'), mimetype: 'text/plain' })).rejects.toThrow()
  await control(lab, 'DELETE', '/faults')
  await sock.sendMessage(bobJid, { document: Buffer.from('file'), mimetype: 'text/plain', fileName: 'a.txt' })
  await eventually(() =>
    lab.world.phone(BOB).inbox.some(({ type, fileName }) => type === 'document' && fileName === 'a.txt'),
  )
})

test('media-error: where a file is gone the own phone is asked, and says where it is', async () => {
  const arrived = next(sock, 'messages.upsert', ({ messages }) =>
    messages.find(({ message }) => message?.documentMessage),
  )
  const file = { base64: Buffer.from('contents').toString('base64'), mimetype: 'text/plain', fileName: 'b.txt' }
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, document: file })
  const message = await arrived
  const document = message.message!.documentMessage!
  const where = document.directPath
  document.directPath = '/gone'
  await sock.updateMediaMessage(message)
  expect(document.directPath).toBe(where)
  expect(document.url).toContain(new URL(`https://${lab.world.media.host}`).host)
  message.key.id = 'UNKNOWN'
  await expect(sock.updateMediaMessage(message)).rejects.toThrow('re-upload')
})

test('probability, afterMs and session decide when a fault strikes; the same seed decides alike', async () => {
  const struck = async (seed: string) => {
    const other = await startLab({ seed })
    other.world.faults.add({ kind: 'drop-ack', probability: 0.5 })
    const pattern = Array.from({ length: 40 }, () => (other.world.faults.strike('drop-ack', ME) ? 1 : 0)).join('')
    await other.close()
    return pattern
  }
  const first = await struck('a')
  expect(await struck('a')).toBe(first)
  expect(await struck('b')).not.toBe(first)
  expect(first).toContain('0')
  expect(first).toContain('1')
  lab.world.faults.add({ kind: 'slow', session: BOB })
  expect(lab.world.faults.strike('slow', ME)).toBeUndefined()
  lab.world.faults.add({ kind: 'nack', afterMs: 60_000 })
  expect(lab.world.faults.strike('nack', ME)).toBeUndefined()
  await expect(fault('no-such-fault')).rejects.toThrow('400')
})

test('unavailable: the message comes without its content, and the own phone has it', async () => {
  const stub = next(sock, 'messages.upsert', ({ messages }) => messages.find((one) => one.messageStubType === 2))
  await fault('unavailable', { session: ME, count: 1 })
  const { id } = await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'only there' })
  expect((await stub).key.id).toBe(id)
  const resent = await next(sock, 'messages.upsert', ({ messages }) =>
    messages.find(({ message }) => message?.conversation),
  )
  expect(resent).toMatchObject({ key: { id }, message: { conversation: 'only there' } })
})

test('silent-phone: a phone does not answer its linked device; resend: it does without being asked', async () => {
  await fault('silent-phone', { session: ME })
  await fault('unavailable', { session: ME, count: 1 })
  const { id } = await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'silence' })
  await eventually(async () => {
    const { faults } = await control<{ faults: { struck: number }[] }>(lab, 'GET', '/faults')
    return faults[0]?.struck === 1
  })
  const resent = next(sock, 'messages.upsert', ({ messages }) => messages.find(({ message }) => message?.conversation))
  await control(lab, 'POST', `/phones/${ME}/resend`, { id })
  expect(await resent).toMatchObject({ key: { id }, message: { conversation: 'silence' } })
})
