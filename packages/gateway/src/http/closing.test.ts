import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { HttpRig } from './test/http-rig.ts'

test('closing waits for requests at work, and for nobody who is silent', async () => {
  const rig = await HttpRig.open()
  const session = await rig.rig.connected('shop')
  const account = rig.rig.account(session)
  account.answer = () => ({ kind: 'withhold' })
  const silent = connect(Number(new URL(rig.url).port), '127.0.0.1')
  silent.resume()
  await once(silent, 'connect')
  const waiting = rig.call('POST', '/v1/sessions/shop/messages?wait=60000', {
    body: { to: '6281300000001', type: 'text', text: 'x' },
  })
  while (!account.accepted.length) await new Promise((resolve) => setTimeout(resolve, 2))

  let isClosed = false
  const closed = rig.app.close().then(() => {
    isClosed = true
  })
  await once(silent, 'close')
  expect(isClosed).toBe(false)
  account.connection.release(account.accepted[0]?.waId ?? '')
  expect(await waiting).toMatchObject({ status: 200, body: { status: 'sent' } })
  await closed
  await expect(rig.call('GET', '/healthz')).rejects.toThrow()
  await rig.close()
})
