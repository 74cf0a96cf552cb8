import { describe, expect, test } from 'vitest'
import type { PersonNames } from '../../chats/ports.ts'
import type { SessionUid } from '../../core/ids.ts'
import type { Jid } from '../../core/jid.ts'
import { SETTINGS } from './automation.ts'
import { ANI, BUDI, DAY, GROUP, HOUR, only, type Use, type World } from './world.ts'

const LID = '777000001@lid' as Jid
const PERSON: PersonNames = { phone: ANI, lid: LID }

/** What {@link PersonStore} promises. */
export function personConformance(use: Use): void {
  describe('one person', () => {
    finding(use)
    openSends(use)
    forgetting(use)
    lanes(use)
  })
}

function finding(use: Use): void {
  test('has the messages of the chat by either name, and what it wrote in groups, however many others there are', async () => {
    const world = use()
    const session = await world.session()
    const own = [
      (await world.receive(session, { chat: ANI })).message,
      (await world.receive(session, { chat: LID })).message,
      (await world.receive(session, { chat: GROUP, participant: LID, senderAlt: ANI })).message,
      (await world.accept(session, { chat: ANI })).message,
    ]
    await Promise.all(Array.from({ length: 600 }, () => world.receive(session, { chat: BUDI })))
    await world.receive(session, { chat: GROUP, participant: BUDI })
    await world.receive(await world.session(), { chat: ANI })
    own.push((await world.receive(session, { chat: '777000099@lid' as Jid, senderAlt: ANI })).message)
    expect(await messages(world, session.uid)).toEqual(own.map(({ id }) => id))
    const told = await events(world, session.uid)
    const news = told.filter(({ type }) => type === 'contact.updated')
    expect(news.map(({ lane }) => lane)).toEqual([ANI, ANI])
    const about = told.filter((event) => !news.includes(event)).map(({ data }) => (data as { id: string }).id)
    expect(about).toEqual(own.filter(({ direction }) => direction === 'in').map(({ id }) => id))
    expect(await messages(world, session.uid, { phone: '6281399999999@s.whatsapp.net' as Jid, lid: null })).toEqual([])
  })
}

function openSends(use: Use): void {
  test('has sends that are open until they end; those of a later time do not count', async () => {
    const world = use()
    const session = await world.session()
    const open = () => world.store.persons.hasOpenSends(session.uid, PERSON, world.now + 60_000)
    await world.accept(session, { chat: BUDI })
    await world.accept(session, { chat: ANI, sendAt: world.now + HOUR })
    expect(await open()).toBe(false)
    const { message } = await world.accept(session, { chat: LID })
    expect(await open()).toBe(true)
    const remove = () =>
      world.store.persons.deleteMessages([message.id], { at: world.now, dueAfter: world.now + 60_000 })
    expect(await remove()).toBe(0)
    await world.store.messages.advanceStatus(message.id, { status: 'sent', at: world.now })
    expect(await open()).toBe(false)
    expect(await remove()).toBe(1)
  })
}

function forgetting(use: Use): void {
  test('is forgotten: messages, also those of a later time, events with deliveries, names; others stay', async () => {
    const world = use()
    const endpoint = await world.endpoint()
    const session = await world.session()
    await world.receive(session, { chat: ANI, senderAlt: LID })
    const other = (await world.receive(session, { chat: BUDI })).message
    await world.accept(session, { chat: ANI, sendAt: world.now + DAY })
    const ids = await messages(world, session.uid)
    expect(ids).toHaveLength(2)
    const { persons } = world.store
    expect(await persons.deleteMessages(ids as never, { at: world.now, dueAfter: world.now })).toBe(2)
    const seqs = (await events(world, session.uid)).map(({ seq }) => seq)
    expect(await persons.deleteEvents(session.uid, [...seqs, 99], world.now)).toBe(1)
    expect(await persons.deleteContact(session.uid, PERSON)).toBe(true)
    expect(await persons.deleteContact(session.uid, PERSON)).toBe(false)
    expect(only(await world.store.messages.listMessages(session.uid, { limit: 9 })).id).toBe(other.id)
    expect(only(await world.events(session.uid)).data).toMatchObject({ id: other.id })
    expect(await world.store.webhooks.listDeliveries(endpoint.id, { limit: 9 })).toHaveLength(1)
    expect(only(await world.store.chats.listContacts(session.uid, { limit: 9 })).phone).toBe(BUDI)
    expect(await world.store.messages.nextTimed(world.now)).toBeUndefined()
  })
}

function lanes(use: Use): void {
  test('does not hold up what waited behind it: deliveries and answers in groups go on', async () => {
    const world = use()
    await world.endpoint()
    const session = await world.session()
    const settings = { ...SETTINGS, replyGroupMessages: true }
    await world.store.automation.changeSettings(session.uid, () => ({ settings, isDefaultOn: true }))
    const first = (await world.receive(session, { chat: GROUP, participant: ANI })).message
    const second = (await world.receive(session, { chat: GROUP, participant: BUDI })).message
    const jobs = async () =>
      (await world.store.automation.dueJobs({ now: world.now, limit: 9, busy: new Set(), blocked: new Set() })).map(
        ({ message }) => message.id,
      )
    const due = async () => (await world.due()).map(({ event }) => (event.data as { id: string }).id)
    expect([await due(), await jobs()]).toEqual([[first.id], [first.id]])
    await world.store.persons.deleteMessages([first.id], { at: world.now, dueAfter: world.now })
    const { seq } = only(await events(world, session.uid))
    await world.store.persons.deleteEvents(session.uid, [seq], world.now)
    expect([await due(), await jobs()]).toEqual([[second.id], [second.id]])
  })
}

async function messages(world: World, session: SessionUid, person = PERSON): Promise<string[]> {
  const found: string[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page = await world.store.persons.messagesOf(session, person, { after, limit: 3 })
    found.push(...page.items.map(({ id }) => id))
    after = page.next
  }
  return found
}

async function events(world: World, session: SessionUid) {
  const found = []
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<World['store']['persons']['eventsOf']>> = await world.store.persons.eventsOf(
      session,
      PERSON,
      { after, limit: 3 },
    )
    found.push(...page.items)
    after = page.next
  }
  return found
}
