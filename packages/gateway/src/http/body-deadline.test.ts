import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import Fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { limitBodies } from './body-deadline.ts'
import type { Server } from './context.ts'

let app: Server
afterEach(() => app.close())

const head = (path: string) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n`

async function listen(): Promise<number> {
  app = Fastify({ forceCloseConnections: true }) as unknown as Server
  limitBodies(app, 100)
  app.post('/short', { config: { access: 'public' } }, () => ({ ok: true }))
  app.post('/upload', { config: { access: 'public', isUpload: true } }, () => ({ ok: true }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

/** What the server says until it closes, or until its answer is there. */
function talk(port: number, first: string, later?: { text: string; ms: number }): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      heard += String(chunk)
      if (heard.endsWith('}')) socket.destroy()
    })
    socket.on('close', () => resolve(heard))
    socket.write(first)
    if (later) setTimeout(() => socket.write(later.text), later.ms)
  })
}

test('a body that does not come ends the connection', async () => {
  const port = await listen()
  const answer = await talk(port, `${head('/short')}{"a"`)
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('did not come in time')
})

test('one that comes in time is answered, and the connection goes on', async () => {
  const port = await listen()
  expect(await talk(port, `${head('/short')}{"a":`, { text: '1  }', ms: 20 })).toMatch(/200 OK[\s\S]*\{"ok":true\}$/)
})

test('one with a file may take longer', async () => {
  const port = await listen()
  expect(await talk(port, `${head('/upload')}{"a":`, { text: '1  }', ms: 300 })).toMatch(/200 OK/)
})
