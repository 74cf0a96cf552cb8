import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ScriptedAccount } from '../engine/scripted/account.ts'
import { until } from '../messages/test/rig.ts'
import { HttpRig } from './test/http-rig.ts'

let rig: HttpRig
let account: ScriptedAccount
let port: number

beforeEach(async () => {
  rig = await HttpRig.open()
  account = rig.rig.account(await rig.rig.connected('shop'))
  account.answer = () => ({ kind: 'withhold' })
  port = Number(new URL(rig.url).port)
})
afterEach(() => rig.close())

function head(): string {
  return `Host: x\r\nAuthorization: Bearer ${rig.admin}\r\n`
}

/** A client in the middle of a request that waits for an ack. Its answers grow in `text`. */
async function busyClient(): Promise<{ socket: Socket; answers: { text: string } }> {
  const answers = { text: '' }
  const socket = connect(port, '127.0.0.1').on('data', (chunk) => {
    answers.text += chunk
  })
  const body = JSON.stringify({ to: '6281300000001', type: 'text', text: 'x' })
  const json = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  socket.write(`POST /v1/sessions/shop/messages?wait=60000 HTTP/1.1\r\n${head()}${json}\r\n${body}`)
  await until('the message is on its way', () => account.accepted.length || undefined)
  return { socket, answers }
}

function release(): void {
  account.connection.release(account.accepted[0]?.waId ?? '')
}

test('closing waits for requests at work and refuses later ones', async () => {
  const { socket, answers } = await busyClient()
  let isClosed = false
  const closed = rig.app.close().then(() => {
    isClosed = true
  })
  // Once a new connection is refused, the closing has begun.
  await until('nobody new is let in', async () => {
    const answer = await rig.call('GET', '/healthz').catch(() => undefined)
    return answer === undefined || answer.status === 503 || undefined
  })
  socket.write(`GET /v1/sessions HTTP/1.1\r\n${head()}\r\n`)
  expect(isClosed).toBe(false)
  release()
  await once(socket, 'close')
  await closed
  const [first = '', second = ''] = answers.text.split(/(?<=\})(?=HTTP\/1\.1)/)
  expect(first).toMatch(/^HTTP\/1\.1 200 [\s\S]*"status":"sent"/)
  expect(second).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 2[\s\S]*"code":"unavailable"/)
})

test('a connection without a request does not hold the closing', async () => {
  const silent = connect(port, '127.0.0.1').resume()
  await once(silent, 'connect')
  const gone = once(silent, 'close')
  await rig.app.close()
  await gone
})

test('a client that keeps its connection after its last answer does not hold the closing', async () => {
  const { socket, answers } = await busyClient()
  const closed = rig.app.close()
  release()
  await closed
  expect(answers.text).toMatch(/^HTTP\/1\.1 200 /)
  expect(socket.destroyed || socket.readableEnded || (await once(socket, 'close'))).toBeTruthy()
})
