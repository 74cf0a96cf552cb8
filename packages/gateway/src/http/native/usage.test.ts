import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NO_QUOTAS } from '../../core/quota.ts'
import { HttpRig } from '../test/http-rig.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open({ quotas: { ...NO_QUOTAS, numberChecksPerMonth: 50 } })
  await rig.rig.connected('shop')
})
afterAll(() => rig.close())

const send = (text: string, headers: Record<string, string> = {}) =>
  rig.call('POST', '/v1/sessions/shop/messages', { body: { to: '6281311110001', type: 'text', text }, headers })
const limit = (quotas: object) => rig.call('PATCH', '/v1/tenants/default', { body: { quotas } })
const usedMessages = async () => {
  const { body } = await rig.call('GET', '/v1/usage')
  return (body.quotas as { kind: string; used: number }[])
    .filter(({ kind }) => kind === 'messages')
    .map(({ used }) => used)
}

describe('quotas of messages', () => {
  test('50 sends at once never get more than there is; a refused one changes nothing', async () => {
    const [before = 0] = await usedMessages()
    await limit({ messages_per_month: before + 20 })
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send(`at once ${index}`)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(20)
    const refused = answers.find(({ status }) => status !== 202)
    expect(refused).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } })
    const wait = Number(refused?.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(31 * 86_400)
    expect(await usedMessages()).toEqual([before + 20, before + 20])
  })

  test('a day has its own; a repetition under its key is no second message', async () => {
    const [, today = 0] = await usedMessages()
    await limit({ messages_per_month: null, messages_per_day: today + 1 })
    const first = await send('once', { 'idempotency-key': 'quota-1' })
    expect(first.status).toBe(202)
    expect((await send('once', { 'idempotency-key': 'quota-1' })).body.id).toBe(first.body.id)
    expect(await send('twice')).toMatchObject({ status: 429, body: { detail: expect.stringContaining('of this day') } })
    await limit({ messages_per_day: null })
    expect((await send('three')).status).toBe(202)
  })

  test('numbers that are looked up have one too, by the gateway’s setting', async () => {
    const check = (count: number) =>
      rig.call('POST', '/v1/sessions/shop/numbers/check', {
        body: { numbers: Array.from({ length: count }, () => '6281311110001') },
      })
    expect((await check(40)).status).toBe(200)
    expect(await check(11)).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } })
    expect((await check(10)).status).toBe(200)
    const { body } = await rig.call('GET', '/v1/usage')
    expect(body).toMatchObject({ tenant: 'default', sessions: 1, media_bytes: 0 })
    expect(body.quotas).toContainEqual(
      expect.objectContaining({ kind: 'number_checks', period: 'month', used: 50, limit: 50 }),
    )
    expect(body.quotas).toContainEqual(expect.objectContaining({ kind: 'messages', period: 'day', limit: null }))
  })
})

describe('who sees usage', () => {
  test('its tenant, and admins', async () => {
    await rig.call('POST', '/v1/tenants', { body: { id: 'acme', name: 'Acme', quotas: { messages_per_day: 7 } } })
    const acme = await rig.call('GET', '/v1/usage?tenant=acme')
    expect(acme.body).toMatchObject({ tenant: 'acme', sessions: 0 })
    const key = await rig.key(['read'])
    expect((await rig.call('GET', '/v1/usage', { key })).body).toMatchObject({ tenant: 'default' })
    expect((await rig.call('GET', '/v1/usage?tenant=acme', { key })).status).toBe(404)
    const bound = await rig.call('POST', '/v1/keys', { body: { name: 'bound', scopes: ['read'], session: 'shop' } })
    expect((await rig.call('GET', '/v1/usage', { key: String(bound.body.key) })).status).toBe(403)
  })
})

describe('tenants', () => {
  test('are changed in what is named', async () => {
    await rig.call('POST', '/v1/tenants', { body: { id: 'kopi', name: 'Kopi' } })
    expect((await rig.call('GET', '/v1/tenants/kopi')).body).toMatchObject({
      ...{ country_code: '62', time_zone: 'Asia/Jakarta' },
      quotas: { messages_per_month: null, messages_per_day: null, number_checks_per_month: null },
    })
    const body = { time_zone: 'Africa/Lagos', country_code: '234', quotas: { messages_per_month: 0 } }
    const after = { ...body, id: 'kopi', name: 'Kopi', quotas: { messages_per_month: 0, messages_per_day: null } }
    expect((await rig.call('PATCH', '/v1/tenants/kopi', { body })).body).toMatchObject(after)
    const wrong = await rig.call('PATCH', '/v1/tenants/kopi', { body: { time_zone: 'Mars/Olympus' } })
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: '/time_zone' }] } })
    expect((await rig.call('PATCH', '/v1/tenants/kopi', { body: { quotas: { messages_per_day: -1 } } })).status).toBe(
      400,
    )
    expect((await rig.call('PATCH', '/v1/tenants/nobody', { body: {} })).status).toBe(404)
    expect((await rig.call('GET', '/v1/tenants/kopi')).body).toMatchObject(after)
  })
})

test('the calls on the page of tenants work as they stand there', async () => {
  const page = readFileSync(new URL('../../../../../docs/tenants.md', import.meta.url), 'utf8')
  const calls = [...page.matchAll(/^curl -s (?:-X (\w+) )?\$GATEWAY(\S+)[^\n\\]*(?:\\\n\s+-d '(.*)')?/gm)]
  expect(calls).toHaveLength(4)
  for (const [line, method, path = '', body] of calls) {
    const answer = await rig.call(method ?? (body ? 'POST' : 'GET'), path, body ? { body } : {})
    expect([200, 201], `${line}: ${answer.text}`).toContain(answer.status)
  }
  const quotas = { messages_per_month: 10_000, messages_per_day: 500, number_checks_per_month: null }
  const { body } = await rig.call('GET', '/v1/tenants/anggrek')
  expect(body).toMatchObject({ time_zone: 'Asia/Makassar', quotas })
})
