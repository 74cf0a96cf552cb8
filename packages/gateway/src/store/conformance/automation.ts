import { describe, expect, test } from 'vitest'
import type { AutomationJob, AutomationSettings, Reply, Rule } from '../../automation/ports.ts'
import { type JobId, newId, type RuleId, type SessionUid, type WaMessageId } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import type { SessionRecord } from '../../core/session.ts'
import { ANI, BUDI, only, type Use, type World } from './world.ts'

/** What {@link AutomationStore} promises. */
export function automationConformance(use: Use): void {
  describe('automation', () => {
    rules(use)
    settings(use)
    recording(use)
    switching(use)
    lanes(use)
    plans(use)
  })
}

function rules(use: Use): void {
  test('rules are listed in their order, and a new one is the last', async () => {
    const world = use()
    const session = await world.session()
    const [a, b, c] = [await rule(world, session, 5), await rule(world, session), await rule(world, session, 1)]
    expect([a?.order, b?.order, c?.order]).toEqual([5, 6, 1])
    const { automation } = world.store
    const order = async (page: { limit: number; cursor?: RuleId }) =>
      (await automation.listRules(session.uid, page)).map(({ id }) => id)
    expect(await order({ limit: 9 })).toEqual([c?.id, a?.id, b?.id])
    expect(await order({ limit: 1, ...(c && { cursor: c.id }) })).toEqual([a?.id])
    expect(await order({ limit: 9, ...(b && { cursor: b.id }) })).toEqual([])
    expect(await automation.listRules((await world.session()).uid, { limit: 9 })).toEqual([])
  })

  test('a rule is found by its session as it was stored, changes what a patch names, and is deleted', async () => {
    const world = use()
    const { automation } = world.store
    const [session, other] = [await world.session(), await world.session()]
    const stored = await rule(world, session)
    if (!stored) throw new Error('no rule')
    expect(await automation.getRule(session.uid, stored.id)).toEqual(stored)
    expect(await automation.getRule(other.uid, stored.id)).toBeUndefined()
    const patch = { keyword: 'b', match: 'any', enabled: false, order: 0 } as const
    expect(await automation.updateRule(other.uid, stored.id, patch)).toBeUndefined()
    expect(await automation.updateRule(session.uid, stored.id, patch)).toEqual({ ...stored, ...patch })
    expect(await automation.getRule(session.uid, stored.id)).toEqual({ ...stored, ...patch })
    expect(await automation.deleteRule(other.uid, stored.id)).toBe(false)
    expect(await automation.deleteRule(session.uid, stored.id)).toBe(true)
    expect(await automation.deleteRule(session.uid, stored.id)).toBe(false)
  })

  test('a session has no more of them than it may', async () => {
    const world = use()
    const session = await world.session()
    expect(await rule(world, session, null, 1)).toBeDefined()
    expect(await rule(world, session, null, 1)).toBeUndefined()
    expect(await rule(world, await world.session(), null, 1)).toBeDefined()
  })
}

function settings(use: Use): void {
  test('settings are kept for each session, and go with it', async () => {
    const world = use()
    const { automation } = world.store
    const session = await world.session()
    expect(await automation.getSettings(session.uid)).toBeUndefined()
    await automation.changeSettings(session.uid, () => ({ settings: SETTINGS, isDefaultOn: true }))
    const changes = ['+1', '+2'].map((zone) =>
      automation.changeSettings(session.uid, (before = SETTINGS) => {
        const timeZone = before.timeZone === '+1' ? zone : '+1'
        return { settings: { ...before, timeZone }, isDefaultOn: true }
      }),
    )
    expect((await Promise.all(changes)).map(({ timeZone }) => timeZone)).toEqual(['+1', '+2'])
    await world.restart()
    expect(await world.store.automation.getSettings(session.uid)).toEqual({ ...SETTINGS, timeZone: '+2' })
    await rule(world, session)
    await world.receive(session)
    await world.store.sessions.deleteSession(session.uid)
    expect(await world.store.automation.getSettings(session.uid)).toBeUndefined()
    expect(await world.store.automation.listRules(session.uid, { limit: 9 })).toEqual([])
    expect(await jobs(world)).toEqual([])
  })
}

function recording(use: Use): void {
  test('messages are recorded with what they are, once, and only where the session answers by itself', async () => {
    const world = use()
    const session = await world.session()
    await world.receive(session)
    expect(await jobs(world)).toEqual([])
    await rule(world, session)
    const inbound = world.inbound({ offline: true })
    const { message } = await world.store.messages.storeInbound(session.uid, inbound, world.now)
    await world.store.messages.storeInbound(session.uid, inbound, world.now)
    const offline = { offline: true, ownPhone: session.phone, createdAt: world.now, attempts: 0 }
    expect(only(await jobs(world))).toMatchObject({ message, ...offline, replies: null, plannedAt: null })
    await world.receive(await world.session())
    expect(await jobs(world)).toHaveLength(1)
  })

  test('own messages, broadcasts, and what only changes another message, are not', async () => {
    const world = use()
    const session = await world.session()
    await rule(world, session)
    const target = { waId: 'X' as WaMessageId, fromMe: true }
    await world.receive(session, { fromMe: true })
    await world.receive(session, { chat: 'status@broadcast' as Jid, participant: ANI })
    await world.receive(session, { chat: '120363000000000001@newsletter' as Jid })
    await world.receive(session, { content: { type: 'reaction', target, emoji: '👍' } })
    await world.receive(session, { content: { type: 'edit', target, text: 'x' } })
    await world.receive(session, { content: { type: 'revoke', target } })
    await world.receive(session, { content: { type: 'unsupported', kind: 'x' } })
    expect(await jobs(world)).toEqual([])
  })

  test('the stub of an undecryptable message is recorded when it is filled in', async () => {
    const world = use()
    const session = await world.session()
    await rule(world, session)
    const inbound = world.inbound()
    await world.store.messages.storeUndecryptable(session.uid, inbound, world.now)
    expect(await jobs(world)).toEqual([])
    await world.store.messages.storeInbound(session.uid, inbound, world.now)
    expect(only(await jobs(world)).message.content).toEqual(inbound.content)
  })

  test('listeners hear of it after the commit', async () => {
    const world = use()
    const session = await world.session()
    let rings = 0
    const stop = world.store.automation.onJobs(() => {
      rings += 1
    })
    await world.receive(session)
    expect(rings).toBe(0)
    await rule(world, session)
    await world.receive(session)
    expect(rings).toBe(1)
    stop()
    await world.receive(session)
    expect(rings).toBe(1)
  })
}

function switching(use: Use): void {
  test('rules and settings count from the next message on', async () => {
    const world = use()
    const { automation } = world.store
    const session = await world.session()
    const received = async (over: Parameters<World['receive']>[1] = {}) => {
      const before = (await jobs(world)).length
      await world.receive(session, { chat: phoneJid(`6281399${world.next() + 10_000}`), ...over })
      return (await jobs(world)).length - before
    }
    const inGroup = () => received({ chat: `12036300000000${world.next() + 1_000}@g.us` as Jid, participant: ANI })
    expect(await received()).toBe(0)
    const made = await rule(world, session)
    if (!made) throw new Error('no rule')
    expect([await received(), await inGroup()]).toEqual([1, 0])
    await automation.updateRule(session.uid, made.id, { enabled: false })
    expect(await received()).toBe(0)
    await automation.changeSettings(session.uid, () => ({
      settings: { ...SETTINGS, replyGroupMessages: true },
      isDefaultOn: true,
    }))
    expect([await received(), await inGroup()]).toEqual([1, 1])
    await automation.changeSettings(session.uid, () => ({
      settings: { ...SETTINGS, replyMessages: false },
      isDefaultOn: true,
    }))
    expect(await received()).toBe(0)
    await automation.changeSettings(session.uid, () => ({ settings: SETTINGS, isDefaultOn: false }))
    expect(await received()).toBe(0)
    await automation.updateRule(session.uid, made.id, { enabled: true })
    await automation.deleteRule(session.uid, made.id)
    expect(await received()).toBe(0)
  })
}

function lanes(use: Use): void {
  test('of a chat only the oldest is due, and the next one as soon as it ends', async () => {
    const world = use()
    const session = await world.session()
    await rule(world, session)
    const ids = [await received(world, session, ANI), await received(world, session, ANI)]
    const other = await received(world, session, BUDI)
    expect(await messages(world)).toEqual([ids[0], other])
    const [first] = await jobs(world)
    if (!first) throw new Error('no job')
    await world.store.automation.settleJob(first.id, { kind: 'retry', dueAt: world.now + 5_000, reason: 'x' })
    expect(await messages(world)).toEqual([other])
    expect(await world.store.automation.nextJobAt(world.now)).toBe(world.now + 5_000)
    world.now += 5_000
    expect((await jobs(world)).find(({ id }) => id === first.id)?.attempts).toBe(1)
    await world.store.automation.settleJob(first.id, { kind: 'ended', at: world.now, reason: null })
    await world.store.automation.settleJob(first.id, { kind: 'retry', dueAt: world.now, reason: 'late' })
    expect((await messages(world)).sort()).toEqual([other, ids[1]].sort())
  })

  test('none of the busy ones, none of blocked sessions, and no more than asked for', async () => {
    const world = use()
    const [a, b] = [await world.session(), await world.session()]
    for (const session of [a, b]) await rule(world, session)
    await received(world, a, ANI)
    await received(world, a, BUDI)
    await received(world, b, ANI)
    const due = async (over: { busy?: JobId[]; blocked?: SessionUid[]; limit?: number }) => {
      const { busy = [], blocked = [], limit = 9 } = over
      const query = { now: world.now, limit, busy: new Set(busy), blocked: new Set(blocked) }
      return (await world.store.automation.dueJobs(query)).map(({ id }) => id)
    }
    const all = await due({})
    expect(all).toHaveLength(3)
    expect(await due({ limit: 1 })).toEqual(all.slice(0, 1))
    expect(await due({ busy: all.slice(0, 1) })).toEqual(all.slice(1))
    expect(await due({ blocked: [a.uid], limit: 1 })).toEqual(all.slice(2))
  })

  test('what ended long ago is deleted', async () => {
    const world = use()
    const session = await world.session()
    await rule(world, session)
    for (const chat of [ANI, BUDI]) await received(world, session, chat)
    const [first] = await jobs(world)
    if (first) await world.store.automation.settleJob(first.id, { kind: 'ended', at: world.now, reason: null })
    expect(await world.store.automation.pruneJobs(world.now, 9)).toBe(0)
    expect(await world.store.automation.pruneJobs(world.now + 1, 9)).toBe(1)
    expect(await jobs(world)).toHaveLength(1)
  })
}

function plans(use: Use): void {
  test('what is replied is decided once, also over a restart, and remembers what cannot be sent', async () => {
    const world = use()
    const session = await world.session()
    await rule(world, session)
    await received(world, session, ANI)
    const { id } = only(await jobs(world))
    const guard = { at: world.now, since: world.now - 1, limit: 9 }
    expect(await world.store.automation.planReplies(id, [text('a'), text('b')], guard)).toEqual([text('a'), text('b')])
    await world.restart()
    expect(await world.store.automation.planReplies(id, [text('c')], guard)).toEqual([text('a'), text('b')])
    await world.store.automation.refuseReply(id, 1, 'media_gone')
    await world.store.automation.refuseReply(id, 7, 'nothing')
    const planned = { replies: [text('a'), { kind: 'refused', why: 'media_gone' }], plannedAt: world.now }
    expect(only(await jobs(world))).toMatchObject(planned)
  })

  test('no more replies are planned for a chat than may be in the time', async () => {
    const world = use()
    const { automation } = world.store
    const session = await world.session()
    await rule(world, session)
    const plan = async (chat: Jid, count: number) => {
      await received(world, session, chat)
      const job = (await jobs(world)).find(({ message }) => message.chat === chat)
      if (!job) throw new Error('no job')
      const guard = { at: world.now, since: world.now - 60_000, limit: 5 }
      const stored = await automation.planReplies(
        job.id,
        Array.from({ length: count }, () => text('x')),
        guard,
      )
      await automation.settleJob(job.id, { kind: 'ended', at: world.now, reason: null })
      return stored.length
    }
    expect([await plan(ANI, 3), await plan(ANI, 3), await plan(ANI, 1)]).toEqual([3, 2, 0])
    expect(await plan(BUDI, 6)).toBe(5)
    expect(await automation.countReplies(session.uid, ANI, world.now - 60_000)).toBe(5)
    world.now += 60_001
    expect(await automation.countReplies(session.uid, ANI, world.now - 60_000)).toBe(0)
    expect(await plan(ANI, 4)).toBe(4)
  })
}

export const SETTINGS: AutomationSettings = {
  defaultMessage: 'Hi',
  sendDefaultMessage: true,
  replyMessages: true,
  replyGroupMessages: false,
  replyUnreadMessages: false,
  activeDays: {
    monday: true,
    tuesday: true,
    wednesday: true,
    thursday: true,
    friday: true,
    saturday: true,
    sunday: false,
  },
  activeHours: { from: '9:00', to: 'always' },
  timeZone: 'Asia/Jakarta',
}

function text(words: string): Reply {
  return { kind: 'content', content: { type: 'text', text: words } }
}

function rule(world: World, session: SessionRecord, order: number | null = null, limit = 9): Promise<Rule | undefined> {
  const action = { type: 'webhook', url: 'https://example.com', webhookkey: 'k' } as const
  const made = { id: newId('rul'), sessionUid: session.uid, keyword: 'a', match: 'exact', action } as const
  return world.store.automation.createRule({ ...made, enabled: true, order, createdAt: world.now }, limit)
}

async function received(world: World, session: SessionRecord, chat: Jid): Promise<string> {
  return (await world.receive(session, { chat })).message.id
}

function jobs(world: World): Promise<AutomationJob[]> {
  return world.store.automation.dueJobs({ now: world.now, limit: 99, busy: new Set(), blocked: new Set() })
}

async function messages(world: World): Promise<string[]> {
  return (await jobs(world)).map(({ message }) => message.id)
}
