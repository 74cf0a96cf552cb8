import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { whyUnreachable } from './reachability.ts'

test('tells whether somebody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  expect(await whyUnreachable('127.0.0.1', port)).toBeNull()
  server.close()
  await once(server, 'close')
  expect(await whyUnreachable('127.0.0.1', port)).toBe('ECONNREFUSED')
})

test('names without address are told as such', async () => {
  expect(await whyUnreachable('nobody.invalid', 443)).toMatch(/^E/)
})
