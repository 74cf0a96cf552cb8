import { describe, expect, test } from 'vitest'
import type { Jid } from '../../core/jid.ts'
import { ANI, BUDI, GROUP, only, type Use } from './world.ts'

const ANI_LID = '777000001@lid' as Jid
const BUDI_LID = '777000002@lid' as Jid

/** What {@link ChatStore} promises. */
export function chatConformance(use: Use): void {
  describe('chats', () => {
    chats(use)
    reading(use)
  })
  describe('contacts', () => contacts(use))
  describe('what chats tell', () => happenings(use))
}

function chats(use: Use): void {
  test('each chat has its last message, the newest chat first, page by page', async () => {
    const world = use()
    const session = await world.session()
    await world.receive(await world.session(), { chat: BUDI })
    await world.receive(session, { chat: ANI })
    await world.receive(session, { chat: GROUP, participant: BUDI, pushName: 'Budi' })
    await world.accept(session, { chat: ANI })
    await world.receive(session, { chat: BUDI, pushName: 'Budi', senderAlt: BUDI_LID })
    const all = await world.store.chats.listChats(session.uid, { limit: 9 })
    expect(all.map(({ chat, alt, name, unread, last }) => [chat, alt, name, unread, last.direction])).toEqual([
      [BUDI, BUDI_LID, 'Budi', 1, 'in'],
      [ANI, null, 'Ani', 1, 'out'],
      [GROUP, null, null, 1, 'in'],
    ])
    const [first, second] = all
    const page = await world.store.chats.listChats(session.uid, { limit: 1, beforeRow: first?.lastRow ?? 0 })
    expect(page).toEqual([second])
    expect(await world.store.chats.listChats(session.uid, { limit: 9, beforeRow: all[2]?.lastRow ?? 0 })).toEqual([])
    expect(await world.store.chats.listChats((await world.session()).uid, { limit: 9 })).toEqual([])
  })
}

function reading(use: Use): void {
  test('unread are received messages behind the mark, and the mark never goes back', async () => {
    const world = use()
    const session = await world.session()
    const first = (await world.receive(session, { chat: GROUP, participant: ANI })).message
    const second = (await world.receive(session, { chat: GROUP, participant: BUDI })).message
    await world.receive(session, { chat: GROUP, participant: ANI, fromMe: true })
    await world.accept(session, { chat: GROUP })
    await world.receive(session, { chat: ANI })
    const unread = await world.store.chats.unread(session.uid, GROUP, 9)
    expect(unread.map(({ waId, participant }) => [waId, participant])).toEqual([
      [second.waId, BUDI],
      [first.waId, ANI],
    ])
    expect(await world.store.chats.unread(session.uid, GROUP, 1)).toEqual(unread.slice(0, 1))
    await world.store.chats.markRead(session.uid, GROUP, unread[0]?.row ?? 0)
    await world.store.chats.markRead(session.uid, GROUP, unread[1]?.row ?? 0)
    expect(await world.store.chats.unread(session.uid, GROUP, 9)).toEqual([])
    await world.receive(session, { chat: GROUP, participant: ANI })
    expect(await world.store.chats.unread(session.uid, GROUP, 9)).toHaveLength(1)
    expect(await world.store.chats.unread(session.uid, ANI, 9)).toHaveLength(1)
  })
}

function contacts(use: Use): void {
  test('phone number and LID of one person are one contact, however they become known', async () => {
    const world = use()
    const session = await world.session()
    const list = async () =>
      (await world.store.chats.listContacts(session.uid, { limit: 9 })).map(({ phone, lid, name }) => [
        phone,
        lid,
        name,
      ])
    await world.receive(session, { chat: GROUP, participant: ANI_LID, pushName: 'Ani' })
    expect(await list()).toEqual([[null, ANI_LID, 'Ani']])
    await world.receive(session, { chat: ANI, pushName: 'Ani W' })
    expect(await list()).toHaveLength(2)
    await world.receive(session, { chat: ANI, senderAlt: ANI_LID, pushName: null })
    expect(await list()).toEqual([[ANI, ANI_LID, 'Ani W']])
    await world.receive(session, { chat: GROUP, participant: BUDI_LID, senderAlt: BUDI, pushName: 'Budi' })
    expect(await list()).toEqual([
      [ANI, ANI_LID, 'Ani W'],
      [BUDI, BUDI_LID, 'Budi'],
    ])
  })

  test('they are of one session, page by page, and what the account wrote itself makes none', async () => {
    const world = use()
    const [session, other] = [await world.session(), await world.session()]
    await world.receive(session, { chat: ANI })
    await world.receive(session, { chat: BUDI, fromMe: true })
    await world.receive(other, { chat: BUDI })
    const contact = only(await world.store.chats.listContacts(session.uid, { limit: 9 }))
    expect(contact).toMatchObject({ phone: ANI })
    expect(await world.store.chats.findContact(session.uid, ANI)).toEqual(contact)
    expect(await world.store.chats.findContact(other.uid, ANI)).toBeUndefined()
    expect(await world.store.chats.listContacts(session.uid, { limit: 9, afterRow: contact.row })).toEqual([])
    await world.store.sessions.deleteSession(session.uid)
    expect(await world.store.chats.listContacts(session.uid, { limit: 9 })).toEqual([])
  })
}

function happenings(use: Use): void {
  test('what is new about a person who is known is an event in his lane, told before the message that shows it', async () => {
    const world = use()
    const session = await world.session()
    await world.receive(session, { chat: ANI, pushName: 'Ani' })
    await world.receive(session, { chat: ANI, pushName: 'Ani' })
    await world.receive(session, { chat: GROUP, participant: ANI_LID, senderAlt: ANI, pushName: 'Ani W' })
    await world.receive(session, { chat: ANI, pushName: null })
    const told = await world.events(session.uid)
    expect(told.map(({ type }) => type.split('.')[0])).toEqual(['message', 'message', 'contact', 'message', 'message'])
    const names = { id: '6281311110001', phone: '6281311110001', lid: '777000001' }
    expect(told[2]).toMatchObject({
      ...{ type: 'contact.updated', lane: ANI },
      data: { ...names, name: 'Ani W', previous_name: 'Ani' },
    })
  })

  test('a call is an event in the lane of who calls', async () => {
    const world = use()
    const session = await world.session()
    const call = { id: 'CALL1', from: ANI, fromAlt: ANI_LID, video: true, group: null, at: world.now, offline: false }
    await world.store.sessions.recordCall(session.uid, call)
    expect(only(await world.events(session.uid))).toMatchObject({
      ...{ type: 'call.received', lane: ANI, timestamp: world.now },
      data: { id: 'CALL1', from: '6281311110001', video: true, group: null, offline: false },
    })
  })

  test('a group’s change is an event in the group’s lane', async () => {
    const world = use()
    const session = await world.session()
    const change = { kind: 'add', participants: [{ jid: ANI_LID, phone: '6281311110001' }] } as const
    const update = { group: GROUP, by: BUDI, byPhone: '6281311110002', at: world.now }
    await world.store.sessions.recordGroupUpdate(session.uid, {
      ...update,
      change: { ...change, participants: [...change.participants] },
    })
    expect(only(await world.events(session.uid))).toMatchObject({
      type: 'group.updated',
      lane: GROUP,
      timestamp: world.now,
      data: {
        group: GROUP,
        change: 'add',
        by: '6281311110002',
        participants: [{ id: ANI_LID, phone: '6281311110001' }],
      },
    })
  })
}
