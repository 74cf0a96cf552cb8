import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
  await rig.rig.connected('shop')
})
afterAll(() => rig.close())

const RULES = '/v1/sessions/shop/rules'
const reply = (...texts: string[]) => ({ type: 'reply', messages: texts.map((text) => ({ type: 'text', text })) })

describe('a rule', () => {
  test('is made with its defaults, listed in order, changed and deleted', async () => {
    const first = await rig.call('POST', RULES, { body: { keyword: 'Price', action: reply('Rp 10.000') } })
    expect(first).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^rul_/),
        keyword: 'Price',
        match: 'exact',
        action: reply('Rp 10.000'),
        enabled: true,
        order: 1,
        created_at: expect.stringMatching(/Z$/),
      },
    })
    const hook = { type: 'webhook', url: 'http://127.0.0.1:9/ask', webhookkey: 'sesame' }
    const second = await rig.call('POST', RULES, {
      body: { keyword: 'offer#', match: 'prefix', action: hook, order: 0 },
    })
    expect(second.body).toMatchObject({ match: 'prefix', action: hook, order: 0 })
    const third = await rig.call('POST', RULES, { body: { match: 'any', action: reply('Hi'), enabled: false } })
    expect(third.body).toMatchObject({ keyword: '', match: 'any', enabled: false, order: 2 })

    const page = await rig.call('GET', `${RULES}?limit=2`)
    expect(ids(page)).toEqual([second.body.id, first.body.id])
    expect(ids(await rig.call('GET', `${RULES}?cursor=${page.body.next_cursor}`))).toEqual([third.body.id])

    const changed = await rig.call('PATCH', `${RULES}/${first.body.id}`, {
      body: { order: 9, action: reply('a', 'b') },
    })
    expect(changed).toMatchObject({ status: 200, body: { keyword: 'Price', order: 9, action: reply('a', 'b') } })
    expect(ids(await rig.call('GET', RULES))).toEqual([second.body.id, third.body.id, first.body.id])

    expect((await rig.call('DELETE', `${RULES}/${first.body.id}`)).status).toBe(204)
    for (const method of ['DELETE', 'PATCH']) {
      const gone = await rig.call(method, `${RULES}/${first.body.id}`, method === 'PATCH' ? { body: { order: 1 } } : {})
      expect(gone).toMatchObject({ status: 404, body: { code: 'rule_not_found' } })
    }
  })

  test('shows its messages as they were given', async () => {
    const stored = await fetch(`${rig.url}/v1/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.admin}`, 'content-type': 'application/pdf' },
      body: '%PDF-1.4 a file',
    })
    const { id } = (await stored.json()) as { id: string }
    const messages = [
      { type: 'location', latitude: -6.2, longitude: 106.8, name: 'Monas' },
      { type: 'document', media: { id }, file_name: 'offer.pdf', caption: 'The offer' },
      { type: 'image', media: { url: 'http://127.0.0.1:9/a.png' }, view_once: true },
      { type: 'text', text: 'Ask @6281300000001', mentions: ['6281300000001'] },
      { type: 'poll', question: 'When?', options: ['Monday', 'Friday'], selectable: 1 },
      { type: 'contacts', contacts: [{ name: 'Budi', phones: [{ number: '6281300000001' }] }] },
      {
        type: 'list',
        text: 'Menu',
        button_text: 'Open',
        sections: [{ title: 'Hot', rows: [{ id: 'tea', title: 'Tea' }] }],
      },
      { type: 'buttons', text: 'Deliver?', buttons: [{ kind: 'reply', id: 'yes', title: 'Yes' }] },
    ]
    const made = await rig.call('POST', RULES, { body: { keyword: 'x', action: { type: 'reply', messages } } })
    expect(made.body.action).toEqual({ type: 'reply', messages })
  })

  test.each([
    [{}, 'invalid_request', '/action'],
    [{ action: reply('a') }, 'invalid_request', '/keyword'],
    [{ keyword: ' # ', action: reply('a') }, 'invalid_request', '/keyword'],
    [{ keyword: 'a#b', action: reply('a') }, 'invalid_request', '/keyword'],
    [{ keyword: 'a', match: 'any', action: reply('a') }, 'invalid_request', '/keyword'],
    [{ keyword: 'a', match: 'like', action: reply('a') }, 'invalid_request', '/match'],
    [{ keyword: '(?=a)', match: 'regex', action: reply('a') }, 'invalid_request', '/keyword'],
    [{ keyword: '(a)\\1', match: 'regex', action: reply('a') }, 'invalid_request', '/keyword'],
    [{ keyword: 'a', action: { type: 'reply' } }, 'invalid_request', '/action/messages'],
    [{ keyword: 'a', action: { type: 'reply', messages: [] } }, 'invalid_request', '/action/messages'],
    [{ keyword: 'a', action: { ...reply('a'), url: 'http://127.0.0.1/' } }, 'invalid_request', '/action/url'],
    [{ keyword: 'a', action: { type: 'webhook' } }, 'invalid_request', '/action/url'],
    [{ keyword: 'a', action: { type: 'webhook', url: 'http://10.0.0.1/' } }, 'url_not_allowed', '/action/url'],
    [message({ type: 'text' }), 'invalid_request', '/action/messages/0/text'],
    [message({ type: 'text', text: 'a', caption: 'b' }), 'invalid_request', '/action/messages/0/caption'],
    [message({ type: 'location', latitude: 1 }), 'invalid_request', '/action/messages/0/longitude'],
    [message({ type: 'image' }), 'invalid_request', '/action/messages/0/media'],
    [message({ type: 'image', media: { base64: 'AAAA' } }), 'invalid_request', '/action/messages/0/media/base64'],
    [message({ type: 'text', text: 'a', to: '1' }), 'invalid_request', '/action/messages/0/to'],
    [message({ type: 'forward', message: 'msg_x' }), 'invalid_request', '/action/messages/0/type'],
    [message({ type: 'poll', question: 'a', options: ['b'] }), 'invalid_request', '/action/messages/0/options'],
    [message({ type: 'image', media: {} }), 'invalid_request', '/action/messages/0/media'],
    [
      message({ type: 'image', media: { url: 'file:///etc/passwd' } }),
      'url_not_allowed',
      '/action/messages/0/media/url',
    ],
    [message({ type: 'image', media: { id: 'med_x' } }), 'media_not_found', undefined],
  ])('%j is refused as %s at %s', async (body, code, field) => {
    const refused = await rig.call('POST', RULES, { body })
    expect(refused.body.code).toBe(code)
    const fields = (refused.body.errors ?? []) as { field: string }[]
    expect(fields.map((fault) => fault.field)).toEqual(field === undefined ? [] : [field])
  })

  test('is not made for a session that is not there, and a session has an end of them', async () => {
    const body = { keyword: 'a', action: reply('a') }
    expect((await rig.call('POST', '/v1/sessions/none/rules', { body })).body.code).toBe('session_not_found')
    await rig.rig.unpaired('full')
    const { uid } = await rig.rig.session('full')
    const rule = { sessionUid: uid, keyword: 'a', match: 'exact', enabled: true, order: null, createdAt: 0 } as const
    const action = { type: 'reply', messages: [] } as const
    const make = (n: number) =>
      rig.rig.store.automation.createRule(
        { ...rule, id: `rul_${n}` as never, action: { ...action, messages: [] } },
        500,
      )
    await Promise.all(Array.from({ length: 500 }, (_, n) => make(n)))
    const refused = await rig.call('POST', '/v1/sessions/full/rules', { body })
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', detail: expect.stringContaining('500') },
    })
  })
})

describe('how a session answers by itself', () => {
  const DEFAULTS = {
    default_msg: '',
    send_default_msg: false,
    reply_msgs: true,
    reply_group_msgs: false,
    reply_unread_msgs: false,
    active_hours: { from: 'always', to: 'always' },
    timezone: 'Asia/Jakarta',
  }

  test('is shown with the session, and changed by what is named', async () => {
    const settings = async () => (await rig.call('GET', '/v1/sessions/shop')).body.settings
    expect(await settings()).toMatchObject({ ...DEFAULTS, active_days: { monday: true, sunday: true } })
    const change = { default_msg: '{Hi|Hello} [name]', send_default_msg: true, active_days: { sunday: false } }
    const changed = await rig.call('PATCH', '/v1/sessions/shop', { body: { settings: change } })
    const after = { ...DEFAULTS, ...change, active_days: { monday: true, sunday: false } }
    expect(changed).toMatchObject({ status: 200, body: { id: 'shop', settings: after } })
    await rig.call('PATCH', '/v1/sessions/shop', { body: { settings: { active_hours: { to: '5:00' } } } })
    expect(await settings()).toMatchObject({ ...after, active_hours: { from: 'always', to: '5:00' } })
    await rig.call('PATCH', '/v1/sessions/shop', { body: { name: 'The shop' } })
    expect(await settings()).toMatchObject({ ...after, active_hours: { from: 'always', to: '5:00' } })
  })

  test('may be said when the session is made', async () => {
    const body = { id: 'night', settings: { active_hours: { from: '22:00', to: '5:00' }, timezone: '+1' } }
    const made = await rig.call('POST', '/v1/sessions', { body })
    expect(made).toMatchObject({ status: 201, body: { settings: { ...DEFAULTS, ...body.settings } } })
  })

  test.each([
    [{ active_hours: { from: '25:00' } }, '/settings/active_hours/from'],
    [{ active_hours: { to: 'noon' } }, '/settings/active_hours/to'],
    [{ timezone: 'Mars/Olympus' }, '/settings/timezone'],
    [{ active_days: { mittwoch: true } }, '/settings/active_days/mittwoch'],
    [{ reply_msgs: 'yes' }, '/settings/reply_msgs'],
    [{ unknown: 1 }, '/settings/unknown'],
  ])('%j is refused, and nothing is made or changed', async (settings, field) => {
    const before = (await rig.call('GET', '/v1/sessions/shop')).body
    const calls = [
      ['PATCH', '/v1/sessions/shop', { name: 'new', settings }],
      ['POST', '/v1/sessions', { id: 'never', settings }],
    ] as const
    for (const [method, path, body] of calls) {
      const refused = await rig.call(method, path, { body })
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ field }] } })
    }
    expect((await rig.call('GET', '/v1/sessions/shop')).body).toEqual(before)
    expect((await rig.call('GET', '/v1/sessions/never')).status).toBe(404)
  })
})

function ids({ body }: { body: Record<string, unknown> }): unknown[] {
  return (body.data as { id: string }[]).map(({ id }) => id)
}

function message(body: object) {
  return { keyword: 'a', action: { type: 'reply', messages: [body] } }
}

test('a text is tried on rules and settings as they are, and nothing is sent or asked', async () => {
  await rig.rig.connected('trial')
  const rules = '/v1/sessions/trial/rules'
  const attempt = async (text: string, more: object = {}) =>
    (await rig.call('POST', `${rules}/try`, { body: { text, ...more } })).body
  expect(await attempt('price')).toEqual({ outcome: 'nothing', reason: 'no_rule', rule: null })
  const price = await rig.call('POST', rules, { body: { keyword: 'price', action: reply('Rp 10.000') } })
  const url = 'http://127.0.0.1:9/ask'
  const hook = await rig.call('POST', rules, { body: { keyword: 'offer#', action: { type: 'webhook', url } } })
  expect(await attempt(' PRICE ')).toEqual({
    ...{ outcome: 'reply', reason: null, rule: price.body.id },
    messages: [{ type: 'text', text: 'Rp 10.000' }],
  })
  expect(await attempt('offer#Ani')).toEqual({ outcome: 'webhook', reason: null, rule: hook.body.id, url })
  expect(await attempt('price', { in_group: true })).toMatchObject({ outcome: 'nothing', reason: 'group' })
  await rig.call('PATCH', '/v1/sessions/trial', {
    body: { settings: { send_default_msg: true, default_msg: 'Hi [name]' } },
  })
  expect(await attempt('else', { name: 'Ani' })).toMatchObject({
    ...{ outcome: 'reply', rule: null, messages: [{ type: 'text', text: 'Hi Ani' }] },
  })
  expect((await rig.call('GET', '/v1/sessions/trial/messages')).body.data).toEqual([])
  expect((await rig.call('POST', '/v1/sessions/none/rules/try', { body: { text: 'x' } })).status).toBe(404)
})
