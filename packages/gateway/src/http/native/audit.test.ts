import { afterAll, beforeAll, expect, test } from 'vitest'
import { chooseDialects } from '../../dialects/table.ts'
import { OWN } from '../../messages/test/rig.ts'
import { AUDITED } from '../audit.ts'
import { HttpRig } from '../test/http-rig.ts'

interface Entry {
  id: string
  at: string
  actor: string | null
  api: string | null
  action: string
  target: string | null
  session: string | null
  fields: string[]
}

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open({ dialects: chooseDialects(['sessions']) })
})
afterAll(() => rig.close())

async function entries(query = '', key = rig.admin): Promise<Entry[]> {
  const answer = await rig.call('GET', `/v1/audit${query}`, { key })
  expect(answer.status).toBe(200)
  return answer.body.data as Entry[]
}

test('what is done is kept with who did it, newest first, without any value', async () => {
  const made = await rig.call('POST', '/v1/keys', { body: { name: 'till', scopes: ['manage', 'send', 'read'] } })
  const { id, key } = made.body as { id: string; key: string }
  await rig.call('POST', '/v1/sessions', { key, body: { id: 'shop', metadata: { pin: 'canary-1234' } } })
  await rig.call('POST', '/v1/sessions', { key, body: { id: 'shop' } })
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const headers = { 'idempotency-key': 'once' }
  const body = { url: 'https://example.com/', secret }
  await rig.call('POST', '/v1/webhooks', { key, body, headers })
  await rig.call('POST', '/v1/webhooks', { key, body, headers })
  await rig.call('DELETE', '/v1/sessions/shop', { key })
  await rig.call('DELETE', `/v1/keys/${id}`)
  const found = await entries()
  expect(found.map(({ action, session }) => [action, session])).toEqual([
    ['key.deleted', null],
    ['session.deleted', 'shop'],
    ['webhook.created', null],
    ['session.created', 'shop'],
    ['key.created', null],
  ])
  expect(found[1]).toMatchObject({ actor: id, api: 'native', target: 'shop' })
  expect(found[2]).toMatchObject({ target: expect.stringMatching(/^end_/), fields: ['url', 'secret'] })
  expect(found[4]).toMatchObject({ target: id })
  const text = JSON.stringify(found)
  for (const value of ['canary-1234', secret, key.slice(-43)]) expect(text).not.toContain(value)
  const first = await rig.call('GET', '/v1/audit?limit=2')
  const rest = await entries(`?cursor=${first.body.next_cursor}`)
  expect([...(first.body.data as Entry[]), ...rest]).toEqual(found)
})

test('dialects and phones leave their entries too', async () => {
  const { key } = (
    await rig.gateway.access.createDialectKey({ tenant: 'default' as never, name: 'x', dialect: 'sessions' })
  ).shown as { key: string }
  await rig.call('POST', '/api/sessions', { key: null, headers: { 'x-api-key': key }, body: { name: 'Shop' } })
  expect((await entries())[0]).toMatchObject({ action: 'session.created', api: 'sessions', fields: ['name'] })
  await rig.rig.connected('scanned', OWN)
  expect(await entries()).toContainEqual(
    expect.objectContaining({ action: 'session.paired', actor: null, api: null, session: 'scanned' }),
  )
})

test('it is narrowed by action, session and time, page by page', async () => {
  const key = await rig.key(['manage'], {
    tenant: (await rig.call('POST', '/v1/tenants', { body: { id: 'narrow', name: 'N' } })).body.id as string,
  })
  for (const id of ['one', 'two', 'three']) await rig.call('POST', '/v1/sessions', { key, body: { id } })
  await rig.call('DELETE', '/v1/sessions/two', { key })
  await rig.call('POST', '/v1/webhooks', { key, body: { url: 'https://example.com/' } })
  const all = await entries('', key)
  const named = async (query: string) =>
    (await entries(query, key)).map(({ action, session }) => `${action} ${session}`)
  expect(await named('?action=session.created')).toEqual(['three', 'two', 'one'].map((id) => `session.created ${id}`))
  expect(await named('?action=session.*&session=two')).toEqual(['session.deleted two', 'session.created two'])
  expect(await named('?action=session.delete')).toEqual([])
  expect(await named('?session=never')).toEqual([])
  const first = await rig.call('GET', '/v1/audit?action=session.*&limit=3', { key })
  const rest = await entries(`?action=session.*&cursor=${first.body.next_cursor}`, key)
  expect([...(first.body.data as Entry[]), ...rest]).toEqual(all.filter(({ action }) => action.startsWith('session.')))
  const [last] = all
  const after = new Date(Date.parse(last?.at ?? '') + 1).toISOString()
  expect(await entries(`?since=${after}`, key)).toEqual([])
  expect(await entries(`?since=${last?.at}`, key)).toEqual(all.filter(({ at }) => at === last?.at))
  expect(await entries(`?before=${after}`, key)).toEqual(all)
  expect(await entries(`?before=${last?.at}`, key)).toEqual(all.filter(({ at }) => at !== last?.at))
  for (const query of [
    'since=yesterday',
    'before=2026-12-31T23:59:60Z',
    'action=session',
    'action=*',
    'session=',
    'actor=x',
  ]) {
    expect((await rig.call('GET', `/v1/audit?${query}`, { key })).status, query).toBe(400)
  }
})

test('each tenant has its own, for keys that manage', async () => {
  await rig.call('POST', '/v1/tenants', { body: { id: 'acme', name: 'Acme' } })
  const theirs = await rig.key(['manage'], { tenant: 'acme' })
  expect(await entries('', theirs)).toEqual([])
  expect((await rig.call('GET', '/v1/audit?tenant=default', { key: theirs })).status).toBe(404)
  const sender = await rig.key(['send', 'read'])
  expect((await rig.call('GET', '/v1/audit', { key: sender })).status).toBe(403)
  await rig.call('POST', '/v1/webhooks', { key: theirs, body: { url: 'https://example.com/' } })
  expect(await entries('?tenant=acme')).toHaveLength(1)
})

test('every audited operation is one', async () => {
  const document = JSON.stringify((await rig.call('GET', '/openapi.json')).body)
  for (const name of Object.keys(AUDITED)) expect(document, name).toContain(`"operationId":"${name}"`)
})
