import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { paths } from 'kurir-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, json, shownMessages } from './support/api.ts'
import { clientOf } from './support/client.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

/** A PNG of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let sandbox: RunningSandbox
let shop: Server
let url: string
/** What the shop's server was asked by rules: keyword and key of the question. */
const asked: { keyword: string; key: string; from: string }[] = []
let answer: (keyword: string) => unknown[] = () => []
let onFile = () => {}

beforeAll(async () => {
  shop = createServer(async (request, response) => {
    if (request.method === 'GET') {
      onFile()
      return response.writeHead(200, { 'content-type': 'image/png' }).end(PNG)
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { keyword, from } = JSON.parse(Buffer.concat(chunks).toString()) as { keyword: string; from: string }
    asked.push({ keyword, from, key: String(request.headers['idempotency-key']) })
    const body = { success: true, message: { reply: answer(keyword) } }
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(shop, 'listening')
  url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
  sandbox = await startSandbox(['--restart-on-exit'])
})
afterAll(async () => {
  await sandbox?.stop()
  shop.closeAllConnections()
  shop.close()
})

const text = (content: string) => ({ type: 'message', content })

type Action = NonNullable<
  paths['/v1/sessions/{session}/rules']['post']['requestBody']
>['content']['application/json']['action']

function rule(keyword: string, action: Action) {
  const params = { path: { session: sandbox.contract.session } }
  return clientOf(sandbox.contract).post('/v1/sessions/{session}/rules', { params, body: { keyword, action } })
}

async function write(contact: string, words: string): Promise<void> {
  const { lab, phone } = sandbox.contract
  await json('POST', `${lab}/phones/${contact}/messages`, { body: { to: phone, text: words } })
}

/** What the contact's phone shows of the session since it showed `from` of them. */
async function replies(contact: string, from: number) {
  const { lab, phone } = sandbox.contract
  return (await shownMessages(lab, contact)).filter((message) => message.from === phone).slice(from)
}

test('a person who writes a keyword gets the rule’s messages, others the default message', async () => {
  const { session, contacts } = sandbox.contract
  const { phone: contact, name } = contacts[0]!
  await rule('price', {
    type: 'reply',
    messages: [
      { type: 'text', text: 'Rp 10.000' },
      { type: 'text', text: 'More?' },
    ],
  })
  await clientOf(sandbox.contract).patch('/v1/sessions/{session}', {
    params: { path: { session } },
    body: { settings: { send_default_msg: true, default_msg: 'Hi [name] ([number])' } },
  })
  await write(contact, ' PRICE ')
  await write(contact, 'good morning')
  const shown = await eventually('three replies', async () => {
    const all = await replies(contact, 0)
    return all.length >= 3 && all
  })
  expect(shown.map((message) => message.text)).toEqual(['Rp 10.000', 'More?', `Hi ${name} (${contact})`])
})

test('killed between the second and the third of four replies: four messages, in order, once', async () => {
  const contact = sandbox.contract.contacts[1]!.phone
  await rule('catalogue', { type: 'webhook', url })
  answer = () => [text('one'), text('two'), { type: 'image', content: `${url}/three.png` }, text('four')]
  let kills = 0
  // The third reply's file is fetched when the second was accepted and the third was not.
  onFile = () => {
    if (kills++ === 0) process.kill(sandbox.gatewayPid(), 'SIGKILL')
  }
  const again = sandbox.nextGateway()
  await write(contact, 'catalogue')
  await again
  const shown = await eventually('four replies', async () => {
    const all = await replies(contact, 0)
    return all.length >= 4 && all
  })
  expect(shown.map((message) => message.text ?? message.type)).toEqual(['one', 'two', 'image', 'four'])
  expect(shown.map(({ copies }) => copies)).toEqual([1, 1, 1, 1])
  expect(kills).toBeGreaterThan(1)
  expect(asked).toMatchObject([{ keyword: 'catalogue', from: contact }])
})

test('killed at any time after the question: all replies, in order, once', async () => {
  const contact = sandbox.contract.contacts[2]!.phone
  await rule('menu', { type: 'webhook', url })
  const expected: string[] = []
  for (const [round, delayMs] of [0, 10, 40, 120].entries()) {
    const texts = [1, 2, 3, 4].map((n) => `${round}.${n}`)
    const again = sandbox.nextGateway()
    answer = () => {
      answer = () => texts.map(text)
      setTimeout(() => process.kill(sandbox.gatewayPid(), 'SIGKILL'), delayMs)
      return texts.map(text)
    }
    await write(contact, 'menu')
    await again
    await eventually('four more replies', async () => (await replies(contact, expected.length)).length >= 4)
    expected.push(...texts)
  }
  const shown = await replies(contact, 0)
  expect(shown.map((message) => message.text)).toEqual(expected)
  expect(shown.map(({ copies }) => copies)).toEqual(expected.map(() => 1))
  // Where the answer was not stored yet the question came again, and the shop can tell by its key.
  expect(new Set(asked.filter(({ keyword }) => keyword === 'menu').map(({ key }) => key)).size).toBe(4)
})
