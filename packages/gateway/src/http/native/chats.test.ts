import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionUid } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import type { ScriptedAccount } from '../../engine/scripted/account.ts'
import { HttpRig } from '../test/http-rig.ts'

const ANI = '6281300000001'
const BUDI = '6281300000002'

let rig: HttpRig
let shop: SessionUid
let account: ScriptedAccount
beforeAll(async () => {
  rig = await HttpRig.open()
  shop = (await rig.rig.connected('shop')).uid
  account = rig.rig.engine.account(shop)
  rig.rig.engine.unregistered.add('6281399999999')
})
afterAll(() => rig.close())

let count = 0
async function receive(from: string, text: string, lid: Jid | null = null): Promise<string> {
  count += 1
  const waId = `3A00${count}`
  await rig.rig.store.messages.storeInbound(
    shop,
    {
      ...{ journalKey: waId, waId: waId as never, chat: phoneJid(from), participant: null, senderAlt: lid },
      ...{ fromMe: false, pushName: `Name of ${from}`, content: { type: 'text', text }, quote: null },
      ...{ timestamp: Date.now(), offline: false },
    },
    Date.now(),
  )
  return waId
}

const BASE = '/v1/sessions/shop'

describe('chats', () => {
  test('are listed with the last message, are read, and then have nothing unread', async () => {
    const ids = [await receive(ANI, 'one'), await receive(ANI, 'two', '777000001@lid' as Jid)]
    await receive(BUDI, 'three')
    const list = await rig.call('GET', `${BASE}/chats`)
    expect(list.body).toMatchObject({
      data: [
        { id: BUDI, name: `Name of ${BUDI}`, lid: null, unread: 1, last_message: { text: 'three', from: BUDI } },
        { id: ANI, lid: '777000001', unread: 2, last_message: { text: 'two' } },
      ],
      next_cursor: null,
    })
    const first = await rig.call('GET', `${BASE}/chats?limit=1`)
    const second = await rig.call('GET', `${BASE}/chats?limit=1&cursor=${first.body.next_cursor}`)
    expect([first, second].map(({ body }) => (body.data as { id: string }[])[0]?.id)).toEqual([BUDI, ANI])
    expect((await rig.call('POST', `${BASE}/chats/0${ANI.slice(2)}/read`)).body).toEqual({ read: 2 })
    expect(account.deeds.at(-1)).toEqual({ kind: 'read', chat: phoneJid(ANI), waIds: ids.toReversed() })
    const again = await rig.call('POST', `${BASE}/chats/${ANI}%40c.us/read`)
    expect(again.body).toEqual({ read: 0 })
    const after = await rig.call('GET', `${BASE}/chats`)
    expect((after.body.data as { unread: number }[]).map(({ unread }) => unread)).toEqual([1, 0])
  })

  test('contacts have phone number and LID', async () => {
    const { body } = await rig.call('GET', `${BASE}/contacts`)
    expect(body.data).toMatchObject([
      { id: ANI, phone: ANI, lid: '777000001', name: `Name of ${ANI}` },
      { id: BUDI, phone: BUDI, lid: null },
    ])
  })

  test('a contact shows what it says of itself, is blocked and let in again', async () => {
    const contact = `${BASE}/contacts/0${ANI.slice(2)}`
    const shown = {
      id: ANI,
      phone: ANI,
      lid: '777000001',
      name: `Name of ${ANI}`,
      about: 'Available',
      picture_url: null,
    }
    expect((await rig.call('GET', contact)).body).toEqual({ ...shown, blocked: false })
    expect((await rig.call('POST', `${contact}/block`)).status).toBe(204)
    expect((await rig.call('GET', contact)).body).toEqual({ ...shown, blocked: true })
    expect((await rig.call('GET', `${BASE}/blocked`)).body).toEqual({ data: [{ id: ANI, phone: ANI, lid: null }] })
    expect((await rig.call('POST', `${contact}/unblock`)).status).toBe(204)
    expect((await rig.call('GET', `${BASE}/blocked`)).body).toEqual({ data: [] })
    rig.rig.engine.unregistered.add('6281399999999')
    const nobody = await rig.call('GET', `${BASE}/contacts/6281399999999`)
    expect(nobody).toMatchObject({ status: 400, body: { code: 'not_registered' } })
    const group = await rig.call('POST', `${BASE}/contacts/120363000000000001@g.us/block`)
    expect(group.body.code).toBe('invalid_recipient')
  })

  test('show typing, recording and the end of it, and answer presence', async () => {
    for (const [body, state] of [
      [undefined, 'composing'],
      [{ state: 'recording' }, 'recording'],
      [{ state: 'paused' }, 'paused'],
    ] as const) {
      const answer = await rig.call('POST', `${BASE}/chats/${ANI}/typing`, { ...(body ? { body } : {}) })
      expect(answer.status).toBe(204)
      expect(account.deeds.at(-1)).toEqual({ kind: 'typing', chat: phoneJid(ANI), state })
    }
    expect((await rig.call('POST', `${BASE}/chats/${ANI}/presence`)).body).toEqual({
      state: 'available',
      last_seen: null,
    })
    const refusals = [
      ['typing', ANI, { state: 'sleeping' }, 'invalid_request'],
      ['typing', 'nobody', {}, 'invalid_recipient'],
      ['presence', '120363000000000001@g.us', undefined, 'invalid_recipient'],
    ] as const
    for (const [verb, chat, body, code] of refusals) {
      const answer = await rig.call('POST', `${BASE}/chats/${chat}/${verb}`, { ...(body ? { body } : {}) })
      expect(answer.body.code).toBe(code)
    }
  })
})

describe('groups', () => {
  test('are made, looked at, renamed, changed, invited to and left, each with its event', async () => {
    const body = { subject: 'Arisan', participants: [`0${ANI.slice(2)}`, '+62 813-9999-9999'] }
    const made = await rig.call('POST', `${BASE}/groups`, { body })
    expect(made).toMatchObject({
      status: 201,
      body: { subject: 'Arisan', participants: [{ admin: true }, { phone: ANI }], not_added: ['+62 813-9999-9999'] },
    })
    const id = made.body.id as string
    const path = `${BASE}/groups/${id.replace('@g.us', '')}`
    expect((await rig.call('GET', path)).body).toMatchObject({ id, subject: 'Arisan' })
    const renamed = await rig.call('PATCH', path, { body: { subject: 'RT 05' } })
    expect(renamed.body).toMatchObject({ id, subject: 'RT 05' })
    const change = (action: string, participants: string[]) =>
      rig.call('POST', `${path}/participants`, { body: { action, participants } })
    expect((await change('add', [BUDI, '6281399999999', ANI])).body.data).toEqual([
      { participant: BUDI, done: true, code: null },
      { participant: '6281399999999', done: false, code: '404' },
      { participant: ANI, done: false, code: '409' },
    ])
    for (const action of ['promote', 'demote', 'remove']) {
      expect((await change(action, [BUDI])).body.data).toEqual([{ participant: BUDI, done: true, code: null }])
    }
    const link = await rig.call('GET', `${path}/invite`)
    expect(link.body.link).toMatch(/^https:\/\/chat\.whatsapp\.com\/\w+$/)
    expect((await rig.call('POST', `${path}/invite`)).body.link).not.toBe(link.body.link)
    expect((await rig.call('POST', `${path}/leave`)).status).toBe(204)
    expect((await rig.call('GET', path)).body.code).toBe('group_not_found')
    const { body: events } = await rig.call('GET', '/v1/events?session=shop&types=group.updated&limit=200')
    expect(
      (events.data as { data: { group: string; change: string } }[]).map(({ data }) => [data.group, data.change]),
    ).toEqual(['created', 'subject', 'add', 'promote', 'demote', 'remove'].map((kind) => [id, kind]))
  })

  test('are made once for one Idempotency-Key', async () => {
    const body = { subject: 'Once', participants: [ANI] }
    const headers = { 'idempotency-key': 'group-once' }
    const calls = await Promise.all([1, 2, 3].map(() => rig.call('POST', `${BASE}/groups`, { body, headers })))
    expect(new Set(calls.map((answer) => answer.body.id)).size).toBe(1)
    expect(account.groups.filter(({ subject }) => subject === 'Once')).toHaveLength(1)
  })

  test.each([
    ['POST', '/groups', { subject: '', participants: [ANI] }, 'invalid_request'],
    ['POST', '/groups', { subject: 'x', participants: [] }, 'invalid_request'],
    ['POST', '/groups', { subject: 'x', participants: ['120363000000000001@g.us'] }, 'invalid_recipient'],
    ['GET', `/groups/${ANI}%40c.us`, undefined, 'invalid_request'],
    ['GET', '/groups/120363999999999999', undefined, 'group_not_found'],
    ['PATCH', '/groups/120363999999999999', { subject: 'x' }, 'group_not_found'],
    ['POST', '/groups/120363999999999999/participants', { action: 'adopt', participants: [ANI] }, 'invalid_request'],
  ])('%s %s %j is %s', async (method, path, body, code) => {
    const answer = await rig.call(method, BASE + path, { ...(body ? { body } : {}) })
    expect(answer.body.code).toBe(code)
  })
})

describe('who may', () => {
  test('a foreign tenant and a key of another session find nothing', async () => {
    await rig.rig.connected('other')
    await rig.gateway.access.createTenant({ id: 'foreign', name: 'Foreign' })
    const keys = [
      await rig.key(['send', 'read'], { tenant: 'foreign' }),
      await rig.key(['send', 'read'], { session: 'other' }),
    ]
    const group = `/groups/${account.groups[0]?.jid}`
    const calls = [
      ['GET', '/chats'],
      ['GET', '/contacts'],
      ['GET', `/contacts/${ANI}`],
      ['POST', `/contacts/${ANI}/block`],
      ['POST', `/contacts/${ANI}/unblock`],
      ['GET', '/blocked'],
      ['POST', `/chats/${ANI}/read`],
      ['POST', `/chats/${ANI}/typing`],
      ['POST', `/chats/${ANI}/presence`],
      ['POST', '/groups', { subject: 'x', participants: [ANI] }],
      ['GET', group],
      ['PATCH', group, { subject: 'x' }],
      ['POST', `${group}/participants`, { action: 'remove', participants: [ANI] }],
      ['GET', `${group}/invite`],
      ['POST', `${group}/invite`],
      ['POST', `${group}/leave`],
    ] as const
    const before = account.deeds.length
    for (const key of keys) {
      for (const [method, path, body] of calls) {
        const answer = await rig.call(method, BASE + path, { key, ...(body ? { body } : {}) })
        expect([path, answer.body.code]).toEqual([path, 'session_not_found'])
      }
    }
    expect(account.deeds).toHaveLength(before)
  })

  test('a key that may only read changes nothing, and without a connection nothing is asked', async () => {
    const reader = await rig.key(['read'])
    expect((await rig.call('POST', `${BASE}/chats/${ANI}/read`, { key: reader })).status).toBe(403)
    expect(
      (await rig.call('POST', `${BASE}/groups`, { key: reader, body: { subject: 'x', participants: [ANI] } })).status,
    ).toBe(403)
    await rig.call('POST', `${BASE}/stop`)
    await receive(ANI, 'while stopped')
    expect((await rig.call('POST', `${BASE}/chats/${ANI}/read`)).body.code).toBe('session_not_connected')
    expect((await rig.call('GET', `${BASE}/groups/120363000000000001`)).body.code).toBe('session_not_connected')
    const { body } = await rig.call('GET', `${BASE}/chats?limit=1`)
    expect(body.data).toMatchObject([{ id: ANI, unread: 1 }])
  })
})
