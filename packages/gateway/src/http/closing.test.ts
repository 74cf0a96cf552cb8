import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { until } from '../messages/test/rig.ts'
import { HttpRig } from './test/http-rig.ts'

test('closing waits for requests at work, refuses later ones, and lingers for nobody', async () => {
  const rig = await HttpRig.open()
  const account = rig.rig.account(await rig.rig.connected('shop'))
  account.answer = () => ({ kind: 'withhold' })
  const port = Number(new URL(rig.url).port)
  const silent = connect(port, '127.0.0.1').resume()
  await once(silent, 'connect')
  let answers = ''
  const busy = connect(port, '127.0.0.1').on('data', (chunk) => {
    answers += chunk
  })
  const head = `Host: x\r\nAuthorization: Bearer ${rig.admin}\r\n`
  const body = JSON.stringify({ to: '6281300000001', type: 'text', text: 'x' })
  const json = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  busy.write(`POST /v1/sessions/shop/messages?wait=60000 HTTP/1.1\r\n${head}${json}\r\n${body}`)
  await until('the message is on its way', () => account.accepted.length || undefined)

  let isClosed = false
  const closed = rig.app.close().then(() => {
    isClosed = true
  })
  await once(silent, 'close')
  busy.write(`GET /v1/sessions HTTP/1.1\r\n${head}\r\n`)
  expect(isClosed).toBe(false)
  account.connection.release(account.accepted[0]?.waId ?? '')
  await once(busy, 'close')
  await closed
  const [first = '', second = ''] = answers.split(/(?<=\})(?=HTTP\/1\.1)/)
  expect(first).toMatch(/^HTTP\/1\.1 200 [\s\S]*"status":"sent"/)
  expect(second).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 2[\s\S]*"code":"unavailable"/)
  await expect(rig.call('GET', '/healthz')).rejects.toThrow()
  await rig.close()
})
