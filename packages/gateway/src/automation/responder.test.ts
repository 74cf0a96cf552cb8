import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WaMessageId } from '../core/ids.ts'
import { type Jid, phoneJid } from '../core/jid.ts'
import { inbound } from '../messages/test/rig.ts'
import { AutomationRig, CONTACT, OWN, TENANT, textReply, until } from './test/rig.ts'

const GROUP = '120363012345678901@g.us' as Jid

let rig: AutomationRig

beforeEach(async () => {
  rig = await AutomationRig.open()
})
afterEach(() => rig.close())

const rule = (keyword: string, ...texts: string[]) =>
  rig.rule({ keyword, action: { type: 'reply', messages: texts.map(textReply) } })
const settings = (patch: Parameters<typeof rig.automation.updateSettings>[2]) =>
  rig.automation.updateSettings(TENANT, 'shop', patch)

describe('a message with a keyword', () => {
  test('is answered in its chat, in order, by the first rule that matches', async () => {
    await rule('harga', 'Rp 10.000', 'Mau pesan?')
    await rig.rule({ keyword: '', match: 'any', action: { type: 'reply', messages: [textReply('Halo')] } })
    await rule('harga', 'never')
    await rig.write(' HARGA ')
    await rig.write('apa kabar')
    expect(await rig.sent()).toEqual(['Rp 10.000', 'Mau pesan?', 'Halo'])
    expect((await rig.account()).accepted.map(({ to }) => to)).toEqual([CONTACT, CONTACT, CONTACT])
  })

  test('is answered as the rules are now: changed, switched off, reordered, deleted', async () => {
    const first = await rule('harga', 'old')
    await rig.automation.updateRule(TENANT, 'shop', first.id, {
      action: { type: 'reply', messages: [textReply('new')] },
    })
    await rig.write('harga')
    const second = await rule('harga', 'first')
    await rig.automation.updateRule(TENANT, 'shop', second.id, { order: 0 })
    expect(await rig.rules()).toEqual([second.id, first.id])
    await rig.write('harga')
    await rig.automation.updateRule(TENANT, 'shop', second.id, { enabled: false })
    await rig.write('harga')
    await rig.automation.removeRule(TENANT, 'shop', first.id)
    await rig.write('harga')
    expect(await rig.sent()).toEqual(['new', 'first', 'new'])
  })

  test('may be a caption or the title of a choice', async () => {
    await rule('harga', 'Rp 10.000')
    await rig.write('', { content: { type: 'buttonReply', id: 'b1', title: 'Harga' } })
    await rig.write('', { content: { type: 'location', latitude: 1, longitude: 2 } })
    expect(await rig.sent()).toEqual(['Rp 10.000'])
  })

  test('is not answered where nobody asked for automation', async () => {
    await rig.write('harga')
    expect(await rig.sent()).toEqual([])
    expect(await rig.rig.store.automation.pruneJobs(Number.MAX_SAFE_INTEGER, 10)).toBe(0)
  })
})

describe('what is never answered', () => {
  beforeEach(() => rig.rule({ keyword: '', match: 'any', action: { type: 'reply', messages: [textReply('Halo')] } }))

  test.each([
    ['own messages', { fromMe: true }, CONTACT],
    ['its own number', {}, phoneJid(OWN.phone)],
    ['its own LID', {}, OWN.lid],
    ['status broadcasts', { participant: CONTACT }, 'status@broadcast' as Jid],
    [
      'reactions',
      { content: { type: 'reaction', target: { waId: 'X' as WaMessageId, fromMe: true }, emoji: '👍' } as const },
      CONTACT,
    ],
    ['groups, until they are switched on', { participant: CONTACT }, GROUP],
  ])('%s', async (_what, over, chat) => {
    await rig.write('halo', over, chat)
    await rig.write('halo')
    expect((await rig.account()).accepted.map(({ to }) => to)).toEqual([CONTACT])
  })

  test('what waited while the session was away, until that is switched on', async () => {
    const account = await rig.account()
    const away = async (waId: string) => {
      account.opensItself = false
      account.drop()
      await until('it connects again', () => account.live ?? undefined)
      account.deliver(inbound(waId, 'halo'))
      account.opensItself = true
      account.connection.open()
      await until('it is stored', async () => {
        const stored = await rig.rig.messages.list(TENANT, 'shop', { direction: 'in', limit: 9 })
        return stored.some((message) => message.waId === waId) ? true : undefined
      })
      await rig.untilQuiet()
    }
    await away('AWAY1')
    expect(await rig.sent()).toEqual([])
    await settings({ replyUnreadMessages: true })
    await away('AWAY2')
    expect(await rig.sent()).toEqual(['Halo'])
  })

  test('anything, once replies are switched off', async () => {
    await settings({ replyMessages: false })
    await rig.write('halo')
    expect(await rig.sent()).toEqual([])
  })

  test('anything outside of active days and hours', async () => {
    const hour = (later: number) => `${(new Date().getUTCHours() + later) % 24}:00`
    await settings({ timeZone: 'UTC', activeHours: { from: hour(2), to: hour(3) } })
    await rig.write('halo')
    expect(await rig.sent()).toEqual([])
    await settings({ activeHours: { from: hour(23), to: hour(3) } })
    await rig.write('halo')
    expect(await rig.sent()).toEqual(['Halo'])
    const off = Object.fromEntries(
      Object.keys((await rig.automation.settings(TENANT, 'shop')).activeDays).map((day) => [day, false]),
    )
    await settings({ activeDays: off })
    await rig.write('halo')
    expect(await rig.sent()).toEqual(['Halo'])
  })
})

describe('the default message', () => {
  test('answers where no rule matched, filled in', async () => {
    await settings({ sendDefaultMessage: true, defaultMessage: '{Hi|Hello} [name] ([number])' })
    await rule('harga', 'Rp 10.000')
    await rig.write('apa kabar')
    await rig.write('harga')
    expect(await rig.sent()).toEqual(['Hi Budi (6281300000001)', 'Rp 10.000'])
  })

  test('answers the member of a group in the group, once groups are switched on', async () => {
    await settings({ sendDefaultMessage: true, defaultMessage: '[number]', replyGroupMessages: true })
    await rig.write('halo', { participant: phoneJid('6281300000009') }, GROUP)
    expect((await rig.account()).accepted.map(({ to, content }) => [to, content])).toEqual([
      [GROUP, { type: 'text', text: '6281300000009' }],
    ])
  })
})

test('bots that answer one another are stopped after so many replies a minute and chat', async () => {
  await rig.close()
  rig = await AutomationRig.open({ repliesPerMinute: 5 })
  await rig.rule({ keyword: '', match: 'any', action: { type: 'reply', messages: [textReply('a'), textReply('b')] } })
  for (let n = 0; n < 6; n++) await rig.write('halo')
  expect(await rig.sent()).toEqual(['a', 'b', 'a', 'b', 'a'])
  await rig.write('halo', {}, phoneJid('6281300000002'))
  expect(await rig.sent()).toHaveLength(7)
})

test('a hundred messages in ten chats are each answered once, in order within their chat', async () => {
  await rig.close()
  rig = await AutomationRig.open({ repliesPerMinute: 1_000 })
  await rig.rule({
    keyword: '',
    match: 'any',
    action: { type: 'webhook', url: 'http://127.0.0.1:9/none', webhookkey: null },
    enabled: false,
  })
  for (let n = 0; n < 10; n++) await rule(`k${n}`, `${n}a`, `${n}b`)
  for (let n = 0; n < 10; n++) {
    for (let chat = 0; chat < 10; chat++) await rig.say(`k${n}`, {}, phoneJid(`62813000001${chat}`))
  }
  await rig.untilQuiet()
  const { accepted } = await rig.account()
  const expected = Array.from({ length: 10 }, (_, n) => [`${n}a`, `${n}b`]).flat()
  for (let chat = 0; chat < 10; chat++) {
    const there = accepted.filter(({ to }) => to === phoneJid(`62813000001${chat}`))
    expect(there.map(({ content }) => ('text' in content ? content.text : ''))).toEqual(expected)
  }
})
