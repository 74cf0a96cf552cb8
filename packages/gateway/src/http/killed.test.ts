import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

let dataDir: string
const children: ChildProcess[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kurir-killed-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(dataDir, { recursive: true })
})

async function start(): Promise<{ url: string; admin: string; kill(): Promise<void> }> {
  const file = fileURLToPath(new URL('./test/child.ts', import.meta.url))
  const child = spawn(process.execPath, [file, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const ended = once(child, 'exit').then(() => {
    throw new Error('the server ended before it listened')
  })
  const [line] = await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => {})
  const kill = async () => {
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }
  return { ...JSON.parse(String(line)), kill }
}

test('the answer for an Idempotency-Key survives kill -9 right after it was given', async () => {
  const first = await start()
  const headers = {
    authorization: `Bearer ${first.admin}`,
    'content-type': 'application/json',
    'idempotency-key': 'k1',
  }
  const request = { method: 'POST', headers, body: '{"name":"survivor"}' }
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${first.url}/v1/sessions`, request)))
  const texts = await Promise.all(answers.map((answer) => answer.text()))
  await first.kill()
  expect(new Set(texts).size).toBe(1)

  const second = await start()
  expect(second.admin).toBe('')
  const again = await fetch(`${second.url}/v1/sessions`, request)
  expect(again.status).toBe(201)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(await again.text()).toBe(texts[0])
  const list = (await (await fetch(`${second.url}/v1/sessions`, { headers })).json()) as { data: unknown[] }
  expect(list.data).toHaveLength(1)
}, 20_000)
