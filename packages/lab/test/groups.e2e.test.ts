import type { WAMessageContent, WASocket } from 'baileys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { control, eventually, type MemoryAuth, next, pair, shownTexts } from './baileys-client.ts'

const [ME, YOU, BOB, CAROL, DAVE] = [
  '6281200000001',
  '6281200000002',
  '6281200000003',
  '6281200000004',
  '6281200000005',
]
const jid = (phone: string | undefined) => `${phone}@s.whatsapp.net`

let lab: Lab
let me: WASocket
let mine: MemoryAuth
let yours: MemoryAuth
let you: WASocket
let group: string
/** What an app keeps to answer the retries of companions, whose addresses Baileys' own cache does not know. */
const sent = new Map<string, WAMessageContent>()

beforeAll(async () => {
  lab = await startLab()
  for (const phone of [BOB, CAROL, DAVE]) await control(lab, 'POST', '/phones', { phone })
  ;({ sock: me, auth: mine } = await pair(lab, ME!, undefined, { getMessage: async ({ id }) => sent.get(id ?? '') }))
  ;({ sock: you, auth: yours } = await pair(lab, YOU!))
})
afterAll(async () => {
  me.end(undefined)
  you.end(undefined)
  await lab.close()
  expect(lab.unknownIqs).toEqual([])
  expect(lab.world.violations).toEqual([])
})

const text = (sock: WASocket, wanted: string) =>
  next(sock, 'messages.upsert', ({ messages }) =>
    messages.find(({ message }) => (message?.conversation ?? message?.extendedTextMessage?.text) === wanted),
  )

test('two unmodified Baileys talk to each other', async () => {
  const there = text(you, 'from me')
  await me.sendMessage(jid(YOU), { text: 'from me' })
  expect((await there).key).toMatchObject({ fromMe: false, remoteJid: `${ME}:1@s.whatsapp.net`.replace(':1', '') })
  const back = text(me, 'from you')
  const delivered = next(you, 'messages.update', (updates) => updates.find(({ update }) => update.status === 3))
  await you.sendMessage(jid(ME), { text: 'from you' })
  await back
  await delivered
  expect(await shownTexts(lab, YOU!)).toEqual(['from me'])
})

test('a companion creates a group and the others are told', async () => {
  const told = next(you, 'groups.upsert', ([one]) => one)
  const made = await me.groupCreate('The lab', [jid(YOU), jid(BOB), jid(CAROL)])
  group = made.id
  expect(made.participants).toHaveLength(4)
  expect(made.addressingMode).toBe('lid')
  expect((await told).id).toBe(group)
  const { groups } = await control<{ groups: object[] }>(lab, 'GET', '/groups')
  expect(groups).toMatchObject([{ id: group, name: 'The lab', owner: ME }])
  expect(Object.keys(await you.groupFetchAllParticipating())).toEqual([group])
})

test('a companion writes with sender keys: every phone and every companion reads it', async () => {
  for (const wanted of ['first', 'second', 'third']) {
    const there = text(you, wanted)
    const sent = await me.sendMessage(group, { text: wanted })
    expect((await there).key).toMatchObject({ remoteJid: group, participant: lab.world.phone(ME!).lidJid() })
    await eventually(() => lab.world.ledger.find(ME!, sent?.key.id ?? '')?.shown === 3)
  }
  for (const phone of [BOB, CAROL]) expect(await shownTexts(lab, phone!)).toEqual(['first', 'second', 'third'])
  expect(lab.world.ledger.counters.out.undecryptable).toBe(0)
})

test('a phone writes with sender keys: every companion reads it', async () => {
  for (const wanted of ['uno', 'due', 'tre']) {
    const [mine, yours] = [text(me, wanted), text(you, wanted)]
    await control(lab, 'POST', `/phones/${BOB}/messages`, { to: group, text: wanted })
    expect((await mine).key).toMatchObject({ remoteJid: group, participant: lab.world.phone(BOB!).lidJid() })
    await yours
  }
  expect((await shownTexts(lab, CAROL!)).slice(-3)).toEqual(['uno', 'due', 'tre'])
})

test('delivery in a group is confirmed by each phone', async () => {
  const seen = new Set<string>()
  const all = next(me, 'message-receipt.update', (updates) => {
    for (const { receipt } of updates) seen.add(receipt.userJid ?? '')
    return seen.size >= 3
  })
  await me.sendMessage(group, { text: 'count me' })
  await all
})

/** Makes a client lose keys, as a restart from an old backup does. */
function lose(auth: MemoryAuth, type: string, part: string): void {
  const lost = Object.keys(auth.data[type] ?? {}).filter((key) => key.includes(part))
  expect(lost).not.toEqual([])
  for (const key of lost) delete auth.data[type]![key]
}

test('a companion without the sender key of a phone asks again, and gets the message encrypted for it alone', async () => {
  lose(mine, 'sender-key', lab.world.phone(BOB!).lid)
  const there = text(me, 'say it again')
  const { id } = await control(lab, 'POST', `/phones/${BOB}/messages`, { to: group, text: 'say it again' })
  expect((await there).key).toMatchObject({ id, remoteJid: group, participant: lab.world.phone(BOB!).lidJid() })
  expect(lab.world.ledger.find(BOB!, String(id))?.retried).toBe(1)
  const next = text(me, 'and once more')
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: group, text: 'and once more' })
  await next
})

test('phones without the sender key of a companion ask again, and show the message once', async () => {
  lose(mine, 'sender-key', lab.world.phone(ME!).lid)
  const sent = await me.sendMessage(group, { text: 'with keys nobody has' })
  const row = await eventually(() => {
    const found = lab.world.ledger.find(ME!, sent?.key.id ?? '')
    return found?.shown === 3 && found
  })
  expect(row.retried).toBeGreaterThan(0)
  expect(row.undecryptable).toBeGreaterThan(0)
  expect((await shownTexts(lab, CAROL!)).filter((shown) => shown === 'with keys nobody has')).toHaveLength(1)
})

test('a companion without a session to another one asks that for the message again', async () => {
  const known = text(me, 'both know each other')
  await you.sendMessage(jid(ME), { text: 'both know each other' })
  await known
  const answered = text(you, 'so this is no first message')
  await me.sendMessage(jid(YOU), { text: 'so this is no first message' })
  await answered
  lose(yours, 'session', lab.world.phone(ME!).lid)
  const there = text(you, 'lost on the way')
  sent.set('LOSTONTHEWAY', { conversation: 'lost on the way' })
  await me.sendMessage(jid(YOU), { text: 'lost on the way' }, { messageId: 'LOSTONTHEWAY' })
  expect((await there).key.id).toBe('LOSTONTHEWAY')
})

test('adding and removing people changes who reads', async () => {
  const added = next(you, 'group-participants.update', (update) => update.action === 'add' && update.participants)
  await me.groupParticipantsUpdate(group, [jid(DAVE)], 'add')
  expect((await added)[0]?.id).toBe(lab.world.phone(DAVE!).lidJid())
  await me.sendMessage(group, { text: 'hello Dave' })
  await eventually(async () => (await shownTexts(lab, DAVE!)).includes('hello Dave'))
  const removed = next(you, 'group-participants.update', (update) => update.action === 'remove')
  await control(lab, 'POST', `/groups/${group}/participants`, { remove: [DAVE] })
  await removed
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: group, text: 'Dave is gone' })
  const last = await me.sendMessage(group, { text: 'quite gone' })
  await eventually(() => lab.world.ledger.find(ME!, last?.key.id ?? '')?.shown === 3)
  expect(await shownTexts(lab, DAVE!)).toEqual(['hello Dave'])
})

test('subject, description, admins and invitations', async () => {
  const renamed = next(you, 'groups.update', ([update]) => update?.subject ?? undefined)
  await me.groupUpdateSubject(group, 'The other lab')
  expect(await renamed).toBe('The other lab')
  await me.groupUpdateDescription(group, 'what it is for')
  await me.groupParticipantsUpdate(group, [jid(YOU)], 'promote')
  const metadata = await you.groupMetadata(group)
  expect(metadata).toMatchObject({ subject: 'The other lab', desc: 'what it is for' })
  expect(metadata.participants.find(({ phoneNumber }) => phoneNumber === jid(YOU))?.admin).toBe('admin')
  const code = (await you.groupInviteCode(group)) ?? ''
  expect((await me.groupGetInviteInfo(code)).id).toBe(group)
  await me.groupSettingUpdate(group, 'announcement')
  expect((await you.groupMetadata(group)).announce).toBe(true)
  await me.groupSettingUpdate(group, 'not_announcement')
})

test('who leaves cannot write any more and may come back by invitation', async () => {
  const code = await me.groupInviteCode(group)
  await you.groupLeave(group)
  await expect(you.groupMetadata(group)).rejects.toThrow('forbidden')
  await expect(you.sendMessage(group, { text: 'still here?' })).rejects.toThrow('forbidden')
  expect(await you.groupAcceptInvite(code ?? '')).toBe(group)
  const there = text(me, 'back again')
  await you.sendMessage(group, { text: 'back again' })
  await there
})

test('an account with two companions: each gets what comes in and what the other sends', async () => {
  const second = (await pair(lab, ME!)).sock
  const [first, other] = [text(me, 'to both'), text(second, 'to both')]
  await control(lab, 'POST', `/phones/${BOB}/messages`, { to: ME, text: 'to both' })
  await first
  await other
  const copy = text(second, 'sent by the first')
  await me.sendMessage(jid(CAROL), { text: 'sent by the first' })
  expect((await copy).key).toMatchObject({ fromMe: true, remoteJid: jid(CAROL) })
  const fromPhone = [text(me, 'typed on the phone'), text(second, 'typed on the phone')]
  await control(lab, 'POST', `/phones/${ME}/messages`, { to: BOB, text: 'typed on the phone' })
  for (const message of await Promise.all(fromPhone))
    expect(message.key).toMatchObject({ fromMe: true, remoteJid: jid(BOB) })
  expect(await shownTexts(lab, ME!)).not.toContain('sent by the first')
  second.end(undefined)
})
