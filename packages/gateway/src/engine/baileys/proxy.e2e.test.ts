import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../core/ids.ts'
import type { ConnectOptions } from '../port.ts'
import { Bench, eventually } from './test/harness.ts'
import { outbound, shownRow, someBytes, TestFiles } from './test/kinds.ts'
import { httpProxy, socksProxy, type TestProxy } from './test/proxies.ts'

const BOB = '15550000002'

let bench: Bench
const files = new TestFiles()
beforeAll(async () => {
  bench = await Bench.start()
  await bench.control.phone(BOB, { name: 'Bob' })
})
afterAll(async () => {
  await bench.close()
  await files.close()
})

/** A new session of the phone that connects only as the options say. */
async function paired(phone: string, options: ConnectOptions) {
  await bench.control.phone(phone)
  return bench.link(phone, bench.engine, options)
}

describe.each([
  ['http', httpProxy, '15550000003'],
  ['socks5', socksProxy, '15550000004'],
] as const)('through a proxy that speaks %s', (_name, start, phone) => {
  let proxy: TestProxy
  let made: Awaited<ReturnType<typeof paired>>
  let options: ConnectOptions
  const server = () => new URL(bench.lab.ws).host

  beforeAll(async () => {
    proxy = await start()
    options = { proxy: proxy.url.replace('//', '//jo%20e:p%40ss@') }
    made = await paired(phone, options)
  })
  afterAll(async () => {
    await made.connection.close()
    await proxy.close()
  })

  test('a session is paired and logs in, with user name and password', async () => {
    expect(proxy.opened).toEqual([server(), server()])
    expect([...proxy.users]).toEqual(['jo e:p@ss'])
  })

  test('messages and files go out and come in, every byte of them by the proxy', async () => {
    const bytes = someBytes()
    const media = await files.add(bytes, 'image/png')
    const before = proxy.opened.length
    const message = await outbound(bench, made.connection, BOB, { type: 'image', media }, { files })
    expect(await made.connection.send(message)).toMatchObject({ kind: 'acked' })
    expect(await shownRow(bench, BOB, message.waId)).toMatchObject({ type: 'image', undecryptable: 0 })
    const uploads = proxy.opened.slice(before)
    expect(uploads).toHaveLength(1)
    expect(uploads).not.toContain(server())

    const came = await bench.control.call<{ id: string }>('POST', `/phones/${BOB}/messages`, {
      ...{ to: phone, image: { base64: bytes.toString('base64') } },
    })
    const { remote } = await eventually(() => made.sink.messages.find(({ waId }) => waId === came.id))
    if (!remote) throw new Error('the message has no file')
    const newRoute = bench.newEngine()
    const seen = proxy.opened.length
    expect((await buffer(await newRoute.download(remote, options))).equals(bytes)).toBe(true)
    expect(proxy.opened.slice(seen)).toEqual(uploads)
  })
})

test('without its proxy a session goes nowhere', async () => {
  const proxy = await httpProxy()
  await proxy.close()
  for (const url of [proxy.url, proxy.url.replace('http', 'socks5')]) {
    const { sink } = bench.connect(newId('ses'), bench.engine, { proxy: url })
    expect(await eventually(() => sink.closed), url).toMatchObject({ kind: 'unreachable' })
    expect(sink.qrs).toEqual([])
  }
})

test.each([httpProxy, socksProxy])('a proxy whose address may not be called is not called', async (start) => {
  const proxy = await start()
  const asked: string[] = []
  const engine = bench.newEngine({
    proxyLookup: (hostname, _options, callback) => {
      asked.push(hostname)
      callback(Object.assign(new Error('refused'), { code: 'EACCES' }), '', 0)
    },
  })
  const byName = proxy.url.replace('127.0.0.1', 'inside.example')
  for (const url of [proxy.url, byName]) {
    const { sink } = bench.connect(newId('ses'), engine, { proxy: url })
    expect(await eventually(() => sink.closed)).toMatchObject({ kind: 'unreachable' })
  }
  expect(asked).toEqual(['127.0.0.1', 'inside.example'])
  expect(proxy.opened).toEqual([])
  await proxy.close()
})
