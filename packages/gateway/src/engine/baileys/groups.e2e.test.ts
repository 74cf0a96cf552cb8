import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Jid, phoneJid } from '../../core/jid.ts'
import { Refused } from '../port.ts'
import { Bench, eventually } from './test/harness.ts'

const ALICE = '15550000001'
const BOB = '15550000002'
const CAROL = '15550000003'
const DAVE = '15550000004'

let bench: Bench
let alice: Awaited<ReturnType<Bench['pair']>>
let bob: Awaited<ReturnType<Bench['pair']>>

beforeAll(async () => {
  bench = await Bench.start()
  for (const phone of [CAROL, DAVE]) await bench.control.phone(phone, { name: phone })
  alice = await bench.pair(ALICE, { name: 'Alice' })
  bob = await bench.pair(BOB, { name: 'Bob' })
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

interface LabGroup {
  name: string
  participants: { phone: string; role: string }[]
}

const inLab = (group: Jid) => bench.control.call<LabGroup>('GET', `/groups/${group}`)

/** Who is in the group by the phones' own view, admins with a mark. */
async function members(group: Jid): Promise<string[]> {
  const shown = JSON.stringify(await inLab(group))
  return [ALICE, BOB, CAROL, DAVE].filter((phone) => shown.includes(phone))
}

const update = (kind: string, group: Jid, told = alice) =>
  eventually(() => told.sink.groupUpdates.find((one) => one.group === group && one.change.kind === kind))

describe('a group', () => {
  test('is made with those who have an account, and everybody is told', async () => {
    const made = await alice.connection.groupActions.create('Arisan', [phoneJid(BOB), phoneJid('15559999999')])
    expect(made).toMatchObject({ subject: 'Arisan', createdAt: expect.any(Number) })
    expect(made.participants.map(({ phone, admin }) => [phone, admin])).toEqual([
      [ALICE, true],
      [BOB, false],
    ])
    expect(await members(made.jid)).toEqual([ALICE, BOB])
    const told = await update('created', made.jid, bob)
    expect(told).toMatchObject({ byPhone: ALICE, change: { subject: 'Arisan' } })
    expect(await alice.connection.groupActions.get(made.jid)).toEqual(made)
  })

  test('is renamed, and the others see by whom', async () => {
    const { jid } = await alice.connection.groupActions.create('Old', [phoneJid(BOB)])
    await alice.connection.groupActions.rename(jid, 'New ☕')
    expect((await inLab(jid)).name).toBe('New ☕')
    expect(await update('subject', jid, bob)).toMatchObject({ byPhone: ALICE, change: { subject: 'New ☕' } })
    expect((await bob.connection.groupActions.get(jid)).subject).toBe('New ☕')
  })

  test('takes, promotes, demotes and loses people, each with what became of him', async () => {
    const { groupActions } = alice.connection
    const { jid } = await groupActions.create('People', [phoneJid(BOB)])
    const added = await groupActions.change(jid, 'add', [phoneJid(CAROL), phoneJid('15559999999')])
    expect(added).toEqual([
      { jid: phoneJid(CAROL), done: true, code: null },
      { jid: phoneJid('15559999999'), done: false, code: '404' },
    ])
    expect(await members(jid)).toEqual([ALICE, BOB, CAROL])
    expect(await update('add', jid, bob)).toMatchObject({ change: { participants: [{ phone: CAROL }] } })
    const adminsOf = async () =>
      (await groupActions.get(jid)).participants.flatMap(({ admin, phone }) => (admin ? [phone] : []))
    await groupActions.change(jid, 'promote', [phoneJid(CAROL)])
    expect(await adminsOf()).toEqual([ALICE, CAROL])
    await groupActions.change(jid, 'demote', [phoneJid(CAROL)])
    expect(await adminsOf()).toEqual([ALICE])
    await groupActions.change(jid, 'remove', [phoneJid(BOB)])
    expect(await members(jid)).toEqual([ALICE, CAROL])
    expect(await update('remove', jid, bob)).toMatchObject({ change: { participants: [{ phone: BOB }] } })
  })

  test('gets a message after it has changed, every member once and nobody else', async () => {
    const { groupActions } = alice.connection
    const { jid } = await groupActions.create('Fresh', [phoneJid(CAROL)])
    expect((await alice.connection.send(bench.outbound(jid, 'first'))).kind).toBe('acked')
    await groupActions.change(jid, 'add', [phoneJid(DAVE)])
    await groupActions.change(jid, 'remove', [phoneJid(CAROL)])
    expect((await alice.connection.send(bench.outbound(jid, 'second'))).kind).toBe('acked')
    const shown = await eventually(async () => (await bench.control.inbox(DAVE)).find((one) => one.text === 'second'))
    expect(shown).toMatchObject({ chat: jid, copies: 1, undecryptable: 0 })
    expect((await bench.control.inbox(CAROL)).filter(({ chat }) => chat === jid).map(({ text }) => text)).toEqual([
      'first',
    ])
  })

  test('has an invitation that is renewed, and is left', async () => {
    const { groupActions } = alice.connection
    const { jid } = await groupActions.create('Door', [phoneJid(BOB)])
    const code = await groupActions.inviteCode(jid)
    expect(code).toMatch(/^[\w-]{20,24}$/)
    const renewed = await groupActions.renewInvite(jid)
    expect(renewed).not.toBe(code)
    expect(await groupActions.inviteCode(jid)).toBe(renewed)
    await bob.connection.groupActions.leave(jid)
    expect(await members(jid)).toEqual([ALICE])
    await expect(bob.connection.groupActions.get(jid)).rejects.toMatchObject({ name: 'Refused', code: '403' })
  })

  test('refuses those who may not, and says so with a code', async () => {
    const { jid } = await alice.connection.groupActions.create('Mine', [phoneJid(BOB)])
    const refused = bob.connection.groupActions.change(jid, 'remove', [phoneJid(ALICE)])
    await expect(refused).rejects.toBeInstanceOf(Refused)
    const none = alice.connection.groupActions.rename('120363999999999999@g.us' as Jid, 'x')
    await expect(none).rejects.toMatchObject({ code: '404' })
    expect(await members(jid)).toEqual([ALICE, BOB])
  })
})

describe('a change of a group that could not be stored', () => {
  test('is told again at the next login', async () => {
    const { jid } = await alice.connection.groupActions.create('Lossy', [phoneJid(BOB)])
    await update('created', jid, bob)
    const { sink } = bob
    const store = sink.onGroupUpdate.bind(sink)
    let refused = 0
    sink.onGroupUpdate = async () => {
      refused += 1
      throw new Error('the disk is full')
    }
    await alice.connection.groupActions.rename(jid, 'Later')
    await eventually(() => refused > 0)
    sink.onGroupUpdate = store
    await bob.connection.close()
    bob = { ...bob, ...(await bench.login(bob.session)) }
    expect(await update('subject', jid, bob)).toMatchObject({ change: { subject: 'Later' } })
  })
})

describe('persons', () => {
  test('show an about text and a picture, and write in vain once they are blocked', async () => {
    const { contactActions } = alice.connection
    const { world } = bench.lab
    Object.assign(world.phone(BOB).profile, {
      about: 'Di toko sampai jam 5',
      picture: world.media.put(Buffer.from('jpeg')),
    })
    const profile = await contactActions.profile(phoneJid(BOB))
    expect(profile).toEqual({ about: 'Di toko sampai jam 5', pictureUrl: expect.stringMatching(/^https:/) })
    expect(await contactActions.profile(phoneJid(CAROL))).toEqual({ about: null, pictureUrl: null })
    await contactActions.setBlocked(phoneJid(BOB), true)
    expect(await contactActions.blocked()).toEqual([phoneJid(BOB)])
    await bench.control.text(BOB, ALICE, 'in vain')
    await contactActions.setBlocked(phoneJid(BOB), false)
    const later = await bench.control.text(BOB, ALICE, 'heard')
    await eventually(() => alice.sink.messages.find(({ waId }) => waId === later))
    expect(alice.sink.messages.filter(({ content }) => 'text' in content && content.text === 'in vain')).toEqual([])
  })
})

describe('chats', () => {
  test('typing and recording are shown to the other person, and end', async () => {
    const state = async () => {
      const { chatStates } = await bench.control.call<{ chatStates: Record<string, string> }>('GET', `/phones/${CAROL}`)
      return chatStates[ALICE]
    }
    for (const shown of ['composing', 'recording', 'paused'] as const) {
      await alice.connection.chatActions.setTyping(phoneJid(CAROL), shown)
      await eventually(async () => (await state()) === shown)
    }
  })

  test('messages are read: their sender is told so, also in a group', async () => {
    const id = await bench.control.text(BOB, ALICE, 'read me')
    await eventually(() => alice.sink.messages.find(({ waId }) => waId === id))
    const message = alice.sink.messages.find(({ waId }) => waId === id)
    await alice.connection.chatActions.markRead(phoneJid(BOB), [{ waId: message?.waId as never, participant: null }])
    await eventually(() => bob.sink.receipts.find((one) => one.status === 'read' && one.waIds.includes(id as never)))
    const { jid } = await alice.connection.groupActions.create('Readers', [phoneJid(BOB)])
    const inGroup = await bench.control.text(BOB, jid, 'read me too')
    const received = await eventually(() => alice.sink.messages.find(({ waId }) => waId === inGroup))
    await alice.connection.chatActions.markRead(jid, [{ waId: received.waId, participant: received.participant }])
    await eventually(() => bob.sink.receipts.find((one) => one.status === 'read' && one.waIds.includes(received.waId)))
  })

  test('somebody’s presence is asked for', async () => {
    const presence = () => alice.connection.chatActions.presence(phoneJid(DAVE))
    expect(await presence()).toEqual({ state: 'available', lastSeen: null })
    await bench.control.call('POST', `/phones/${DAVE}/offline`)
    expect((await presence()).state).toBe('unavailable')
  })
})
