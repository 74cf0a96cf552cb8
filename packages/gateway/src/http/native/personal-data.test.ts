import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../test/http-rig.ts'

const ANI = '6281300000001'
const CONTACT = `/v1/sessions/shop/contacts/${ANI}`

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
  await rig.rig.connected('shop')
})
afterAll(() => rig.close())

test('a person is not forgotten while messages to it are on their way, and the own number never', async () => {
  const session = await rig.rig.session('shop')
  const account = rig.rig.account(session)
  account.answer = () => ({ kind: 'withhold' })
  const sent = await rig.call('POST', '/v1/sessions/shop/messages', { body: { to: ANI, type: 'text', text: 'x' } })
  expect(sent.status).toBe(202)
  expect(await rig.call('DELETE', CONTACT)).toMatchObject({ status: 409, body: { code: 'contact_has_open_sends' } })
  expect((await rig.call('GET', `/v1/messages/${sent.body.id}`)).status).toBe(200)
  const own = await rig.call('DELETE', `/v1/sessions/shop/contacts/${session.phone}`)
  expect(own).toMatchObject({ status: 400, body: { code: 'invalid_recipient' } })
})

test('nobody there is nothing to forget; a cursor that is none is refused', async () => {
  const nobody = '/v1/sessions/shop/contacts/0812 9999 0000'
  const nothing = { messages: 0, events: 0, files: 0, contacts: 0 }
  expect((await rig.call('DELETE', nobody)).body).toEqual(nothing)
  const first = await rig.call('GET', `${nobody}/export`)
  expect(first.body).toEqual({ data: [], next_cursor: 'messages:0' })
  for (const cursor of ['messages', 'files:1', 'messages:-1', 'messages:1234567890123456']) {
    const answer = await rig.call('GET', `${nobody}/export?cursor=${cursor}`)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  }
  const group = await rig.call('DELETE', '/v1/sessions/shop/contacts/120363012345678901%40g.us')
  expect(group).toMatchObject({ status: 400, body: { code: 'invalid_recipient' } })
})
