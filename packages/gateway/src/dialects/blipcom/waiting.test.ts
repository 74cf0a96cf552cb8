import { afterAll, beforeAll, expect, test } from 'vitest'
import { TENANT } from '../../messages/test/rig.ts'
import { DialectWorld } from '../test/world.ts'
import { blipcom } from './dialect.ts'

let world: DialectWorld
let headers: Record<string, string>
beforeAll(async () => {
  world = await DialectWorld.open([blipcom])
  const client = await world.key('blipcom')
  if (client.form !== 'client') throw new Error('blipcom has clients')
  headers = { authorization: `bearer  ${await world.gateway.access.issueToken('blipcom', client, 60_000)} ;` }
})
afterAll(() => world.close())

async function add(id: string) {
  const answer = await world.call({ method: 'POST', path: '/api/v1/whatsapp/add', body: { id }, headers })
  return { status: answer.status, body: JSON.parse(answer.text) }
}

test('no QR code in time is case 04, and the next call waits again', async () => {
  world.http.rig.engine.reachable = false
  expect(await add('far-away')).toMatchObject({
    status: 400,
    body: {
      message_action: 'ADD_WHATSAPP_SESSION_FAILED',
      message_code: '4002404',
      message_data: { status: false, responseCode: '04', responseDescription: 'QR code not available, try again.' },
    },
  })
  world.http.rig.engine.reachable = true
  expect((await add('far-away')).body.message_data).toMatchObject({ status: true, qr: expect.any(String) })
})

test('a session that rests is started again; one that shows a code keeps it', async () => {
  const shown = await add('idle')
  expect((await add('idle')).body.message_data.qr).toBe(shown.body.message_data.qr)
  await world.http.rig.sessions.stop(TENANT, 'idle')
  expect((await add('idle')).body.message_data.responseDescription).toMatch(/^QR code received/)
  expect((await add('shop')).body.message_data).toEqual({
    status: true,
    responseCode: '00',
    responseDescription: 'Session already connected.',
    qr: null,
  })
})

test('ids of calls do not repeat', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => add('shop')))
  expect(new Set(answers.map(({ body }) => body.message_id)).size).toBe(100)
})
