import type { WAMessage, WASocket } from 'baileys'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

beforeAll(async () => {
  lab = await startLab()
  await control(lab, 'POST', '/phones', { phone: BOB, name: 'Bob' })
  ;({ sock, auth } = await pair(lab, ME))
})
afterAll(async () => {
  sock.end(undefined)
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

const write = async (text: string, extra: object = {}) =>
  String((await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text, ...extra })).id)

/** Everything that arrives on a socket from now on. */
function collect(from: WASocket): WAMessage[] {
  const messages: WAMessage[] = []
  from.ev.on('messages.upsert', (upsert) => messages.push(...upsert.messages))
  return messages
}

test('what arrives while the companion is away is queued, and delivered in order at the next login', async () => {
  const end = closed(sock)
  await control(lab, 'POST', '/connections/drop', { phone: ME })
  expect(await end).toBe(428)
  const ids = [await write('one'), await write('two'), await write('three')]
  sock = connect(lab, auth)
  const messages = collect(sock)
  await eventually(() => messages.length === 3)
  expect(messages.map((message) => message.key.id)).toEqual(ids)
  expect(messages.map((message) => message.message?.conversation)).toEqual(['one', 'two', 'three'])
  const companion = lab.world.phone(ME).companions.get(1)
  await eventually(() => companion?.queue.size === 0)
})

test('what was confirmed is not delivered again', async () => {
  const end = closed(sock)
  await control(lab, 'POST', '/connections/drop')
  await end
  sock = connect(lab, auth)
  const messages = collect(sock)
  const drained = next(sock, 'connection.update', (update) => update.receivedPendingNotifications)
  await opened(sock)
  await drained
  expect(messages).toEqual([])
})

test.each([
  ['a code', { code: 503 }, 503],
  ['a conflict', { conflict: 'replaced' }, 440],
  ['nothing but the line', {}, 428],
])('a connection is ended with %s', async (_name, reason, status) => {
  const end = closed(sock)
  expect(await control(lab, 'POST', '/connections/drop', { phone: ME, ...reason })).toEqual({ dropped: 1 })
  expect(await end).toBe(status)
  sock = connect(lab, auth)
  await opened(sock)
})

test('receipts of a phone that is offline wait until it is back', async () => {
  await control(lab, 'POST', `/phones/${BOB}/offline`)
  const delivered = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 3))
  const sent = await sock.sendMessage(bobJid, { text: 'are you there' })
  await eventually(() => lab.world.ledger.find(ME, sent?.key.id ?? '')?.acked === 1)
  expect(await shownTexts(lab, BOB)).toEqual([])
  await control(lab, 'POST', `/phones/${BOB}/online`)
  expect((await delivered).key.id).toBe(sent?.key.id)
  expect(await shownTexts(lab, BOB)).toEqual(['are you there'])
})

test('a person reads and plays: read and played receipts', async () => {
  const sent = await sock.sendMessage(bobJid, { text: 'read me' })
  const id = sent?.key.id ?? ''
  await eventually(() => lab.world.ledger.find(ME, id)?.delivered === 1)
  const read = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 4))
  await control(lab, 'POST', `/phones/${BOB}/read`, { id })
  expect((await read).key.id).toBe(id)
  const played = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 5))
  await control(lab, 'POST', `/phones/${BOB}/played`, { id })
  expect((await played).key.id).toBe(id)
  await expect(control(lab, 'POST', `/phones/${BOB}/read`, { id: 'NEVER' })).rejects.toThrow('404')
})

test('typing reaches the companion, and the other way round', async () => {
  await sock.presenceSubscribe(bobJid)
  const typing = next(sock, 'presence.update', ({ presences }) =>
    Object.values(presences).find((presence) => presence.lastKnownPresence === 'composing'),
  )
  await control(lab, 'POST', `/phones/${BOB}/typing`, { chat: ME })
  await typing
  await sock.sendPresenceUpdate('composing', bobJid)
  await eventually(() => lab.world.phone(BOB).chatStates.get(ME) === 'composing')
})

test('the ledger says what happened to each message', async () => {
  const sent = await sock.sendMessage(bobJid, { text: 'counted' })
  const id = sent?.key.id ?? ''
  const row = await eventually(async () => {
    const { messages } = await control<{ messages: { delivered: number }[] }>(lab, 'GET', `/ledger?id=${id}`)
    return messages[0]?.delivered === 1 && messages[0]
  })
  expect(row).toEqual({
    id,
    from: ME,
    to: BOB,
    direction: 'out',
    accepted: 1,
    acked: 1,
    nacked: 0,
    delivered: 1,
    shown: 1,
    copies: 1,
    undecryptable: 0,
    retried: 0,
    read: 0,
    played: 0,
  })
})

test('one id sent twice is shown once and counted twice', async () => {
  await sock.sendMessage(bobJid, { text: 'once' }, { messageId: 'FIXEDID1' })
  await sock.sendMessage(bobJid, { text: 'once' }, { messageId: 'FIXEDID1' })
  const row = await eventually(() =>
    lab.world.phone(BOB).inbox.find(({ id, copies }) => id === 'FIXEDID1' && copies === 2),
  )
  expect(row.undecryptable).toBe(0)
  expect((await shownTexts(lab, BOB)).filter((text) => text === 'once')).toHaveLength(1)
})

test('a message addressed to the LID is answered from the LID', async () => {
  const lid = lab.world.phone(BOB).lidJid()
  const delivered = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 3))
  await sock.sendMessage(lid, { text: 'by lid' })
  expect((await delivered).key.remoteJid).toBe(lid)
  const arrived = next(sock, 'messages.upsert', ({ messages }) => messages[0])
  await write('from the lid', { addressing: 'lid' })
  expect((await arrived).key).toMatchObject({ remoteJid: lid, remoteJidAlt: bobJid })
})

test('a phone answers and reads by itself only where it is told to', async () => {
  await control(lab, 'POST', '/phones', { phone: '6281200000003', autoRead: true, autoReply: 'I am a machine' })
  const arrived = next(sock, 'messages.upsert', ({ messages }) =>
    messages.find((message) => message.message?.conversation),
  )
  const read = next(sock, 'messages.update', (updates) => updates.find(({ update }) => update.status === 4))
  await sock.sendMessage('6281200000003@s.whatsapp.net', { text: 'hi' })
  expect((await arrived).message?.conversation).toBe('I am a machine')
  await read
})

test('a number without an account is not found', async () => {
  await control(lab, 'POST', '/phones', { phone: '6281200000004', registered: false })
  const found = await sock.onWhatsApp(`+${BOB}`, '+6281200000004', '+6281299999999')
  expect(found?.map(({ jid }) => jid)).toEqual([bobJid])
})

test('what the companion cannot read it asks for again, and gets encrypted anew', async () => {
  const companion = lab.world.phone(ME).companions.get(1)
  const messages = collect(sock)
  // Losing the session is what makes a message unreadable in real life.
  await write('before')
  await eventually(() => messages.some((message) => message.message?.conversation === 'before'))
  await sock.sendMessage(bobJid, { text: 'so that the session is confirmed' })
  await eventually(() => lab.world.phone(BOB).inbox.some(({ text }) => text === 'so that the session is confirmed'))
  const [address] = Object.keys(auth.data.session ?? {}).filter((key) => key.startsWith(lab.world.phone(BOB).lid))
  delete auth.data.session![address!]
  const id = await write('lost and found')
  await eventually(() =>
    messages.some(({ key, message }) => key.id === id && message?.conversation === 'lost and found'),
  )
  expect(lab.world.ledger.find(BOB, id)?.retried).toBeGreaterThan(0)
  await eventually(() => companion?.queue.size === 0)
})
