import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test, vi } from 'vitest'
import { TcpProxy } from './tcp-proxy.ts'

test('a line is passed on, late, cut and given back', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await TcpProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  const echo = async (text: string) => {
    const socket = connect(proxy.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(text)
    const answer = await Promise.race([once(socket, 'data').then(String), once(socket, 'close').then(() => 'cut')])
    socket.destroy()
    return answer
  }
  expect(await echo('one')).toBe('one')
  proxy.slowDown(40)
  const started = performance.now()
  expect(await echo('two')).toBe('two')
  expect(performance.now() - started).toBeGreaterThan(75)
  proxy.slowDown(0)
  const standing = connect(proxy.port, '127.0.0.1').on('error', () => {})
  await once(standing, 'connect')
  const gone = once(standing, 'close')
  proxy.cut()
  await gone
  expect(await echo('three')).toBe('cut')
  proxy.mend()
  expect(await echo('four')).toBe('four')
  await proxy.stop()
  server.close()
})

test('what comes in many pieces keeps its order on a slow line', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await TcpProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  proxy.slowDown(1)
  const socket = connect(proxy.port, '127.0.0.1').setNoDelay(true)
  let came = ''
  socket.on('data', (chunk) => {
    came += chunk
  })
  let sent = ''
  // The clock goes on between any two looks at it, as it does now and then on a busy machine.
  let looks = 0
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(looks++ / 3))
  for (let piece = 0; piece < 200; piece += 1) {
    const text = `${piece} `
    sent += text
    socket.write(text)
    await new Promise((resolve) => setImmediate(resolve))
  }
  while (came.length < sent.length) await once(socket, 'data')
  clock.mockRestore()
  expect(came).toBe(sent)
  socket.destroy()
  await proxy.stop()
  server.close()
})
